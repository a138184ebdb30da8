#ifndef KAITO_RUNTIME_SERVE_ENGINE_STOP_MATCHER_H_
#define KAITO_RUNTIME_SERVE_ENGINE_STOP_MATCHER_H_

// Looks for stop strings in a text that comes in pieces. A stop string may
// begin in one piece and end in a later one, so the end of the text is held
// back for as long as it may be the beginning of one.
//
//   StopMatcher matcher({"\nUser:"}, /*include_stop=*/false);
//   client.Send(matcher.Push(piece));
//   if (matcher.matched().has_value()) ...  // The end.
//   client.Send(matcher.Finish());          // No stop string came.
//
// Where several stop strings are there, the one that begins first counts; of
// those, the one that was given first.

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::runtime::serve {

class StopMatcher {
 public:
  // None of `stops` is empty. `include_stop`: it belongs to the text.
  StopMatcher(std::vector<std::string> stops, bool include_stop);

  // The text that is final after this piece. Not after a match.
  std::string Push(absl::string_view piece);
  // What was held back.
  std::string Finish();

  // The stop string that ended the text.
  const std::optional<std::string>& matched() const { return matched_; }

 private:
  std::vector<std::string> stops_;
  bool include_stop_;
  std::string held_;
  std::optional<std::string> matched_;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_STOP_MATCHER_H_

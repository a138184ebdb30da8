#ifndef KAITO_CLI_CHAT_EVENT_STREAM_H_
#define KAITO_CLI_CHAT_EVENT_STREAM_H_

// Server-sent events, from pieces as they come: the data of each. Pure.
//
//   EventStream events;
//   KAITO_RETURN_IF_ERROR(events.Add(piece, [&](absl::string_view data) {
//     return OnData(data);
//   }));
//
// Names, ids and comments are passed over: the served models send none.

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::cli {

class EventStream {
 public:
  // ResourceExhausted where one event is longer than 1 MiB; an error of
  // `on_data` is returned.
  absl::Status Add(
      absl::string_view piece,
      absl::FunctionRef<absl::Status(absl::string_view data)> on_data);

 private:
  std::string begun_;  // A line whose end has yet to come.
  std::string data_;   // Of the event that has yet to end.
};

}  // namespace kaito::cli

#endif  // KAITO_CLI_CHAT_EVENT_STREAM_H_

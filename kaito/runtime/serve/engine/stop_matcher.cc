#include "kaito/runtime/serve/engine/stop_matcher.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime::serve {
namespace {

// Of the longest end of `text` that is the beginning of a stop string, and not
// all of one.
size_t HeldBytes(absl::string_view text,
                 const std::vector<std::string>& stops) {
  size_t held = 0;
  for (const std::string& stop : stops) {
    for (size_t n = std::min(text.size(), stop.size() - 1); n > held; --n) {
      if (absl::EndsWith(text, absl::string_view(stop).substr(0, n))) held = n;
    }
  }
  return held;
}

}  // namespace

StopMatcher::StopMatcher(std::vector<std::string> stops, bool include_stop)
    : stops_(std::move(stops)), include_stop_(include_stop) {}

std::string StopMatcher::Push(absl::string_view piece) {
  held_.append(piece.data(), piece.size());
  size_t begin = std::string::npos;
  const std::string* found = nullptr;
  for (const std::string& stop : stops_) {
    const size_t at = held_.find(stop);
    if (at < begin) {
      begin = at;
      found = &stop;
    }
  }
  if (found != nullptr) {
    matched_ = *found;
    const std::string text =
        held_.substr(0, begin + (include_stop_ ? found->size() : 0));
    held_.clear();
    return text;
  }
  const size_t ready = held_.size() - HeldBytes(held_, stops_);
  std::string text = held_.substr(0, ready);
  held_.erase(0, ready);
  return text;
}

std::string StopMatcher::Finish() { return std::exchange(held_, {}); }

}  // namespace kaito::runtime::serve

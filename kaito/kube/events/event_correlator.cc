#include "kaito/kube/events/event_correlator.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/kube/client/token_bucket.h"

namespace kaito::kube {
namespace {

constexpr size_t kMaxNameBytes = 253;
constexpr absl::string_view kCombined = "(combined from similar events): ";

// All but the message. A zero byte is in none of them.
std::string KeyOf(const EventDraft& event) {
  const EventTarget& target = event.target;
  return absl::StrJoin(
      {target.kind, target.api_version, target.ns, target.name, target.uid,
       std::string(event.warning ? "Warning" : "Normal"), event.reason},
      absl::string_view("\0", 1));
}

}  // namespace

std::string EventName(absl::string_view object, absl::Time now) {
  const std::string suffix =
      absl::StrCat(".", absl::Hex(absl::ToUnixNanos(now)));
  return absl::StrCat(object.substr(0, kMaxNameBytes - suffix.size()), suffix);
}

EventDecision EventCorrelator::Judge(const EventDraft& event, absl::Time now,
                                     SteadyTime steady_now) {
  EventDecision decision{.message = event.message};
  std::string key = KeyOf(event);

  Similar& similar = similar_.Find(key, options_.max_remembered,
                                   [&] { return Similar{.last = steady_now}; });
  if (steady_now - similar.last > options_.similar_within) {
    similar.messages.clear();
  }
  similar.last = steady_now;
  similar.messages.insert(event.message);
  if (static_cast<int64_t>(similar.messages.size()) > options_.max_similar) {
    // One is enough to know that there are too many.
    similar.messages.erase(event.message);
    similar.messages.insert(std::string(kCombined));
    decision.message = absl::StrCat(kCombined, event.message);
  } else {
    absl::StrAppend(&key, absl::string_view("\0", 1), event.message);
  }

  const std::string source = absl::StrJoin(
      {event.target.kind, event.target.ns, event.target.name, event.target.uid},
      absl::string_view("\0", 1));
  TokenBucket& bucket = spam_.Find(source, options_.max_remembered,
                                   [&] { return TokenBucket(options_.spam); });
  Seen& seen = seen_.Find(key, options_.max_remembered, [] { return Seen(); });
  if (seen.count == 0) {
    // Two of one instant must not have one name.
    last_named_ = std::max(now, last_named_ + absl::Nanoseconds(1));
    seen.name = EventName(event.target.name, last_named_);
    seen.first = now;
  }
  decision.count = ++seen.count;
  decision.name = seen.name;
  decision.first = seen.first;
  if (!bucket.TryTake(steady_now)) return decision;
  decision.action = seen.count == 1 ? EventDecision::Action::kCreate
                                    : EventDecision::Action::kCount;
  return decision;
}

}  // namespace kaito::kube

#ifndef KAITO_KUBE_EVENTS_EVENT_CORRELATOR_H_
#define KAITO_KUBE_EVENTS_EVENT_CORRELATOR_H_

// Decides what becomes of an event: a new object, a higher count of one that
// there is, or nothing. Pure: time comes in. The rules and numbers are
// client-go's, so that kubectl describe shows what its readers are used to. For
// EventRecorder (event_recorder.h).
//
//   const EventDecision decision = correlator.Judge(event, now, steady_now);
//
//  - The same event again: its count grows.
//  - More than 10 within 10 minutes that differ only in their message: one
//    event stands for them, "(combined from similar events): ...".
//  - More than 25 of one object, then one in 5 minutes: dropped.

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/kube/client/token_bucket.h"

namespace kaito::kube {

// What an event is about.
struct EventTarget {
  std::string api_version;
  std::string kind;
  std::string ns;  // Empty: cluster-scoped.
  std::string name;
  std::string uid;
  std::string resource_version;
};

struct EventDraft {
  EventTarget target;
  bool warning = false;
  std::string reason;   // CamelCase.
  std::string message;  // For people; no secrets, no URLs with a query.
};

struct EventDecision {
  enum class Action { kCreate, kCount, kDrop };

  Action action = Action::kDrop;
  // Of the object: given by the first, the same for its repetitions.
  std::string name;
  std::string message;  // Perhaps that of many.
  int64_t count = 1;
  absl::Time first;
};

struct CorrelatorOptions {
  int64_t max_similar = 10;
  absl::Duration similar_within = absl::Minutes(10);
  TokenBucketOptions spam = {.per_second = 1.0 / 300, .burst = 25};
  int64_t max_remembered = 4096;  // Of each sort.
};

// Not synchronised.
class EventCorrelator {
 public:
  explicit EventCorrelator(const CorrelatorOptions& options = {})
      : options_(options) {}

  EventDecision Judge(const EventDraft& event, absl::Time now,
                      SteadyTime steady_now);

 private:
  // The least recently used goes where there are too many.
  template <typename T>
  class Remembered {
   public:
    // The value of `key`, made by `make` where it is new.
    template <typename Make>
    T& Find(const std::string& key, int64_t max, Make make) {
      auto found = places_.find(key);
      if (found != places_.end()) {
        order_.splice(order_.begin(), order_, found->second);
        return found->second->second;
      }
      order_.emplace_front(key, make());
      places_[key] = order_.begin();
      if (static_cast<int64_t>(places_.size()) > max) {
        places_.erase(order_.back().first);
        order_.pop_back();
      }
      return order_.front().second;
    }

   private:
    std::list<std::pair<std::string, T>> order_;
    std::map<std::string,
             typename std::list<std::pair<std::string, T>>::iterator>
        places_;
  };

  // Events that differ only in their message.
  struct Similar {
    std::set<std::string> messages;  // At most max_similar + 1.
    SteadyTime last;
  };
  struct Seen {
    std::string name;
    int64_t count = 0;
    absl::Time first;
  };

  const CorrelatorOptions options_;
  absl::Time last_named_ = absl::InfinitePast();
  Remembered<Similar> similar_;
  Remembered<Seen> seen_;
  Remembered<TokenBucket> spam_;
};

// "<object>.<hexadecimal time>", a DNS subdomain of at most 253 characters.
std::string EventName(absl::string_view object, absl::Time now);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_EVENTS_EVENT_CORRELATOR_H_

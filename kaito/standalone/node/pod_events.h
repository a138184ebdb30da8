#ifndef KAITO_STANDALONE_NODE_POD_EVENTS_H_
#define KAITO_STANDALONE_NODE_POD_EVENTS_H_

// PodEvents: events about pods and Services for `kubectl describe`. One cause is
// one object, whose count grows. Safe from any thread; blocks for one request.

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "kaito/api/core/object_reference.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::standalone {

class PodEvents {
 public:
  // `component` is who tells: "kaito-node".
  PodEvents(kube::ApiClient& client, Clock& clock, std::string component,
            std::string host, StopToken stop)
      : client_(client),
        clock_(clock),
        component_(std::move(component)),
        host_(std::move(host)),
        stop_(std::move(stop)) {}

  // `type` as in api/core/event.h. What the server refuses is lost: events are
  // for people, and nothing waits for them.
  void Tell(const api::ObjectReference& about, absl::string_view type,
            absl::string_view reason, absl::string_view message)
      KAITO_EXCLUDES(mutex_);

 private:
  // uid, reason, message.
  using Cause = std::tuple<std::string, std::string, std::string>;
  struct Known {
    std::string name;
    int64_t count = 0;
  };

  kube::ApiClient& client_;
  Clock& clock_;
  const std::string component_;
  const std::string host_;
  const StopToken stop_;

  Mutex mutex_;
  std::map<Cause, Known> known_ KAITO_GUARDED_BY(mutex_);
  int64_t last_name_ KAITO_GUARDED_BY(mutex_) = 0;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_EVENTS_H_

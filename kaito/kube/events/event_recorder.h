#ifndef KAITO_KUBE_EVENTS_EVENT_RECORDER_H_
#define KAITO_KUBE_EVENTS_EVENT_RECORDER_H_

// EventRecorder: tells people what happened to an object, as `kubectl describe`
// shows it (core/v1 Event). For changes, not for every pass.
//
//   EventRecorder events(clock, client, {.component = "kaito-operator"});
//   KAITO_RETURN_IF_ERROR(events.Start(stop));
//   events.Record({.target = TargetOf(workspace), .warning = true,
//                  .reason = "OutputImageInvalid", .message = "..."});
//
// Record() never waits: events go through a bounded queue to a thread that
// sends them, and those that find it full, or are refused again and again, are
// counted and dropped. What becomes of repetitions is in event_correlator.h.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/random/random.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/bounded_queue.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/events/event_correlator.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {

struct EventRecorderOptions {
  std::string component;  // Who tells.
  std::string instance;   // Which one of them: a host's or pod's name.
  CorrelatorOptions correlator;
  int64_t queue_capacity = 1000;
  int max_tries = 12;
  absl::Duration retry_wait = absl::Seconds(10);  // The first: a part of it.
  uint64_t seed = 1;
  MetricRegistry* metrics = nullptr;  // Outlives the recorder.
};

class EventRecorder {
 public:
  // `clock` and `client` outlive it.
  EventRecorder(Clock& clock, ApiClient& client, EventRecorderOptions options);
  // Stop().
  ~EventRecorder();

  // Any thread; also before Start().
  void Record(EventDraft event);

  // Sends until `stop`, or until Stop().
  absl::Status Start(const StopToken& stop);
  // Sends what waits, once each, and returns when that is done.
  void Stop();

 private:
  void Run(const StopToken& stop);
  void Send(const EventDraft& event, const StopToken& stop);
  absl::Status SendOnce(const EventDraft& event, EventDecision& decision,
                        const StopToken& stop);
  void CountDropped();

  Clock& clock_;
  ApiClient& client_;
  const EventRecorderOptions options_;
  Counter* const dropped_;
  BoundedQueue<EventDraft> queue_;
  // The thread's alone.
  EventCorrelator correlator_;
  Random random_;
  Thread thread_;  // Last: it uses all of the above.
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_EVENTS_EVENT_RECORDER_H_

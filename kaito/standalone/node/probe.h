#ifndef KAITO_STANDALONE_NODE_PROBE_H_
#define KAITO_STANDALONE_NODE_PROBE_H_

// Probes of a container: RunProbe asks once, ProbeState turns answers into
// started, ready, or not alive, by the probe's thresholds, and says when to ask
// next.
//
//   ProbeState state(probe, now);
//   if (state.Due(now)) {
//     state.Begin();
//     switch (state.Finish(RunProbe(probe, target, client, clock, stop), now)) {

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/probe.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/client.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/image_table.h"

namespace kaito::standalone {

// The probe's numbers with the API's defaults for those that are absent.
struct ProbeTimes {
  absl::Duration initial_delay;
  absl::Duration period;
  absl::Duration timeout;
  int32_t success_threshold = 1;
  int32_t failure_threshold = 3;
};
ProbeTimes TimesOf(const api::Probe& probe);

// Pure; not safe for several threads.
class ProbeState {
 public:
  enum class Outcome { kUndecided, kPassed, kFailed };

  ProbeState() = default;
  // The container started at `now`.
  ProbeState(const ProbeTimes& times, SteadyTime now)
      : times_(times), next_(now + times.initial_delay) {}

  bool Due(SteadyTime now) const { return !in_flight_ && next_ <= now; }
  // InfiniteFuture while an answer is awaited.
  SteadyTime next() const {
    return in_flight_ ? SteadyTime::InfiniteFuture() : next_;
  }

  void Begin() { in_flight_ = true; }
  // An answer. Passed or failed from the answer on that reaches the threshold,
  // and at each one after it.
  Outcome Finish(bool passed, SteadyTime now);
  // There was no answer: it is asked again a period later.
  void Skip(SteadyTime now);

 private:
  ProbeTimes times_;
  SteadyTime next_;
  bool in_flight_ = false;
  int32_t successes_ = 0;  // In a row.
  int32_t failures_ = 0;
};

// What a probe asks.
struct ProbeTarget {
  std::string pod_ip;
  std::vector<api::ContainerPort> ports;  // For ports that have a name.
  // For exec: what the command may call, its environment and directory.
  const ImageStandIn* image = nullptr;
  std::map<std::string, std::string> env;
  std::string cwd;
};

// Asks once; blocks for the probe's timeout at most. OK where the answer is
// good. HTTP: 200 to 399, certificates are not looked at for https. The error
// says what went wrong and goes into an event.
absl::Status RunProbe(const api::Probe& probe, const ProbeTarget& target,
                      http::Client& client, Clock& clock,
                      const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_PROBE_H_

#include "kaito/standalone/node/probe_board.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/probe.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/client.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/standalone/node/pod_plan.h"
#include "kaito/standalone/node/probe.h"

namespace kaito::standalone {

void ProbeBoard::Add(ContainerRef container, int64_t run,
                     const api::Container& spec, ProbeTarget target) {
  Remove(container);
  const auto shared = std::make_shared<const ProbeTarget>(std::move(target));
  const auto add = [&](ProbeKind kind, const std::optional<api::Probe>& probe) {
    if (!probe) return;
    entries_.push_back({container, run, kind, *probe,
                        ProbeState(TimesOf(*probe), clock_.NowSteady()),
                        shared});
  };
  add(ProbeKind::kStartup, spec.startup_probe);
  add(ProbeKind::kReadiness, spec.readiness_probe);
  add(ProbeKind::kLiveness, spec.liveness_probe);
}

void ProbeBoard::Remove(ContainerRef container) {
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                [&](const Entry& entry) {
                                  return entry.container == container;
                                }),
                 entries_.end());
}

bool ProbeBoard::Gated(const Entry& entry) const {
  return entry.kind != ProbeKind::kStartup &&
         std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
           return other.container == entry.container &&
                  other.kind == ProbeKind::kStartup;
         });
}

void ProbeBoard::AskDue() {
  const SteadyTime now = clock_.NowSteady();
  for (Entry& entry : entries_) {
    if (Gated(entry) || !entry.state.Due(now)) continue;
    entry.state.Begin();
    ProbeAnswer answer = {entry.container, entry.run, entry.kind,
                          absl::OkStatus()};
    const absl::Status submitted = pool_.Submit(
        [answer, probe = entry.probe, target = entry.target, deliver = deliver_,
         stop = stop_, &client = client_, &clock = clock_]() mutable {
          answer.status = RunProbe(probe, *target, client, clock, stop);
          deliver(std::move(answer));
        });
    // A full pool says nothing about the container: ask a period later.
    if (!submitted.ok()) entry.state.Skip(now);
  }
}

SteadyTime ProbeBoard::next() const {
  SteadyTime next = SteadyTime::InfiniteFuture();
  for (const Entry& entry : entries_) {
    if (!Gated(entry)) next = std::min(next, entry.state.next());
  }
  return next;
}

ProbeState::Outcome ProbeBoard::Finish(const ProbeAnswer& answer) {
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.container != answer.container || entry.run != answer.run ||
        entry.kind != answer.kind) {
      continue;
    }
    const ProbeState::Outcome outcome =
        entry.state.Finish(answer.status.ok(), clock_.NowSteady());
    // Passed once, the start-up probe is done with.
    if (entry.kind == ProbeKind::kStartup &&
        outcome == ProbeState::Outcome::kPassed) {
      entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return outcome;
  }
  return ProbeState::Outcome::kUndecided;
}

}  // namespace kaito::standalone

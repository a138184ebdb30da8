#include "kaito/kube/leader/leader_elector.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/leader/lease_record.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {
namespace {

// Tries to acquire are this much longer than `retry` at most, and so apart.
constexpr double kJitter = 1.2;

const api::GroupVersionResource& Leases() {
  static const auto* leases =
      new api::GroupVersionResource{"coordination.k8s.io", "v1", "leases"};
  return *leases;
}

}  // namespace

LeaderElector::LeaderElector(Clock& clock, ApiClient& client,
                             LeaderElectorOptions options)
    : clock_(clock),
      client_(client),
      options_(std::move(options)),
      master_(
          options_.metrics == nullptr
              ? nullptr
              : &options_.metrics->AddGauge("leader_election_master_status",
                                            "1 while this copy leads.",
                                            {{"name", options_.lease.name}})),
      slow_(options_.metrics == nullptr
                ? nullptr
                : &options_.metrics->AddCounter(
                      "leader_election_slowpath_total",
                      "Renewals that had to read the lease first.",
                      {{"name", options_.lease.name}})),
      random_(options_.seed) {}

absl::Status LeaderElector::CheckOptions() const {
  if (options_.identity.empty() || options_.lease.name.empty()) {
    return absl::InvalidArgumentError(
        "leader election: a lease and an identity are needed");
  }
  if (options_.duration <= options_.renew_deadline ||
      options_.renew_deadline <= options_.retry * kJitter) {
    return absl::InvalidArgumentError(
        absl::StrCat("leader election: a duration of ",
                     absl::FormatDuration(options_.duration),
                     " must be above the renew deadline of ",
                     absl::FormatDuration(options_.renew_deadline),
                     ", and that above 1.2 times the retry of ",
                     absl::FormatDuration(options_.retry)));
  }
  return absl::OkStatus();
}

absl::Status LeaderElector::Write(json::Value lease, const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(
      lease_, client_.Update(Leases(), options_.lease, lease, {}, stop));
  watch_.Observe(ReadLease(lease_), clock_.NowSteady());
  return absl::OkStatus();
}

absl::Status LeaderElector::TryHold(const StopToken& stop) {
  // A hung request must not cost the lease: there is time for a second one.
  const StopSource limit(
      stop, clock_,
      clock_.NowSteady() +
          std::max(absl::Seconds(1), options_.renew_deadline / 2));
  const StopToken token = limit.token();

  // The holder writes without a read.
  if (!lease_.is_null() && watch_.record().holder == options_.identity) {
    json::Value lease = lease_;
    WriteLease(Held(watch_.record(), options_.identity, options_.duration,
                    clock_.Now()),
               &lease);
    if (Write(std::move(lease), token).ok()) return absl::OkStatus();
    if (slow_ != nullptr) slow_->Increment();
  }

  absl::StatusOr<json::Value> read =
      client_.Get(Leases(), options_.lease, token);
  if (absl::IsNotFound(read.status())) {
    json::Value lease = json::Object{{"apiVersion", "coordination.k8s.io/v1"},
                                     {"kind", "Lease"}};
    lease["metadata"]["name"] = options_.lease.name;
    lease["metadata"]["namespace"] = options_.lease.ns;
    WriteLease(Held({}, options_.identity, options_.duration, clock_.Now()),
               &lease);
    KAITO_ASSIGN_OR_RETURN(
        lease_, client_.Create(Leases(), options_.lease.ns, lease, {}, token));
    watch_.Observe(ReadLease(lease_), clock_.NowSteady());
    return absl::OkStatus();
  }
  KAITO_RETURN_IF_ERROR(read.status());
  lease_ = *std::move(read);
  watch_.Observe(ReadLease(lease_), clock_.NowSteady());
  if (!watch_.MayTake(options_.identity, clock_.NowSteady())) {
    return absl::FailedPreconditionError(
        absl::StrCat("lease ", options_.lease.ns, "/", options_.lease.name,
                     ": is held by ", watch_.record().holder));
  }
  json::Value lease = lease_;
  WriteLease(
      Held(watch_.record(), options_.identity, options_.duration, clock_.Now()),
      &lease);
  return Write(std::move(lease), token);
}

absl::Status LeaderElector::Acquire(const StopToken& stop) {
  while (true) {
    const absl::Status status = TryHold(stop);
    if (status.ok()) return status;
    if (!absl::IsFailedPrecondition(status) && !stop.stopped()) {
      KAITO_LOG(WARNING, "cannot acquire the lease; trying again",
                {{"lease", options_.lease.name}, {"error", status}});
    }
    KAITO_RETURN_IF_ERROR(WaitFor(
        clock_, options_.retry * (1 + kJitter * random_.Uniform()), stop));
  }
}

absl::Status LeaderElector::KeepHolding(const StopToken& stop) {
  SteadyTime renewed = clock_.NowSteady();
  while (true) {
    if (!WaitFor(clock_, options_.retry, stop).ok()) return absl::OkStatus();
    const SteadyTime begun = clock_.NowSteady();
    // After a freeze of this machine nothing is sure, whatever the lease says.
    absl::Status status = absl::DeadlineExceededError("not renewed in time");
    if (begun - renewed < options_.renew_deadline) {
      const StopSource limit(stop, clock_, renewed + options_.renew_deadline);
      status = TryHold(limit.token());
      if (stop.stopped()) return absl::OkStatus();
    }
    if (status.ok()) {
      // From before the request: it counts from when the server got it.
      renewed = begun;
      continue;
    }
    const bool taken = absl::IsFailedPrecondition(status);
    if (taken || clock_.NowSteady() - renewed >= options_.renew_deadline) {
      return absl::AbortedError(
          absl::StrCat("leader election lost: ", status.message()));
    }
    KAITO_LOG(WARNING, "cannot renew the lease; trying again",
              {{"lease", options_.lease.name}, {"error", status}});
  }
}

void LeaderElector::Release() {
  if (lease_.is_null() || watch_.record().holder != options_.identity) return;
  json::Value lease = lease_;
  WriteLease(Released(watch_.record(), clock_.Now()), &lease);
  const StopSource limit(StopToken(), clock_,
                         clock_.NowSteady() + options_.renew_deadline);
  const absl::Status status = Write(std::move(lease), limit.token());
  if (!status.ok()) {
    KAITO_LOG(WARNING, "cannot give the lease back; it will run out",
              {{"lease", options_.lease.name}, {"error", status}});
  }
}

absl::Status LeaderElector::Run(
    std::function<absl::Status(const StopToken& leading)> lead,
    const StopToken& stop) {
  KAITO_RETURN_IF_ERROR(CheckOptions());
  if (!Acquire(stop).ok()) return absl::OkStatus();  // Stopped before its turn.
  KAITO_LOG(INFO, "leading",
            {{"lease", options_.lease.name}, {"identity", options_.identity}});
  if (master_ != nullptr) master_->Set(1);
  StopSource leading(stop);
  // The lease is renewed until `lead` has ended, also when `stop` comes first.
  StopSource holding;
  absl::Status led;
  absl::Status held;
  {
    KAITO_ASSIGN_OR_RETURN(const Thread worker,
                           Thread::Start("lead", [&, token = leading.token()] {
                             led = lead(token);
                             holding.RequestStop();
                           }));
    held = KeepHolding(holding.token());
    if (!held.ok()) leading.RequestStop(held);
  }
  if (master_ != nullptr) master_->Set(0);
  KAITO_RETURN_IF_ERROR(held);
  if (options_.release) Release();
  if (stop.stopped()) return absl::OkStatus();
  return led;
}

}  // namespace kaito::kube

#include "kaito/kube/leader/lease_record.h"

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"

namespace kaito::kube {
namespace {

int64_t IntegerAt(const json::Value& lease, absl::string_view field) {
  const json::Value* value = lease.FindPath({"spec", field});
  return value == nullptr ? 0 : value->integer().value_or(0);
}

std::string TextAt(const json::Value& lease, absl::string_view field) {
  return std::string(lease.StringAt({"spec", field}));
}

}  // namespace

LeaseRecord ReadLease(const json::Value& lease) {
  return {.holder = TextAt(lease, "holderIdentity"),
          .duration = absl::Seconds(IntegerAt(lease, "leaseDurationSeconds")),
          .acquire_time = TextAt(lease, "acquireTime"),
          .renew_time = TextAt(lease, "renewTime"),
          .transitions = IntegerAt(lease, "leaseTransitions")};
}

void WriteLease(const LeaseRecord& record, json::Value* lease) {
  json::Value& spec = (*lease)["spec"];
  spec["holderIdentity"] = record.holder;
  spec["leaseDurationSeconds"] = absl::ToInt64Seconds(record.duration);
  spec["acquireTime"] = record.acquire_time;
  spec["renewTime"] = record.renew_time;
  spec["leaseTransitions"] = record.transitions;
}

void LeaseWatch::Observe(const LeaseRecord& record, SteadyTime now) {
  if (changed_.has_value() && record == record_) return;
  record_ = record;
  changed_ = now;
}

bool LeaseWatch::MayTake(absl::string_view candidate, SteadyTime now) const {
  if (record_.holder.empty() || record_.holder == candidate) return true;
  return changed_.has_value() && now - *changed_ >= record_.duration;
}

LeaseRecord Held(const LeaseRecord& before, absl::string_view candidate,
                 absl::Duration duration, absl::Time now) {
  LeaseRecord held = before;
  held.duration = duration;
  held.renew_time = api::FormatMicroTimestamp(now);
  if (before.holder == candidate) return held;
  held.holder = std::string(candidate);
  held.acquire_time = held.renew_time;
  // The first holder is no change of holder.
  if (!before.renew_time.empty()) ++held.transitions;
  return held;
}

LeaseRecord Released(const LeaseRecord& before, absl::Time now) {
  LeaseRecord released = before;
  released.holder.clear();
  released.duration = absl::Seconds(1);
  released.renew_time = api::FormatMicroTimestamp(now);
  released.acquire_time = released.renew_time;
  return released;
}

}  // namespace kaito::kube

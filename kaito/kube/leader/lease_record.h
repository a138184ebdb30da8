#ifndef KAITO_KUBE_LEADER_LEASE_RECORD_H_
#define KAITO_KUBE_LEADER_LEASE_RECORD_H_

// What a Lease says about who leads, and what a candidate may make of it. Pure.
// For LeaderElector (leader_elector.h).
//
// A holder is silent when its record has not changed for its duration on *our*
// steady clock: the times in the record are for people, since clocks differ.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"

namespace kaito::kube {

struct LeaseRecord {
  std::string holder;  // Empty: nobody.
  absl::Duration duration;
  std::string acquire_time;  // As written.
  std::string renew_time;    // As written: only a change of it means anything.
  int64_t transitions = 0;

  bool operator==(const LeaseRecord& other) const = default;
};

LeaseRecord ReadLease(const json::Value& lease);

// Writes it into a lease; all else there stays.
void WriteLease(const LeaseRecord& record, json::Value* lease);

// What a candidate has seen of a lease.
class LeaseWatch {
 public:
  // The record was read at `now`.
  void Observe(const LeaseRecord& record, SteadyTime now);

  const LeaseRecord& record() const { return record_; }
  // Whether `candidate` may write itself in: it holds it, nobody does, or the
  // holder has been silent for its duration.
  bool MayTake(absl::string_view candidate, SteadyTime now) const;

 private:
  LeaseRecord record_;
  std::optional<SteadyTime> changed_;  // When the record was first seen.
};

// The record with `candidate` as its holder: transitions count changes of
// holder, and the time of acquisition stays while it holds.
LeaseRecord Held(const LeaseRecord& before, absl::string_view candidate,
                 absl::Duration duration, absl::Time now);
// Given back: nobody holds it, and nobody needs to wait.
LeaseRecord Released(const LeaseRecord& before, absl::Time now);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_LEADER_LEASE_RECORD_H_

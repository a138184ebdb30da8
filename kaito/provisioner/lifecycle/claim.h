#ifndef KAITO_PROVISIONER_LIFECYCLE_CLAIM_H_
#define KAITO_PROVISIONER_LIFECYCLE_CLAIM_H_

// Claim: a Machine or a NodeClaim, as the lifecycle sees both: one node that is
// to be, with three conditions on the way. Values in, values out.
//
//   KAITO_ASSIGN_OR_RETURN(Claim claim, Claim::Read(kind, object));
//   claim.Mark({.phase = Phase::kLaunched, .outcome = Outcome::kTrue}, now);
//   if (claim.status_changed()) Write(claim.Status());

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/json/value.h"

namespace kaito::provisioner {

enum class ClaimKind : uint8_t { kMachine, kNodeClaim };

const api::KindInfo& KindOf(ClaimKind kind);

// In the order in which they come true. Ready sums them up.
enum class Phase : uint8_t { kLaunched, kRegistered, kInitialized };
// Whether a phase is done, waits, or can't be done as things are.
enum class Outcome : uint8_t { kTrue, kWaiting, kFailed };

struct PhaseReport {
  Phase phase = Phase::kLaunched;
  Outcome outcome = Outcome::kWaiting;
  std::string reason;   // Not of kTrue.
  std::string message;  // As above.
};

class Claim {
 public:
  static absl::StatusOr<Claim> Read(ClaimKind kind, const json::Value& object);

  ClaimKind kind() const;
  const api::ObjectMeta& metadata() const;
  bool deleting() const { return metadata().deletion_timestamp.has_value(); }
  // Whether it is KAITO's: others' claims are left wholly alone.
  bool managed() const;

  // The one value that the requirements allow; "" where they don't say.
  std::string instance_type() const;
  // Of requirements with one value, of labels that anyone may set, and the
  // claim's own, which win.
  std::map<std::string, std::string> node_labels() const;
  const std::vector<api::Taint>& taints() const;
  const std::vector<api::Taint>& startup_taints() const;
  // What it asks for, "storage" included.
  api::ResourceList requests() const;

  const std::string& node_name() const;
  const std::string& provider_id() const;
  bool IsTrue(Phase phase) const;
  // Since when a phase is true.
  absl::Time TrueSince(Phase phase) const;
  absl::Time created() const;

  // Each writes only what differs.
  void Initialize(absl::Time now);
  void Mark(const PhaseReport& report, absl::Time now);
  void SetInstance(absl::string_view provider_id, absl::string_view node_name,
                   absl::string_view image_id);
  void SetResources(const api::ResourceList& capacity,
                    const api::ResourceList& allocatable);

  bool status_changed() const { return status_changed_; }
  json::Value Status() const;

 private:
  explicit Claim(api::Machine machine) : object_(std::move(machine)) {}
  explicit Claim(api::NodeClaim claim) : object_(std::move(claim)) {}

  std::variant<api::Machine, api::NodeClaim> object_;  // With a status.
  bool status_changed_ = false;
};

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_LIFECYCLE_CLAIM_H_

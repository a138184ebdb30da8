#ifndef KAITO_PROVISIONER_TYPES_PROVIDER_H_
#define KAITO_PROVISIONER_TYPES_PROVIDER_H_

// Provider: who makes nodes: a cloud, this machine, a test. Three verbs, each
// safe to repeat; the lifecycle of Machines and NodeClaims (lifecycle/) does the
// rest. A fake is in fake/fake_provider.h.
//
//   KAITO_ASSIGN_OR_RETURN(const Instance instance,
//                          provider.Create({.claim = "ws438ba4156",
//                                           .instance_type = "T"}, stop));
//
// Calls may take minutes and come from several threads, for one claim one at a
// time.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::provisioner {

// What a claim asks for.
struct InstanceRequest {
  std::string claim;      // Its name, which is also the instance's.
  std::string claim_uid;  // A name may come again.
  std::string instance_type;
  std::map<std::string, std::string> labels;  // Of the node.
  std::vector<api::Taint> taints;
  api::ResourceList requests;  // "storage": the disk.
};

struct Instance {
  std::string claim;
  std::string provider_id;  // As the Node's spec.providerID has it.
  std::string node_name;    // Empty: only the Node tells.
  std::string image_id;
  absl::Time created;
  // What a user should know of it, for an event: that it is not what was asked
  // for. Empty: nothing.
  std::string note;
};

class Provider {
 public:
  virtual ~Provider() = default;

  // "local"; for flags and messages.
  virtual absl::string_view name() const = 0;

  // Whether that node is the provider's own and outlives claims: then it is not
  // deleted, tainted or owned when a claim comes and goes, only labelled.
  virtual bool KeepsNode(absl::string_view node) const = 0;

  // The instance of that claim, made where it is not there: calling it again, a
  // lost answer included, makes no second one.
  //   ResourceExhausted   no capacity or quota; asked again later
  //   InvalidArgument     it can never be made as asked; not asked again
  //   FailedPrecondition  not yet; asked again soon
  //   others              as the table of errors says; asked again
  virtual absl::StatusOr<Instance> Create(const InstanceRequest& request,
                                          const StopToken& stop) = 0;

  // OK: it is being deleted; call again until NotFound: it is gone, or never
  // was. By the claim's name, since an instance whose creation failed may have
  // no id that anyone knows.
  virtual absl::Status Delete(absl::string_view claim,
                              const StopToken& stop) = 0;

  // All that this provider made and that is not being deleted, to find what
  // was lost on either side.
  virtual absl::StatusOr<std::vector<Instance>> List(const StopToken& stop) = 0;
};

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_TYPES_PROVIDER_H_

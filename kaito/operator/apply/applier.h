#ifndef KAITO_OPERATOR_APPLY_APPLIER_H_
#define KAITO_OPERATOR_APPLY_APPLIER_H_

// Applier: the only writer of the operator. Does the steps of a plan in their
// order and stops at the first that fails; doing them again, or stopping
// between any two, does no harm.
//
//   Applier applier(client);
//   const Outcome outcome = applier.Apply(workspace, plan, stop);
//   if (!outcome.status.ok()) ...  // plan.steps[*outcome.failed_step]

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/plan/step.h"

namespace kaito::controller {

// Of what is written server-side (metadata.managedFields).
inline constexpr absl::string_view kFieldManager = "kaito-operator";

// What a write left behind, as far as it is known: a cache that shows less than
// this is behind.
struct Written {
  api::KindInfo kind;
  kube::ObjectKey key;
  std::string version;  // Empty: unknown, or deleted.
  std::string uid;      // Of what was deleted.
};

struct Outcome {
  absl::Status status;  // Of the step that failed.
  std::optional<size_t> failed_step;
  std::vector<size_t> done;  // Steps that wrote something.
  // Of these, and of the one that failed: its answer may have been lost.
  std::vector<Written> written;
};

// Thread-safe.
class Applier {
 public:
  // `client` outlives it.
  explicit Applier(kube::ApiClient& client) : client_(client) {}

  Outcome Apply(const api::Workspace& workspace, const Plan& plan,
                const StopToken& stop) const;

  // Writes `status` in place of workspace.status, where they differ. NotFound
  // where the Workspace is gone. Adds to `written`.
  absl::Status WriteStatus(const api::Workspace& workspace,
                           const api::WorkspaceStatus& status,
                           const StopToken& stop,
                           std::vector<Written>* written) const;

 private:
  absl::Status Do(const api::Workspace& workspace, const Step& step,
                  const StopToken& stop, Written* written) const;
  absl::StatusOr<json::Value> Create(const api::Workspace& workspace,
                                     const Step& step,
                                     const StopToken& stop) const;

  kube::ApiClient& client_;
};

// The resource under which Workspaces are read and written.
api::GroupVersionResource WorkspaceResource();

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_APPLY_APPLIER_H_

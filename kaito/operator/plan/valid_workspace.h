#ifndef KAITO_OPERATOR_PLAN_VALID_WORKSPACE_H_
#define KAITO_OPERATOR_PLAN_VALID_WORKSPACE_H_

// ValidWorkspace: a Workspace whose defaults are set and which breaks no rule;
// there is no other way to get one. Admission checks the same, but may be off,
// and stored objects may be older than a rule.
//
//   KAITO_ASSIGN_OR_RETURN(const ValidWorkspace valid,
//                          ValidWorkspace::Make(workspace, facts, catalog));

#include <utility>

#include "absl/status/statusor.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {

class ValidWorkspace {
 public:
  // InvalidArgument names every fault. `facts.presets` is not looked at: the
  // catalogue is, and outlives what is returned.
  static absl::StatusOr<ValidWorkspace> Make(api::Workspace workspace,
                                             api::ValidationFacts facts,
                                             const Catalog& catalog);

  const api::Workspace& operator*() const { return workspace_; }
  const api::Workspace* operator->() const { return &workspace_; }
  // nullptr for a pod template of the user's own.
  const Preset* preset() const { return preset_; }

 private:
  ValidWorkspace(api::Workspace workspace, const Preset* preset)
      : workspace_(std::move(workspace)), preset_(preset) {}

  api::Workspace workspace_;
  const Preset* preset_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_VALID_WORKSPACE_H_

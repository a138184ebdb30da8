#include "kaito/api/workspace/crd.h"

#include <string>
#include <utility>
#include <vector>

#include "kaito/api/crd/crd.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

// NAME INSTANCE RESOURCEREADY INFERENCEREADY WORKSPACEREADY AGE, as users of
// KAITO's first versions know it; the rest with -o wide.
std::vector<PrinterColumn> Columns() {
  return {
      {.name = "Instance",
       .type = "string",
       .json_path = ".resource.instanceType",
       .description = "Kind of machine."},
      ConditionColumn(condition::kResourceReady,
                      "Nodes and all else are there.", 0),
      ConditionColumn(condition::kInferenceReady, "The model answers.", 0),
      ConditionColumn(condition::kWorkspaceReady,
                      "It does what it is there for.", 0),
      {.name = "Age",
       .type = "date",
       .json_path = ".metadata.creationTimestamp",
       .description = "Time since its creation."},
      ConditionColumn(condition::kJobStarted, "The tuning Job runs or has run.",
                      1),
      ConditionColumn(condition::kWorkspaceSucceeded,
                      "The adapter is stored, or the model answers.", 1),
      {.name = "State",
       .type = "string",
       .json_path = ".status.state",
       .description = "All of it in one word.",
       .priority = 1},
      {.name = "Step",
       .type = "integer",
       .json_path = ".status.progress.step",
       .description = "Steps of tuning done.",
       .priority = 1},
      {.name = "Loss",
       .type = "number",
       .json_path = ".status.progress.loss",
       .description = "Training loss.",
       .priority = 1},
      {.name = "ETA",
       .type = "integer",
       .json_path = ".status.progress.etaSeconds",
       .description = "Seconds of tuning left.",
       .priority = 1},
  };
}

}  // namespace

json::Value WorkspaceCrd(const CrdOptions& options) {
  const json::Value schema = RootSchema(TypeFor<Workspace>(), options);
  json::Value alpha_schema = schema;
  alpha_schema["properties"]["resource"]["properties"]["instanceType"]
              ["default"] = kDefaultInstanceTypeV1Alpha1;
  return ToJson({.group = std::string(kWorkspaceGroup),
                 .kind = std::string(kWorkspaceKind),
                 .plural = std::string(kWorkspacePlural),
                 .short_names = {"wk", "wks"},
                 .categories = {"workspace"},
                 // v1beta1 is stored, as KAITO does it since it has both: an
                 // existing cluster's objects need no migration.
                 .versions = {{.name = "v1alpha1",
                               .schema = std::move(alpha_schema),
                               .columns = Columns()},
                              {.name = "v1beta1",
                               .storage = true,
                               .schema = schema,
                               .columns = Columns()}}});
}

}  // namespace kaito::api

#include "kaito/operator/plan/plan_only.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/validation.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/make_plan.h"
#include "kaito/operator/plan/references.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/render/revision.h"
#include "kaito/operator/render/settings.h"
#include "kaito/provisioner/sku/gpu_sku.h"

namespace kaito::controller {
namespace {

// Names that the server would give.
constexpr absl::string_view kUid = "00000000-0000-0000-0000-000000000000";

std::vector<ObservedNode> NodesAsAskedFor(const api::Workspace& workspace) {
  ObservedNode node = {.ready = true,
                       .matches_labels = true,
                       .created_by_claim = true,
                       .instance_type = workspace.resource.instance_type,
                       .gpus = 1};
  if (const auto* sku = provisioner::FindGpuSku(node.instance_type)) {
    node.gpus = sku->gpus;
  }
  std::vector<ObservedNode> nodes;
  for (int64_t i = 0; i < workspace.resource.count; ++i) {
    node.name = absl::StrCat("node-", i + 1);
    nodes.push_back(node);
  }
  return nodes;
}

// The plan of a Workspace that tunes, or else serves.
std::vector<PlannedStage> PlanOf(const ValidWorkspace& workspace,
                                 const Settings& settings) {
  Snapshot snapshot;
  for (const SecretUse& use : SecretsOf(*workspace)) {
    snapshot.secrets[use.name] = {.exists = true, .has_key = true};
  }
  if (const auto use = ConfigMapOf(*workspace); use && !use->is_ours()) {
    snapshot.config_map = json::Object();
    snapshot.config = json::Object();
  }
  const auto plan = [&] {
    return MakePlan(workspace, snapshot, settings,
                    Assess(workspace, snapshot, settings));
  };
  std::vector<PlannedStage> stages = {{"first", plan()}};
  if (Assess(workspace, snapshot, settings).obstacle) return stages;
  snapshot.revisions.push_back(RenderRevision(*workspace, 1));
  snapshot.nodes = NodesAsAskedFor(*workspace);
  stages.push_back({workspace->resource.count == 1 ? "when the node is ready"
                                                   : "when the nodes are ready",
                    plan()});
  return stages;
}

absl::StatusOr<PlannedWorkspace> PlanOfDocument(
    const json::Value& document, const api::ValidationFacts& facts,
    const Settings& settings) {
  api::Decoded<api::Workspace> decoded = api::Decode<api::Workspace>(document);
  api::FieldErrors errors = decoded.errors;
  errors.Append(decoded.unknown);
  const std::string where =
      absl::StrCat("Workspace ", decoded.object.metadata.name);
  KAITO_RETURN_IF_ERROR(errors.ToStatus(where));
  api::Workspace& workspace = decoded.object;
  if (workspace.metadata.ns.empty()) workspace.metadata.ns = "default";
  if (workspace.metadata.uid.empty())
    workspace.metadata.uid = std::string(kUid);
  const auto valid = ValidWorkspace::Make(workspace, facts, BuiltInCatalog());
  if (!valid.ok()) return Annotate(valid.status(), where);
  PlannedWorkspace planned = {.name = workspace.metadata.name};
  api::ValidationFacts with_presets = facts;
  with_presets.presets = &BuiltInCatalog();
  planned.warnings = api::Warnings(**valid, with_presets);
  planned.warnings.push_back(PublishedMemoryWarning(*valid, /*config=*/{}));
  std::erase(planned.warnings, "");
  planned.stages = PlanOf(*valid, settings);
  return planned;
}

std::string TextOf(const PlannedWorkspace& planned) {
  std::string text = absl::StrCat("Workspace ", planned.name, "\n");
  for (const std::string& warning : planned.warnings) {
    absl::StrAppend(&text, "warning: ", warning, "\n");
  }
  for (const PlannedStage& stage : planned.stages) {
    absl::StrAppend(&text, stage.when, ":\n");
    for (const Step& step : stage.plan.steps) {
      absl::StrAppend(&text, "  ", step.ToString(), "\n");
    }
    if (stage.plan.steps.empty()) absl::StrAppend(&text, "  nothing\n");
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<PlannedWorkspace>> PlanWorkspaces(
    absl::string_view yaml_text, const api::ValidationFacts& facts,
    const Settings& settings) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<yaml::Document> documents,
                         yaml::ParseAll(yaml_text));
  std::vector<PlannedWorkspace> all;
  for (const yaml::Document& document : documents) {
    if (document.value.StringAt({"kind"}) != api::kWorkspaceKind) continue;
    KAITO_ASSIGN_OR_RETURN(PlannedWorkspace one,
                           PlanOfDocument(document.value, facts, settings));
    all.push_back(std::move(one));
  }
  if (all.empty()) {
    return absl::InvalidArgumentError(
        "the file holds no Workspace (kind: Workspace)");
  }
  return all;
}

absl::StatusOr<std::string> PlanOnly(absl::string_view yaml_text,
                                     const api::ValidationFacts& facts,
                                     const Settings& settings) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<PlannedWorkspace> all,
                         PlanWorkspaces(yaml_text, facts, settings));
  std::string text;
  for (const PlannedWorkspace& planned : all) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", TextOf(planned));
  }
  return text;
}

}  // namespace kaito::controller

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

void AddSteps(absl::string_view title, const Plan& plan, std::string& text) {
  absl::StrAppend(&text, title, "\n");
  for (const Step& step : plan.steps) {
    absl::StrAppend(&text, "  ", step.ToString(), "\n");
  }
  if (plan.steps.empty()) absl::StrAppend(&text, "  nothing\n");
}

// The plan of a Workspace that tuned, or else serves.
std::string PlanOf(const ValidWorkspace& workspace, const Settings& settings) {
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
  std::string text;
  AddSteps("first:", plan(), text);
  if (Assess(workspace, snapshot, settings).obstacle) return text;
  snapshot.revisions.push_back(RenderRevision(*workspace, 1));
  snapshot.nodes = NodesAsAskedFor(*workspace);
  AddSteps(workspace->resource.count == 1 ? "when the node is ready:"
                                          : "when the nodes are ready:",
           plan(), text);
  return text;
}

absl::StatusOr<std::string> PlanOfDocument(const json::Value& document,
                                           const api::ValidationFacts& facts,
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
  std::string text = absl::StrCat(where, "\n");
  api::ValidationFacts with_presets = facts;
  with_presets.presets = &BuiltInCatalog();
  std::vector<std::string> warnings = api::Warnings(**valid, with_presets);
  warnings.push_back(PublishedMemoryWarning(*valid, /*config=*/{}));
  for (const std::string& warning : warnings) {
    if (!warning.empty()) absl::StrAppend(&text, "warning: ", warning, "\n");
  }
  return absl::StrCat(text, PlanOf(*valid, settings));
}

}  // namespace

absl::StatusOr<std::string> PlanOnly(absl::string_view yaml_text,
                                     const api::ValidationFacts& facts,
                                     const Settings& settings) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<yaml::Document> documents,
                         yaml::ParseAll(yaml_text));
  std::string text;
  for (const yaml::Document& document : documents) {
    if (document.value.StringAt({"kind"}) != api::kWorkspaceKind) continue;
    KAITO_ASSIGN_OR_RETURN(const std::string one,
                           PlanOfDocument(document.value, facts, settings));
    absl::StrAppend(&text, text.empty() ? "" : "\n", one);
  }
  if (text.empty()) {
    return absl::InvalidArgumentError(
        "the file holds no Workspace (kind: Workspace)");
  }
  return text;
}

}  // namespace kaito::controller

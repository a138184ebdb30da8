#include "kaito/cli/plan/plan_command.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/text/printable.h"
#include "kaito/operator/plan/plan_only.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/render/settings.h"

namespace kaito::cli {
namespace {

using controller::PlannedStage;
using controller::PlannedWorkspace;
using controller::Settings;
using controller::Step;

// What an API server would refuse is refused here too.
constexpr int64_t kMaxFileBytes = 4 << 20;

json::Value ToJson(const Step& step) {
  json::Value out =
      json::Object{{"action", ActionName(step.action)}, {"why", step.why}};
  if (!step.writes()) return out;
  out["kind"] = step.kind.kind;
  out["name"] = step.name;
  if (!step.ns.empty()) out["namespace"] = step.ns;
  if (!step.object.is_null()) out["object"] = step.object;
  return out;
}

json::Value ToJson(const PlannedWorkspace& planned) {
  json::Array warnings;
  for (const std::string& warning : planned.warnings) {
    warnings.push_back(warning);
  }
  json::Array stages;
  for (const PlannedStage& stage : planned.stages) {
    json::Array steps;
    for (const Step& step : stage.plan.steps) steps.push_back(ToJson(step));
    stages.push_back(
        json::Object{{"when", stage.when}, {"steps", std::move(steps)}});
  }
  return json::Object{{"workspace", planned.name},
                      {"warnings", std::move(warnings)},
                      {"stages", std::move(stages)}};
}

struct PlanFlags {
  std::string file;
  Settings settings;
};

void AddPlanFlags(PlanFlags& flags, FlagSet& set) {
  set.Add("file", &flags.file,
          "Also -f: YAML or JSON with Workspaces; - is standard input.")
      .Value("FILE")
      .Required();
  set.Group("As the operator is started");
  set.Add("preset-registry", &flags.settings.preset_registry,
          "Registry and path of the model images; empty: there are none.")
      .Value("PREFIX");
  set.Add("hub-downloads", &flags.settings.hub_downloads,
          "Pods may download weights from the hub.");
  set.Add("node-auto-provisioning", &flags.settings.node_auto_provisioning,
          "Nodes are created. Without it they are the user's own.");
  set.AddEnum("node-claims", &flags.settings.claim_kind,
              {{"machine", controller::ClaimKind::kMachine},
               {"nodeclaim", controller::ClaimKind::kNodeClaim}},
              "Kind of object by which nodes are asked for.");
  set.Add("allow-private-addresses", &flags.settings.allow_private_addresses,
          "Data and registries may be on private and loopback addresses.");
}

}  // namespace

absl::Status PlanCommand(std::span<const std::string> args,
                         const Context& context) {
  SharedFlags common;
  PlanFlags flags;
  FlagSet set("kubectl kaito plan",
              "Says what the operator would do with the Workspaces of a file. "
              "Secrets and ConfigMaps that they name are taken to be there.");
  AddOutputFlag(common, set);
  AddPlanFlags(flags, set);
  set.Example("kubectl kaito plan -f examples/workspaces/walkthrough.yaml");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed,
                         set.Parse(WithLongNames(args)));
  if (parsed.help) {
    context.out << set.Help();
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::string yaml,
      ReadFile(flags.file == "-" ? "/dev/stdin" : flags.file, kMaxFileBytes));
  const api::ValidationFacts facts = {
      .node_auto_provisioning = flags.settings.node_auto_provisioning,
      .allow_private_addresses = flags.settings.allow_private_addresses};
  if (common.output == OutputFormat::kText) {
    KAITO_ASSIGN_OR_RETURN(const std::string text,
                           controller::PlanOnly(yaml, facts, flags.settings));
    context.out << PrintableLines(text);
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::vector<PlannedWorkspace> plans,
      controller::PlanWorkspaces(yaml, facts, flags.settings));
  json::Array all;
  for (const PlannedWorkspace& planned : plans) all.push_back(ToJson(planned));
  const json::Value document = json::Object{{"plans", std::move(all)}};
  context.out << json::Write(document, {.indent = 2}) << "\n";
  return absl::OkStatus();
}

}  // namespace kaito::cli

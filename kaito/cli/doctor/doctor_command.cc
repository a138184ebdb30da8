#include "kaito/cli/doctor/doctor_command.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/cli/access/connect.h"
#include "kaito/cli/doctor/cluster_facts.h"
#include "kaito/cli/doctor/findings.h"
#include "kaito/cli/doctor/machine_facts.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/text/printable.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::cli {
namespace {

std::vector<Finding> ClusterFindings(const SharedFlags& flags,
                                     const Context& context) {
  const absl::StatusOr<kube::ClusterAccess> access =
      FindCluster(flags, context);
  if (!access.ok()) return JudgeCluster({.access = access.status()});
  const absl::StatusOr<Cluster> cluster = Connect(flags, context);
  if (!cluster.ok()) return JudgeCluster({.access = cluster.status()});
  return JudgeCluster(LookAtCluster(*cluster->client, cluster->access.origin,
                                    cluster->ns, context.stop));
}

}  // namespace

absl::Status ShowFindings(const std::vector<Finding>& findings,
                          OutputFormat output, const Context& context) {
  int64_t failures = 0;
  json::Array all;
  for (const Finding& finding : findings) {
    if (finding.level == Finding::Level::kFail) ++failures;
    if (output == OutputFormat::kJson) {
      all.push_back(json::Object{{"check", finding.check},
                                 {"level", LevelName(finding.level)},
                                 {"what", finding.what},
                                 {"remedy", finding.remedy}});
      continue;
    }
    context.out << absl::StrFormat("%-5s %s: %s\n",
                                   std::string(LevelName(finding.level)),
                                   finding.check, Printable(finding.what));
    if (!finding.remedy.empty()) {
      context.out << "      " << Printable(finding.remedy) << "\n";
    }
  }
  if (output == OutputFormat::kJson) {
    const json::Value document =
        json::Object{{"findings", std::move(all)}, {"failures", failures}};
    context.out << json::Write(document, {.indent = 2}) << "\n";
  }
  if (failures == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "doctor: ", failures, " of ", findings.size(),
      " findings would make something fail; each has its remedy above"));
}

absl::Status DoctorCommand(std::span<const std::string> args,
                           const Context& context) {
  SharedFlags common;
  MachineLook look = {.env = context.env};
  std::string registry;
  FlagSet set("kubectl kaito doctor",
              "Finds what would fail, on this machine and in the cluster. "
              "Changes nothing; the exit code is 1 where something would.");
  AddOutputFlag(common, set);
  set.Add("data-dir", &look.data_dir,
          "Of the standalone operator; by default $XDG_DATA_HOME/kaito.")
      .Value("DIR");
  set.Add("preset", &look.wanted_preset,
          "Looks for this one's weights on this machine too.")
      .Value("NAME");
  set.Add("registry", &registry, "Asks this one too.").Value("HOST[:PORT]");
  AddClusterFlags(common, set);
  set.Example("kubectl kaito doctor");
  set.Example("kubectl kaito doctor --registry registry.example.com -o json");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed,
                         set.Parse(WithLongNames(args)));
  if (parsed.help) {
    context.out << set.Help();
    return absl::OkStatus();
  }
  std::vector<Finding> findings = JudgeMachine(LookAtMachine(look));
  for (Finding& finding : ClusterFindings(common, context)) {
    findings.push_back(std::move(finding));
  }
  if (!registry.empty()) {
    findings.push_back(
        JudgeRegistry(LookAtRegistry(registry, context.clock, context.stop)));
  }
  if (context.stop.stopped()) return context.stop.status();
  return ShowFindings(findings, common.output, context);
}

}  // namespace kaito::cli

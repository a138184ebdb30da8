#include "kaito/standalone/node/process_plan.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/node/environment.h"
#include "kaito/standalone/node/image_table.h"

namespace kaito::standalone {
namespace {

// layout.h of the contract between operator and runtime; written out, since
// pods of any kind get it.
constexpr absl::string_view kTerminationLogVariable = "KAITO_TERMINATION_LOG";

// The port that registries listen on.
constexpr int kRegistryPort = 5000;

// Where registry images keep their blobs, for pods that mount a volume there.
constexpr absl::string_view kRegistryDir = "/var/lib/registry";

// "0.0.0.0:5000", alone or after '=': all addresses mean the pod's here.
std::string OwnAddress(const std::string& arg, const std::string& pod_ip) {
  constexpr absl::string_view kAll = "0.0.0.0:";
  const size_t equals = arg.find('=');
  const size_t start =
      absl::StartsWith(arg, kAll) || equals == std::string::npos ? 0
                                                                 : equals + 1;
  if (!absl::StartsWith(absl::string_view(arg).substr(start), kAll)) {
    return arg;
  }
  return absl::StrCat(absl::string_view(arg).substr(0, start), pod_ip, ":",
                      absl::string_view(arg).substr(start + kAll.size()));
}

std::vector<std::string> Expand(const std::vector<std::string>& texts,
                                const Environment& env) {
  std::vector<std::string> out;
  out.reserve(texts.size());
  for (const std::string& text : texts) {
    out.push_back(ExpandVariables(text, env));
  }
  return out;
}

// Lines for a curlrc: connections to ports that couldn't be bound go to those
// that stand for them.
std::string CurlConfig(const std::vector<PortRemap>& remaps) {
  std::string text;
  for (const PortRemap& remap : remaps) {
    absl::StrAppend(&text, "connect-to = \"", remap.address, ":", remap.port,
                    ":", remap.address, ":", remap.bound_port, "\"\n");
  }
  return text;
}

// JSON is YAML.
std::string RegistryConfig(const ProcessInputs& in) {
  const std::string storage = in.paths.HostPath(kRegistryDir)
                                  .value_or(JoinPath(in.work_dir, "registry"));
  return absl::StrCat(
      json::Write(
          json::Object{
              {"version", 0.1},
              {"storage",
               json::Object{
                   {"filesystem", json::Object{{"rootdirectory", storage}}},
                   {"delete", json::Object{{"enabled", true}}},
               }},
              {"http", json::Object{{"addr", absl::StrCat(in.facts.pod_ip, ":",
                                                          kRegistryPort)}}},
          },
          {.indent = 2}),
      "\n");
}

}  // namespace

absl::StatusOr<ProcessPlan> MakeProcessPlan(const ProcessInputs& in) {
  KAITO_ASSIGN_OR_RETURN(const ImageStandIn* image,
                         in.images.Find(in.container.image));
  ProcessPlan plan;
  KAITO_ASSIGN_OR_RETURN(
      plan.env, MakeEnvironment(in.pod, in.container, in.sources, in.facts));
  KAITO_ASSIGN_OR_RETURN(
      plan.argv,
      StandInArguments(*image, Expand(in.container.command, plan.env),
                       Expand(in.container.args, plan.env)));
  // The program itself is a path of this machine.
  for (size_t i = 1; i < plan.argv.size(); ++i) {
    plan.argv[i] = OwnAddress(in.paths.Rewrite(plan.argv[i]), in.facts.pod_ip);
  }
  for (auto& [name, value] : plan.env) value = in.paths.Rewrite(value);
  plan.env.emplace("HOME", in.work_dir);
  plan.env.emplace("TMPDIR", JoinPath(in.work_dir, "tmp"));
  plan.env[std::string(kTerminationLogVariable)] = in.termination_file;
  plan.cwd = in.work_dir;
  if (!in.container.working_dir.empty()) {
    // A directory of the image, where it is not mounted: there is none here.
    plan.cwd =
        in.paths.HostPath(in.container.working_dir).value_or(in.work_dir);
  }
  switch (image->kind) {
    case ImageStandIn::Kind::kProgram:
      break;
    case ImageStandIn::Kind::kCurl:
      plan.files.emplace_back(".curlrc", CurlConfig(in.remaps));
      plan.env["CURL_HOME"] = in.work_dir;
      break;
    case ImageStandIn::Kind::kRegistry:
      plan.files.emplace_back("config.yml", RegistryConfig(in));
      break;
  }
  return plan;
}

}  // namespace kaito::standalone

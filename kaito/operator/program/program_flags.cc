#include "kaito/operator/program/program_flags.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/log/log.h"

namespace kaito::controller {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void AddProgramFlags(ProgramFlags& flags, FlagSet& set) {
  set.Group("Standalone: without a cluster");
  set.Add("data-dir", &flags.data_dir,
          "Where objects, pods and models are kept; by default "
          "$XDG_DATA_HOME/kaito.")
      .Value("DIR");
  set.Add("api-port", &flags.api_port,
          "Port of the API on 127.0.0.1; a free one where it is taken, or 0.")
      .Value("PORT");
  set.Add("files-dir", &flags.files_dir,
          "Where the files are that come with this program.")
      .Value("DIR");
  set.Add(
      "refuse-private-addresses", &flags.refuse_private_addresses,
      "Lets pods reach no private and loopback addresses, as in a cluster.");
  set.Group("With a cluster");
  set.Add("cluster", &flags.cluster,
          "Runs against the cluster of the current kubeconfig.");
  set.Add("context", &flags.context, "Of the kubeconfig; implies --cluster.")
      .Value("NAME");
  set.Add("kubeconfig", &flags.kubeconfig,
          "Another kubeconfig; implies --cluster.")
      .Value("FILE");
  set.Add("leader-elect", &flags.leader_elect,
          "Works only while this copy holds the Lease kaito-operator; the "
          "process ends when it loses it.");
  set.Add("leader-elect-namespace", &flags.leader_elect_namespace,
          "Where the Lease is; by default $POD_NAMESPACE, else kube-system.")
      .Value("NAMESPACE");
  set.Add("kube-api-qps", &flags.requests_per_second,
          "Requests a second to the API server, at most; bursts may be twice "
          "as large.");
  set.Group("Looking ahead");
  set.Add("plan-only", &flags.plan_only,
          "Prints what would be done with the Workspaces of --file, and ends.");
  set.Add("file", &flags.file, "Their YAML.").Value("FILE");
  set.Group("Logs");
  set.AddEnum("log-format", &flags.log_format,
              {{"text", LogFormat::kText}, {"json", LogFormat::kJson}},
              "How log lines look.");
  set.Add("verbose", &flags.verbose, "Logs what a developer asks for, too.");
}

std::string DefaultDataDir() {
  if (const std::string data = Environment("XDG_DATA_HOME"); !data.empty()) {
    return JoinPath(data, "kaito");
  }
  if (const std::string home = Environment("HOME"); !home.empty()) {
    return JoinPath(home, ".local/share/kaito");
  }
  return "kaito-data";
}

std::string DefaultNamespace() {
  const std::string ns = Environment("POD_NAMESPACE");
  return ns.empty() ? "kube-system" : ns;
}

std::string FindTool(const std::string& name) {
  for (absl::string_view directory :
       absl::StrSplit(Environment("PATH"), ':', absl::SkipEmpty())) {
    const std::string path = JoinPath(directory, name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  std::string root = Environment("KAITO_TOOLS_DIR");
  if (root.empty()) {
    root = JoinPath(Environment("HOME"), ".cache/kaito/tools");
  }
  const std::string path = JoinPath(JoinPath(root, "bin"), name);
  return access(path.c_str(), X_OK) == 0 ? path : "";
}

}  // namespace kaito::controller

#include "kaito/kube/client/access_loader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/kube_config.h"

namespace kaito::kube {
namespace {

// As much as the YAML reader takes.
constexpr int64_t kMaxFileBytes = int64_t{1} << 20;

std::string Env(const AccessOptions& options, absl::string_view name) {
  if (!options.env) return "";
  return options.env(name).value_or("");
}

// The files that exist, in order. One named by the user must exist.
absl::StatusOr<std::vector<KubeConfigText>> ReadKubeConfigs(
    const AccessOptions& options) {
  std::vector<std::string> paths;
  const bool named = !options.kubeconfig.empty();
  if (named) {
    paths = {options.kubeconfig};
  } else if (const std::string list = Env(options, "KUBECONFIG");
             !list.empty()) {
    paths = absl::StrSplit(list, ':', absl::SkipEmpty());
  } else if (const std::string home = Env(options, "HOME"); !home.empty()) {
    paths = {JoinPath(home, ".kube/config")};
  }
  std::vector<KubeConfigText> files;
  for (std::string& path : paths) {
    absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
    if (!named && absl::IsNotFound(text.status())) continue;
    if (!text.ok()) return text.status();
    files.push_back({std::move(path), *std::move(text)});
  }
  return files;
}

absl::StatusOr<ClusterAccess> InCluster(const AccessOptions& options,
                                        std::string host) {
  const std::string port = Env(options, "KUBERNETES_SERVICE_PORT");
  if (port.empty()) {
    return absl::InvalidArgumentError(
        "in-cluster access: KUBERNETES_SERVICE_HOST is set, "
        "KUBERNETES_SERVICE_PORT is not");
  }
  if (host.find(':') != std::string::npos) host = absl::StrCat("[", host, "]");
  ClusterAccess access;
  access.origin = "the pod's service account";
  access.server = absl::StrCat("https://", host, ":", port);
  const std::string& directory = options.service_account_directory;
  access.ca_file = JoinPath(directory, "ca.crt");
  access.token_file = JoinPath(directory, "token");
  absl::StatusOr<std::string> ns =
      ReadFile(JoinPath(directory, "namespace"), kMaxFileBytes);
  if (ns.ok()) {
    access.ns = std::string(absl::StripAsciiWhitespace(*ns));
  } else if (!absl::IsNotFound(ns.status())) {
    return ns.status();
  }
  return access;
}

}  // namespace

absl::StatusOr<ClusterAccess> LoadClusterAccess(const AccessOptions& options) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<KubeConfigText> files,
                         ReadKubeConfigs(options));
  if (!files.empty()) return ResolveKubeConfig(files, options.context);
  std::string host = Env(options, "KUBERNETES_SERVICE_HOST");
  if (!host.empty()) return InCluster(options, std::move(host));
  return absl::NotFoundError(
      "cluster access: no kubeconfig and not inside a pod; give --kubeconfig, "
      "or set KUBECONFIG");
}

}  // namespace kaito::kube

#ifndef KAITO_KUBE_CLIENT_ACCESS_LOADER_H_
#define KAITO_KUBE_CLIENT_ACCESS_LOADER_H_

// Finds how to reach the cluster, where kubectl and pods look: --kubeconfig,
// $KUBECONFIG (several files, merged), ~/.kube/config, then the pod's service
// account. For main() only; it reads files.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const ClusterAccess access,
//       LoadClusterAccess({.kubeconfig = flags.kubeconfig, .env = ReadEnv}));

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::kube {

struct AccessOptions {
  std::string kubeconfig;  // A file; empty: look for it.
  std::string context;     // Empty: the current one.
  // A variable of the environment, nothing where it is not set.
  std::function<std::optional<std::string>(absl::string_view)> env;
  std::string service_account_directory =
      "/var/run/secrets/kubernetes.io/serviceaccount";
};

// NotFound where there is none of all, InvalidArgument for a wrong file.
absl::StatusOr<ClusterAccess> LoadClusterAccess(const AccessOptions& options);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_ACCESS_LOADER_H_

#ifndef KAITO_KUBE_CLIENT_KUBE_CONFIG_H_
#define KAITO_KUBE_CLIENT_KUBE_CONFIG_H_

// Reads kubeconfigs: merges several as kubectl does and resolves one context.
// Pure: the texts come from access_loader.h.
//
//   KAITO_ASSIGN_OR_RETURN(const ClusterAccess access,
//                          ResolveKubeConfig({{path, text}}, "demo"));
//
// Refused with a message that says what to use instead: exec plug-ins,
// auth-providers (give a token or a client certificate), and
// insecure-skip-tls-verify (give the authority).

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::kube {

struct KubeConfigText {
  std::string path;  // Relative paths inside start at its directory.
  std::string text;
};

// Of entries of one name, the first file's counts; of current-context, the
// first that is not empty. `context` empty: the current one.
absl::StatusOr<ClusterAccess> ResolveKubeConfig(
    std::span<const KubeConfigText> files, absl::string_view context);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_KUBE_CONFIG_H_

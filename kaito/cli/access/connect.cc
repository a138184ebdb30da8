#include "kaito/cli/access/connect.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/kube/client/access_loader.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"

namespace kaito::cli {
namespace {

absl::Status WithRemedy(const absl::Status& status, absl::string_view remedy) {
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(),
                   absl::EndsWith(status.message(), ".") ? " " : ". ", remedy));
}

}  // namespace

absl::StatusOr<kube::ClusterAccess> FindCluster(const SharedFlags& flags,
                                                const Context& context) {
  absl::StatusOr<kube::ClusterAccess> access =
      kube::LoadClusterAccess({.kubeconfig = flags.kubeconfig,
                               .context = flags.context,
                               .env = context.env});
  if (absl::IsNotFound(access.status())) {
    return WithRemedy(
        access.status(),
        "Name one with --kubeconfig, or start standalone with `./bazelw run "
        "//kaito/operator` and export KUBECONFIG as it prints");
  }
  return access;
}

absl::StatusOr<Cluster> Connect(const SharedFlags& flags,
                                const Context& context) {
  Cluster cluster;
  KAITO_ASSIGN_OR_RETURN(cluster.access, FindCluster(flags, context));
  cluster.ns = flags.ns.empty() ? cluster.access.ns : flags.ns;
  KAITO_ASSIGN_OR_RETURN(
      cluster.client,
      kube::HttpApiClient::Connect(context.clock, cluster.access,
                                   {.user_agent = "kubectl-kaito",
                                    .request_timeout = absl::Seconds(15)}));
  return cluster;
}

api::GroupVersionResource WorkspaceGvr() {
  return {.group = std::string(api::kWorkspaceGroup),
          .version = "v1alpha1",
          .resource = std::string(api::kWorkspacePlural)};
}

absl::Status Explain(const absl::Status& status, const Cluster& cluster) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return WithRemedy(
          status, absl::StrCat("The server is that of ", cluster.access.origin,
                               "; is it running?"));
    case absl::StatusCode::kUnauthenticated:
      return WithRemedy(
          status,
          absl::StrCat("The credentials are those of ", cluster.access.origin,
                       "; a standalone started anew on another --data-dir "
                       "prints another kubeconfig"));
    case absl::StatusCode::kPermissionDenied:
      return WithRemedy(status,
                        "Ask for a role with the right that it names, or use "
                        "another --context");
    default:
      return status;
  }
}

}  // namespace kaito::cli

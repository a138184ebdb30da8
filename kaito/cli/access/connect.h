#ifndef KAITO_CLI_ACCESS_CONNECT_H_
#define KAITO_CLI_ACCESS_CONNECT_H_

// The cluster that the command line and the environment name, as kubectl finds
// it.
//
//   KAITO_ASSIGN_OR_RETURN(const Cluster cluster, Connect(common, context));
//   cluster.client->Get(gvr, {cluster.ns, name}, context.stop);

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::cli {

struct Cluster {
  kube::ClusterAccess access;
  std::unique_ptr<kube::ApiClient> client;
  std::string ns;  // --namespace, else the context's.
};

// Where the cluster is; NotFound says what to do where none is named.
absl::StatusOr<kube::ClusterAccess> FindCluster(const SharedFlags& flags,
                                                const Context& context);

// Connects to nobody yet.
absl::StatusOr<Cluster> Connect(const SharedFlags& flags,
                                const Context& context);

// Of Workspaces.
api::GroupVersionResource WorkspaceGvr();

// An error of the API server with what to do about it, where that is known.
absl::Status Explain(const absl::Status& status, const Cluster& cluster);

}  // namespace kaito::cli

#endif  // KAITO_CLI_ACCESS_CONNECT_H_

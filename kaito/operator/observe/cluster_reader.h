#ifndef KAITO_OPERATOR_OBSERVE_CLUSTER_READER_H_
#define KAITO_OPERATOR_OBSERVE_CLUSTER_READER_H_

// ClusterReader: where observation reads objects from: the API server
// (LiveReader), or caches of it (cluster_cache.h), which are free to ask and
// may be a moment behind. Secrets and ConfigMaps are not read by this: they are
// kept by nobody.
//
//   LiveReader reader(client);
//   KAITO_ASSIGN_OR_RETURN(const std::optional<json::Value> job,
//                          reader.Find(api::Job::kKind, key, stop));

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::controller {

// The version of Workspaces that is read and written.
inline constexpr api::KindInfo kWorkspaces = {.group = api::kWorkspaceGroup,
                                              .version = "v1beta1",
                                              .kind = api::kWorkspaceKind,
                                              .plural = api::kWorkspacePlural};

using Labels = std::map<std::string, std::string>;

// Thread-safe.
class ClusterReader {
 public:
  virtual ~ClusterReader() = default;

  // nullopt where there is none.
  virtual absl::StatusOr<std::optional<json::Value>> Find(
      const api::KindInfo& kind, const kube::ObjectKey& key,
      const StopToken& stop) const = 0;
  // The objects that bear the Workspace's labels: LabelsOf().
  virtual absl::StatusOr<std::vector<json::Value>> FindOf(
      const api::KindInfo& kind, const kube::ObjectKey& workspace,
      const StopToken& stop) const = 0;
  // Nodes that have all of these labels.
  virtual absl::StatusOr<std::vector<json::Value>> FindNodes(
      const Labels& labels, const StopToken& stop) const = 0;
};

// The labels by which objects of a kind say whose they are; a namespaced one is
// in the Workspace's namespace too.
Labels LabelsOf(const api::KindInfo& kind, const kube::ObjectKey& workspace);

class LiveReader final : public ClusterReader {
 public:
  // `client` outlives it.
  explicit LiveReader(kube::ApiClient& client) : client_(client) {}

  absl::StatusOr<std::optional<json::Value>> Find(
      const api::KindInfo& kind, const kube::ObjectKey& key,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindOf(
      const api::KindInfo& kind, const kube::ObjectKey& workspace,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindNodes(
      const Labels& labels, const StopToken& stop) const override;

 private:
  absl::StatusOr<std::vector<json::Value>> List(const api::KindInfo& kind,
                                                const std::string& ns,
                                                const Labels& labels,
                                                const StopToken& stop) const;

  kube::ApiClient& client_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_OBSERVE_CLUSTER_READER_H_

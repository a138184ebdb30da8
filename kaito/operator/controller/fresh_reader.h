#ifndef KAITO_OPERATOR_CONTROLLER_FRESH_READER_H_
#define KAITO_OPERATOR_CONTROLLER_FRESH_READER_H_

// FreshReader: objects as the server has them now, of those that caches know,
// and of those that this process wrote. A list by labels costs a server a look
// at every object of the kind; this costs a get for each of the Workspace's own.
// What someone else made a moment ago may be missed: its event is to come. Pods
// alone are listed: a Job that is done is believed only with its pod.
//
//   const FreshReader reader(cache, live, own_writes.Unseen(key));

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {

class FreshReader final : public ClusterReader {
 public:
  // Both outlive it. `written`: of one Workspace.
  FreshReader(const ClusterReader& cache, const ClusterReader& live,
              std::vector<Written> written);

  absl::StatusOr<std::optional<json::Value>> Find(
      const api::KindInfo& kind, const kube::ObjectKey& key,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindOf(
      const api::KindInfo& kind, const kube::ObjectKey& workspace,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindNodes(
      const Labels& labels, const StopToken& stop) const override;

 private:
  // Those of `known` and of `written_` that are there and have the labels.
  absl::StatusOr<std::vector<json::Value>> Refresh(
      const api::KindInfo& kind, const std::vector<json::Value>& known,
      const Labels& labels, const StopToken& stop) const;

  const ClusterReader& cache_;
  const ClusterReader& live_;
  const std::vector<Written> written_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_FRESH_READER_H_

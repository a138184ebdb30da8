#ifndef KAITO_OPERATOR_CONTROLLER_LAGGING_READER_H_
#define KAITO_OPERATOR_CONTROLLER_LAGGING_READER_H_

// LaggingReader: caches of an API server's memory that are behind by chance,
// each kind by itself, as real ones are. For tests of the reconciler only.
//
//   LaggingReader cache(api, seed);
//   cache.Step();      // Some kinds catch up.
//   cache.CatchUp();   // All do, as in a new process.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/value.h"
#include "kaito/base/random/random.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {

class LaggingReader final : public ClusterReader {
 public:
  LaggingReader(kube::FakeApiClient& api, uint64_t seed)
      : api_(api), random_(seed) {
    CatchUp();
  }

  void Step();
  void CatchUp();

  absl::StatusOr<std::optional<json::Value>> Find(
      const api::KindInfo& kind, const kube::ObjectKey& key,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindOf(
      const api::KindInfo& kind, const kube::ObjectKey& workspace,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindNodes(
      const Labels& labels, const StopToken& stop) const override;

 private:
  std::vector<json::Value> Select(const api::KindInfo& kind,
                                  const std::string& ns,
                                  const Labels& labels) const;

  kube::FakeApiClient& api_;
  Random random_;
  std::map<std::string, std::vector<json::Value>, std::less<>> kept_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_LAGGING_READER_H_

#include "kaito/operator/controller/own_writes.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {
namespace {

using Found = std::optional<json::Value>;

// "" where there is none.
absl::string_view VersionOf(const Found& object) {
  return object ? object->StringAt({"metadata", "resourceVersion"}) : "";
}

// Whether the cache shows the write by itself.
bool Shows(const Found& cached, const Written& written) {
  if (!written.version.empty()) return VersionOf(cached) == written.version;
  if (written.uid.empty()) return false;  // Nobody knows what became of it.
  return !cached || cached->StringAt({"metadata", "uid"}) != written.uid ||
         !cached->StringAt({"metadata", "deletionTimestamp"}).empty();
}

}  // namespace

void OwnWrites::Add(const kube::ObjectKey& workspace,
                    std::vector<Written> written) {
  if (written.empty()) return;
  MutexLock lock(mutex_);
  std::vector<Written>& unseen = unseen_[workspace];
  for (Written& one : written) {
    // The last write of an object is the one to see.
    std::erase_if(unseen, [&](const Written& other) {
      return other.kind.kind == one.kind.kind && other.key == one.key;
    });
    unseen.push_back(std::move(one));
  }
}

void OwnWrites::Forget(const kube::ObjectKey& workspace) {
  MutexLock lock(mutex_);
  unseen_.erase(workspace);
}

std::vector<Written> OwnWrites::Unseen(const kube::ObjectKey& workspace) const {
  MutexLock lock(mutex_);
  const auto found = unseen_.find(workspace);
  return found == unseen_.end() ? std::vector<Written>() : found->second;
}

absl::StatusOr<bool> OwnWrites::AllSeen(const kube::ObjectKey& workspace,
                                        const ClusterReader& cache,
                                        const ClusterReader& live,
                                        const StopToken& stop) {
  std::vector<Written> written;
  {
    MutexLock lock(mutex_);
    const auto found = unseen_.find(workspace);
    if (found == unseen_.end()) return true;
    written = found->second;
  }
  std::vector<Written> unseen;
  for (Written& one : written) {
    KAITO_ASSIGN_OR_RETURN(const Found cached,
                           cache.Find(one.kind, one.key, stop));
    if (Shows(cached, one)) continue;
    // Others may have written since, or it never came to pass.
    KAITO_ASSIGN_OR_RETURN(const Found now, live.Find(one.kind, one.key, stop));
    if (VersionOf(cached) != VersionOf(now)) unseen.push_back(std::move(one));
  }
  const bool all = unseen.empty();
  MutexLock lock(mutex_);
  if (all) {
    unseen_.erase(workspace);
  } else {
    unseen_[workspace] = std::move(unseen);
  }
  return all;
}

}  // namespace kaito::controller

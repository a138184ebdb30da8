#ifndef KAITO_OPERATOR_CONTROLLER_OWN_WRITES_H_
#define KAITO_OPERATOR_CONTROLLER_OWN_WRITES_H_

// OwnWrites: what this process has written and its caches may not show yet, by
// Workspace. A round that believed a cache which is behind its own last round
// would do things twice; so as long as one of its writes is not seen in the
// caches, a Workspace's rounds read from the server.
//
//   own_writes.Add(key, outcome.written);
//   ...
//   KAITO_ASSIGN_OR_RETURN(const bool seen,
//                          own_writes.AllSeen(key, cache, live, stop));
//   const ClusterReader& reader = seen ? cache : live;
//
// Versions are only compared for equality. Where the cache shows another one
// than was written, the server decides: a cache that shows the object as the
// server has it now has seen the write too.

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {

// Thread-safe; for one Workspace at a time.
class OwnWrites {
 public:
  void Add(const kube::ObjectKey& workspace, std::vector<Written> written)
      KAITO_EXCLUDES(mutex_);
  void Forget(const kube::ObjectKey& workspace) KAITO_EXCLUDES(mutex_);

  // Those that no cache has shown yet.
  std::vector<Written> Unseen(const kube::ObjectKey& workspace) const
      KAITO_EXCLUDES(mutex_);

  // Forgets those that the cache shows, and says whether these were all. Reads
  // from `live` at most once for each write.
  absl::StatusOr<bool> AllSeen(const kube::ObjectKey& workspace,
                               const ClusterReader& cache,
                               const ClusterReader& live, const StopToken& stop)
      KAITO_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<kube::ObjectKey, std::vector<Written>> unseen_
      KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_OWN_WRITES_H_

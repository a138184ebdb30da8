#ifndef KAITO_KUBE_CACHE_OBJECT_STORE_H_
#define KAITO_KUBE_CACHE_OBJECT_STORE_H_

// The objects of a cache, with their indexes. Many read, one writes; what is
// read never changes, so nothing is copied. The cache (object_cache.h) is what
// programs use.
//
//   if (ObjectPtr pod = store.Get({"default", "p"})) Use(pod->summary);
//   for (const ObjectPtr& pod : store.ByIndex(0, "worker-1")) ...

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/cache/object_summary.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

struct CachedObject {
  ObjectSummary summary;
  // The projection of the cache's type. Shared: readers keep it for as long as
  // they look at it, whatever happens to the cache.
  std::shared_ptr<const void> projection;
  std::vector<std::vector<std::string>> index_values;  // By index.
};
using ObjectPtr = std::shared_ptr<const CachedObject>;

// What has become of one object. At least one of the two is there.
struct ObjectChange {
  ObjectPtr before;
  ObjectPtr after;
  bool initial = false;  // From the first list: not new to the cluster.
  // It went unseen; `before` is the last that was known of it.
  bool final_state_unknown = false;

  const ObjectKey& key() const {
    return (after != nullptr ? after : before)->summary.key;
  }
};

class ObjectStore {
 public:
  explicit ObjectStore(int64_t indexes)
      : indexes_(static_cast<size_t>(indexes)) {}

  // nullptr where there is none.
  ObjectPtr Get(const ObjectKey& key) const KAITO_EXCLUDES(mutex_);
  // In the order of their keys. `ns` empty: of all namespaces.
  std::vector<ObjectPtr> List(absl::string_view ns = "") const
      KAITO_EXCLUDES(mutex_);
  std::vector<ObjectPtr> ByIndex(int64_t index, absl::string_view value) const
      KAITO_EXCLUDES(mutex_);
  int64_t size() const KAITO_EXCLUDES(mutex_);

  // Each returns what it changed. The same version again is a change too.
  ObjectChange Upsert(ObjectPtr object) KAITO_EXCLUDES(mutex_);
  // `last` is the state that the deletion showed. No change (both null) where
  // there was no such object.
  ObjectChange Erase(const ObjectPtr& last) KAITO_EXCLUDES(mutex_);
  // All at once: no reader sees a part of it. Objects that are no longer there
  // come last, as final_state_unknown.
  std::vector<ObjectChange> Replace(std::vector<ObjectPtr> objects)
      KAITO_EXCLUDES(mutex_);

 private:
  using Keys = std::set<ObjectKey>;

  ObjectPtr Put(ObjectPtr object) KAITO_REQUIRES(mutex_);
  void Unindex(const CachedObject& object) KAITO_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<ObjectKey, ObjectPtr> objects_ KAITO_GUARDED_BY(mutex_);
  std::vector<std::map<std::string, Keys>> indexes_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CACHE_OBJECT_STORE_H_

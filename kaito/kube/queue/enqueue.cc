#include "kaito/kube/queue/enqueue.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/kube/cache/object_cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/event_filter.h"
#include "kaito/kube/queue/work_queue.h"

namespace kaito::kube {
namespace {

bool IsOfKind(const api::OwnerReference& owner,
              const api::GroupVersionKind& kind) {
  const absl::StatusOr<api::GroupVersion> version =
      api::ParseApiVersion(owner.api_version);
  return version.ok() && version->group == kind.group &&
         owner.kind == kind.kind;
}

KeyMap ToOwnersWhere(api::GroupVersionKind kind, bool namespaced,
                     bool controller_only) {
  return [=](const CachedObject& object) {
    std::vector<ObjectKey> keys;
    for (const api::OwnerReference& owner : object.summary.owners) {
      if (controller_only && !owner.controller.value_or(false)) continue;
      if (!IsOfKind(owner, kind)) continue;
      keys.push_back({namespaced ? object.summary.key.ns : "", owner.name});
    }
    return keys;
  };
}

}  // namespace

KeyMap ToSelf() {
  return [](const CachedObject& object) {
    return std::vector<ObjectKey>{object.summary.key};
  };
}

KeyMap ToController(api::GroupVersionKind kind, bool owner_namespaced) {
  return ToOwnersWhere(std::move(kind), owner_namespaced, true);
}

KeyMap ToOwners(api::GroupVersionKind kind, bool owner_namespaced) {
  return ToOwnersWhere(std::move(kind), owner_namespaced, false);
}

void Enqueue(ObjectCache& cache, WorkQueue& queue, EnqueueOptions options) {
  if (!options.map) options.map = ToSelf();
  cache.OnChange(
      [&queue, options = std::move(options),
       version_changed = VersionChanged()](const ObjectChange& change) {
        if (!Passes(options.filter, change)) return;
        std::set<ObjectKey> keys;
        for (const ObjectPtr& object : {change.before, change.after}) {
          if (object == nullptr) continue;
          for (ObjectKey& key : options.map(*object))
            keys.insert(std::move(key));
        }
        const bool low = change.initial || !Passes(version_changed, change);
        for (const ObjectKey& key : keys)
          queue.Add(key, low ? kLowPriority : 0);
      });
}

}  // namespace kaito::kube

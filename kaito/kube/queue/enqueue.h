#ifndef KAITO_KUBE_QUEUE_ENQUEUE_H_
#define KAITO_KUBE_QUEUE_ENQUEUE_H_

// From changes in a cache to keys in a queue. Called while a program is put
// together, before the cache starts.
//
//   Enqueue(workspaces.core(), queue, {.filter = PrimaryFilter()});
//   Enqueue(jobs.core(), queue,
//           {.map = ToController(api::Workspace::kKind.gvk())});
//
// Objects of the first list, and those that are listed again unchanged, come in
// with a low priority, so that they don't hold up a user's edit.

#include <functional>
#include <vector>

#include "kaito/api/meta/gvk.h"
#include "kaito/kube/cache/object_cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/cache/object_summary.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/event_filter.h"
#include "kaito/kube/queue/work_queue.h"

namespace kaito::kube {

// The keys that an object concerns. Of a change, the old and the new state are
// asked both, so that an owner that is no longer one hears of it.
using KeyMap =
    std::function<std::vector<ObjectKey>(const CachedObject& object)>;

KeyMap ToSelf();
// The controller, or every owner, of that kind, whatever version its reference
// names. A namespaced owner lives in the object's namespace.
KeyMap ToController(api::GroupVersionKind kind, bool owner_namespaced = true);
KeyMap ToOwners(api::GroupVersionKind kind, bool owner_namespaced = true);

struct EnqueueOptions {
  EventFilter filter;  // Null: all changes.
  KeyMap map;          // Null: ToSelf().
};

// `queue` outlives the cache's thread.
void Enqueue(ObjectCache& cache, WorkQueue& queue, EnqueueOptions options = {});

}  // namespace kaito::kube

#endif  // KAITO_KUBE_QUEUE_ENQUEUE_H_

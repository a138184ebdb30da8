#ifndef KAITO_KUBE_QUEUE_EVENT_FILTER_H_
#define KAITO_KUBE_QUEUE_EVENT_FILTER_H_

// Which changes of a cache are worth a reconcile. Pure functions over what the
// object was and is; for Enqueue (enqueue.h).
//
//   Enqueue(workspaces.core(), queue, {.filter = AnyOf({GenerationChanged(),
//                                                       LabelsChanged()})});
//
// Filters judge updates only: an object that is new or gone always counts.

#include <functional>
#include <vector>

#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/cache/object_summary.h"

namespace kaito::kube {

using EventFilter = std::function<bool(const ObjectSummary& before,
                                       const ObjectSummary& after)>;

// Whether the change passes; null passes all.
bool Passes(const EventFilter& filter, const ObjectChange& change);

// False for the same version again: a relist.
EventFilter VersionChanged();
// The spec, or the beginning of a deletion: not status, labels, annotations,
// finalizers.
EventFilter GenerationChanged();
EventFilter LabelsChanged();
EventFilter AnnotationsChanged();
EventFilter FinalizersChanged();
EventFilter DeletionBegan();

EventFilter AllOf(std::vector<EventFilter> filters);
EventFilter AnyOf(std::vector<EventFilter> filters);
EventFilter Inverted(EventFilter filter);

// Of the kind that a controller is about: all that a user may change.
EventFilter PrimaryFilter();

}  // namespace kaito::kube

#endif  // KAITO_KUBE_QUEUE_EVENT_FILTER_H_

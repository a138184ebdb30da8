#include "kaito/kube/queue/event_filter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/cache/object_summary.h"

namespace kaito::kube {

bool Passes(const EventFilter& filter, const ObjectChange& change) {
  if (!filter || change.before == nullptr || change.after == nullptr) {
    return true;
  }
  return filter(change.before->summary, change.after->summary);
}

EventFilter VersionChanged() {
  return [](const ObjectSummary& before, const ObjectSummary& after) {
    return before.resource_version != after.resource_version;
  };
}

EventFilter GenerationChanged() {
  return [](const ObjectSummary& before, const ObjectSummary& after) {
    return before.generation != after.generation;
  };
}

EventFilter LabelsChanged() {
  return [](const ObjectSummary& before, const ObjectSummary& after) {
    return before.labels_hash != after.labels_hash;
  };
}

EventFilter AnnotationsChanged() {
  return [](const ObjectSummary& before, const ObjectSummary& after) {
    return before.annotations_hash != after.annotations_hash;
  };
}

EventFilter FinalizersChanged() {
  return [](const ObjectSummary& before, const ObjectSummary& after) {
    return before.finalizers_hash != after.finalizers_hash;
  };
}

EventFilter DeletionBegan() {
  return [](const ObjectSummary& before, const ObjectSummary& after) {
    return !before.deleting && after.deleting;
  };
}

EventFilter AllOf(std::vector<EventFilter> filters) {
  return [filters = std::move(filters)](const ObjectSummary& before,
                                        const ObjectSummary& after) {
    return std::all_of(
        filters.begin(), filters.end(),
        [&](const EventFilter& filter) { return filter(before, after); });
  };
}

EventFilter AnyOf(std::vector<EventFilter> filters) {
  return [filters = std::move(filters)](const ObjectSummary& before,
                                        const ObjectSummary& after) {
    return std::any_of(
        filters.begin(), filters.end(),
        [&](const EventFilter& filter) { return filter(before, after); });
  };
}

EventFilter Inverted(EventFilter filter) {
  return [filter = std::move(filter)](const ObjectSummary& before,
                                      const ObjectSummary& after) {
    return !filter(before, after);
  };
}

EventFilter PrimaryFilter() {
  return AnyOf({GenerationChanged(), LabelsChanged(), AnnotationsChanged(),
                DeletionBegan()});
}

}  // namespace kaito::kube

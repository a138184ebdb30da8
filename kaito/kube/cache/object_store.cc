#include "kaito/kube/cache/object_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

ObjectPtr ObjectStore::Get(const ObjectKey& key) const {
  MutexLock lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<ObjectPtr> ObjectStore::List(absl::string_view ns) const {
  MutexLock lock(mutex_);
  std::vector<ObjectPtr> list;
  // Keys of one namespace stand together.
  auto at = ns.empty() ? objects_.begin()
                       : objects_.lower_bound({std::string(ns), ""});
  for (; at != objects_.end(); ++at) {
    if (!ns.empty() && at->first.ns != ns) break;
    list.push_back(at->second);
  }
  return list;
}

std::vector<ObjectPtr> ObjectStore::ByIndex(int64_t index,
                                            absl::string_view value) const {
  MutexLock lock(mutex_);
  std::vector<ObjectPtr> list;
  const auto& values = indexes_[static_cast<size_t>(index)];
  const auto found = values.find(std::string(value));
  if (found == values.end()) return list;
  for (const ObjectKey& key : found->second) {
    list.push_back(objects_.at(key));
  }
  return list;
}

int64_t ObjectStore::size() const {
  MutexLock lock(mutex_);
  return static_cast<int64_t>(objects_.size());
}

void ObjectStore::Unindex(const CachedObject& object) {
  for (size_t i = 0; i < indexes_.size(); ++i) {
    for (const std::string& value : object.index_values[i]) {
      const auto found = indexes_[i].find(value);
      if (found == indexes_[i].end()) continue;  // The same value twice.
      found->second.erase(object.summary.key);
      if (found->second.empty()) indexes_[i].erase(found);
    }
  }
}

ObjectPtr ObjectStore::Put(ObjectPtr object) {
  ObjectPtr& place = objects_[object->summary.key];
  ObjectPtr before = std::move(place);
  if (before != nullptr) Unindex(*before);
  for (size_t i = 0; i < indexes_.size(); ++i) {
    for (const std::string& value : object->index_values[i]) {
      indexes_[i][value].insert(object->summary.key);
    }
  }
  place = std::move(object);
  return before;
}

ObjectChange ObjectStore::Upsert(ObjectPtr object) {
  ObjectChange change{.after = object};
  MutexLock lock(mutex_);
  change.before = Put(std::move(object));
  return change;
}

ObjectChange ObjectStore::Erase(const ObjectPtr& last) {
  MutexLock lock(mutex_);
  const auto found = objects_.find(last->summary.key);
  if (found == objects_.end()) return {};
  Unindex(*found->second);
  objects_.erase(found);
  return {.before = last};
}

std::vector<ObjectChange> ObjectStore::Replace(std::vector<ObjectPtr> objects) {
  std::vector<ObjectChange> changes;
  MutexLock lock(mutex_);
  std::map<ObjectKey, ObjectPtr> old;
  old.swap(objects_);
  for (auto& index : indexes_) index.clear();
  for (ObjectPtr& object : objects) {
    ObjectChange change{.after = object};
    if (const auto found = old.find(object->summary.key); found != old.end()) {
      change.before = std::move(found->second);
      old.erase(found);
    }
    changes.push_back(std::move(change));
    Put(std::move(object));
  }
  for (auto& [key, object] : old) {
    changes.push_back(
        {.before = std::move(object), .final_state_unknown = true});
  }
  return changes;
}

}  // namespace kaito::kube

#include "kaito/standalone/apiserver/collect/collector.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/apiserver/collect/ending.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/deletion.h"
#include "kaito/standalone/apiserver/rest/prepare.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

constexpr int64_t kBatch = 500;
constexpr absl::Duration kEventLife = absl::Hours(1);
constexpr absl::Duration kExpiryInterval = absl::Minutes(1);
constexpr absl::string_view kDefinitions =
    "customresourcedefinitions.apiextensions.k8s.io";

bool HasFinalizer(const json::Value& object, absl::string_view name) {
  const json::Value* list = object.FindPath({"metadata", "finalizers"});
  return list != nullptr && list->is_array() &&
         std::find(list->array()->begin(), list->array()->end(),
                   json::Value(name)) != list->array()->end();
}

absl::StatusOr<bool> EmptyNamespace(Transaction& transaction,
                                    const Catalog& catalog,
                                    absl::string_view ns, absl::Time now) {
  bool empty = true;
  std::set<std::string> done;
  for (const ResourcePtr& resource : catalog.resources()) {
    if (!resource->namespaced || resource->answer != nullptr ||
        !done.insert(resource->storage_resource).second) {
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(const bool none,
                           DeleteAll(transaction, *resource, ns, now));
    empty &= none;
  }
  return empty;
}

}  // namespace

Collector::Collector(Store& store, Registry& registry, Clock& clock)
    : store_(store),
      registry_(registry),
      clock_(clock),
      next_expiry_(clock.NowSteady()) {}

absl::Status Collector::Run() {
  KAITO_ASSIGN_OR_RETURN(thread_,
                         Thread::Start("collector", [this] { Loop(); }));
  return absl::OkStatus();
}

void Collector::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.Join();
}

void Collector::Wake() {
  {
    MutexLock lock(mutex_);
    woken_ = true;
  }
  changed_.NotifyAll();
}

void Collector::Loop() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!stopping_ && !woken_) {
        if (clock_.WaitUntil(changed_, mutex_, next_expiry_)) break;
      }
      if (stopping_) return;
      woken_ = false;
    }
    absl::Status status = CatchUp();
    if (clock_.NowSteady() >= next_expiry_) {
      next_expiry_ = clock_.NowSteady() + kExpiryInterval;
      status.Update(ExpireEvents());
    }
    if (!status.ok()) {
      // The next event, or minute, tries again.
      KAITO_LOG(WARNING, "garbage collection failed", {{"error", status}});
    }
  }
}

absl::Status Collector::CatchUp() {
  if (position_ == 0) KAITO_RETURN_IF_ERROR(LookAtAll());
  while (true) {
    const absl::StatusOr<std::vector<StoreEventPtr>> events =
        store_.EventsAfter(position_, kBatch);
    if (absl::IsOutOfRange(events.status())) {
      KAITO_RETURN_IF_ERROR(LookAtAll());
      continue;
    }
    KAITO_RETURN_IF_ERROR(events.status());
    for (const StoreEventPtr& event : *events) {
      if (event->type != EventType::kDeleted) {
        KAITO_RETURN_IF_ERROR(LookAt(event->key, event->body));
      } else {
        KAITO_ASSIGN_OR_RETURN(const json::Value object,
                               json::Parse(event->body));
        std::vector<ObjectKey> owned;
        const absl::Status read =
            store_.Read([&](Snapshot& snapshot) -> absl::Status {
              KAITO_ASSIGN_OR_RETURN(
                  owned,
                  snapshot.OwnedBy(object.StringAt({"metadata", "uid"})));
              return absl::OkStatus();
            });
        KAITO_RETURN_IF_ERROR(read);
        for (const ObjectKey& key : owned) {
          KAITO_RETURN_IF_ERROR(store_.Write({}, [&](Transaction& transaction) {
            return CheckOwners(transaction, key);
          }));
        }
      }
      position_ = event->version;
    }
    const std::set<ObjectKey> ending = ending_;
    for (const ObjectKey& key : ending) KAITO_RETURN_IF_ERROR(Finish(key));
    if (events->empty() && store_.version() == position_) {
      return absl::OkStatus();
    }
  }
}

absl::Status Collector::LookAtAll() {
  std::vector<StoredObject> candidates;
  int64_t version = 0;
  const absl::Status read =
      store_.Read([&](Snapshot& snapshot) -> absl::Status {
        KAITO_ASSIGN_OR_RETURN(version, snapshot.Version());
        std::set<std::string> done;
        for (const ResourcePtr& resource : registry_.catalog()->resources()) {
          if (!done.insert(resource->storage_resource).second) continue;
          const absl::Status status = snapshot.ForEach(
              {.resource = resource->storage_resource},
              [&](const StoredObject& stored) {
                if (absl::StrContains(stored.body, "\"deletionTimestamp\":") ||
                    absl::StrContains(stored.body, "\"ownerReferences\":")) {
                  candidates.push_back(stored);
                }
                return true;
              });
          if (!status.ok()) return status;
        }
        return absl::OkStatus();
      });
  KAITO_RETURN_IF_ERROR(read);
  for (const StoredObject& stored : candidates) {
    KAITO_RETURN_IF_ERROR(LookAt(stored.key, stored.body));
  }
  position_ = version;
  return absl::OkStatus();
}

absl::Status Collector::LookAt(const ObjectKey& key, absl::string_view body) {
  // Most objects have neither; a look at the text saves reading it.
  if (absl::StrContains(body, "\"deletionTimestamp\":")) {
    KAITO_ASSIGN_OR_RETURN(const json::Value object, json::Parse(body));
    if (WaitsForUs(object)) ending_.insert(key);
  }
  if (!absl::StrContains(body, "\"ownerReferences\":")) {
    return absl::OkStatus();
  }
  return store_.Write({}, [&](Transaction& transaction) {
    return CheckOwners(transaction, key);
  });
}

absl::Status Collector::CheckOwners(Transaction& transaction,
                                    const ObjectKey& key) {
  return DropGoneOwners(transaction, *registry_.catalog(), key, clock_.Now());
}

absl::Status Collector::Finish(const ObjectKey& key) {
  KAITO_RETURN_IF_ERROR(store_.Write({}, [&](Transaction& transaction) {
    return FinishIn(transaction, key);
  }));
  if (key.resource == kDefinitions && !ending_.contains(key)) {
    return LoadDefinitions(store_, registry_);
  }
  return absl::OkStatus();
}

absl::Status Collector::FinishIn(Transaction& transaction,
                                 const ObjectKey& key) {
  const CatalogPtr catalog = registry_.catalog();
  const ResourcePtr resource = catalog->FindStored(key.resource);
  KAITO_ASSIGN_OR_RETURN(const std::optional<StoredObject> stored,
                         transaction.Get(key));
  if (resource == nullptr || !stored.has_value()) {
    ending_.erase(key);
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(json::Value object,
                         FromStored(*resource, stored->body));
  if (!WaitsForUs(object)) {
    ending_.erase(key);
    return absl::OkStatus();
  }
  const absl::Time now = clock_.Now();
  if (HasFinalizer(object, kOrphanFinalizer)) {
    KAITO_RETURN_IF_ERROR(OrphanDependents(transaction, *catalog, object));
    return RemoveFinalizer(transaction, *resource, kOrphanFinalizer,
                           std::move(object));
  }
  if (HasFinalizer(object, kForegroundFinalizer)) {
    KAITO_ASSIGN_OR_RETURN(
        const bool done, DeleteDependents(transaction, *catalog, object, now));
    return done ? RemoveFinalizer(transaction, *resource, kForegroundFinalizer,
                                  std::move(object))
                : absl::OkStatus();
  }
  if (HasFinalizer(object, kDefinitionFinalizer)) {
    const ResourcePtr custom = catalog->FindStored(key.name);
    bool done = true;
    if (custom != nullptr && custom->custom) {
      KAITO_ASSIGN_OR_RETURN(done, DeleteAll(transaction, *custom, "", now));
    }
    return done ? RemoveFinalizer(transaction, *resource, kDefinitionFinalizer,
                                  std::move(object))
                : absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(const bool empty,
                         EmptyNamespace(transaction, *catalog, key.name, now));
  if (!empty) return absl::OkStatus();
  object["spec"].object()->Erase("finalizers");
  return PutOrRemove(transaction, *resource, object);
}

absl::Status Collector::ExpireEvents() {
  const absl::Time now = clock_.Now();
  return store_.Write({}, [&](Transaction& transaction) -> absl::Status {
    std::vector<std::pair<ObjectKey, json::Value>> old;
    const absl::Status status = transaction.ForEach(
        {.resource = "events"}, [&](const StoredObject& stored) {
          absl::StatusOr<json::Value> event = json::Parse(stored.body);
          if (!event.ok()) return true;
          absl::string_view last = event->StringAt({"lastTimestamp"});
          if (last.empty()) {
            last = event->StringAt({"metadata", "creationTimestamp"});
          }
          const absl::StatusOr<absl::Time> time = api::ParseTimestamp(last);
          if (time.ok() && now - *time > kEventLife) {
            old.emplace_back(stored.key, *std::move(event));
          }
          return true;
        });
    if (!status.ok()) return status;
    for (auto& [key, event] : old) {
      const absl::Status deleted = transaction.Delete(key, event);
      if (!deleted.ok()) return deleted;
    }
    return absl::OkStatus();
  });
}

}  // namespace kaito::apiserver

#include "kaito/standalone/apiserver/collect/ending.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/deletion.h"
#include "kaito/standalone/apiserver/rest/prepare.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

struct Found {
  ResourcePtr resource;
  json::Value object;
};

// nullopt where the object, or its kind, is no more.
absl::StatusOr<std::optional<Found>> Find(Transaction& transaction,
                                          const Catalog& catalog,
                                          const ObjectKey& key) {
  const ResourcePtr resource = catalog.FindStored(key.resource);
  if (resource == nullptr) return std::optional<Found>();
  KAITO_ASSIGN_OR_RETURN(const std::optional<StoredObject> stored,
                         transaction.Get(key));
  if (!stored.has_value()) return std::optional<Found>();
  KAITO_ASSIGN_OR_RETURN(json::Value object,
                         FromStored(*resource, stored->body));
  return std::optional<Found>(Found{resource, std::move(object)});
}

json::Array* OwnersOf(json::Value& object) {
  json::Value* owners = object["metadata"].Find("ownerReferences");
  return owners != nullptr ? owners->array() : nullptr;
}

bool HasFinalizer(const json::Value& object, absl::string_view name) {
  const json::Value* list = object.FindPath({"metadata", "finalizers"});
  return list != nullptr && list->is_array() &&
         std::find(list->array()->begin(), list->array()->end(),
                   json::Value(name)) != list->array()->end();
}

bool Blocks(const json::Value& dependent, absl::string_view uid) {
  const json::Value* owners =
      dependent.FindPath({"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->is_array()) return false;
  return std::any_of(
      owners->array()->begin(), owners->array()->end(),
      [&](const json::Value& owner) {
        const json::Value* block = owner.Find("blockOwnerDeletion");
        return owner.StringAt({"uid"}) == uid && block != nullptr &&
               block->boolean().value_or(false);
      });
}

}  // namespace

bool WaitsForUs(const json::Value& object) {
  if (!IsBeingDeleted(object)) return false;
  const json::Value* list = object.FindPath({"spec", "finalizers"});
  return HasFinalizer(object, kForegroundFinalizer) ||
         HasFinalizer(object, kOrphanFinalizer) ||
         HasFinalizer(object, kDefinitionFinalizer) ||
         (object.StringAt({"kind"}) == "Namespace" && list != nullptr &&
          list->is_array() && !list->array()->empty());
}

absl::StatusOr<bool> DeleteDependents(Transaction& transaction,
                                      const Catalog& catalog,
                                      const json::Value& owner,
                                      absl::Time now) {
  const std::string uid(owner.StringAt({"metadata", "uid"}));
  KAITO_ASSIGN_OR_RETURN(const std::vector<ObjectKey> keys,
                         transaction.OwnedBy(uid));
  bool blocked = false;
  for (const ObjectKey& key : keys) {
    KAITO_ASSIGN_OR_RETURN(std::optional<Found> found,
                           Find(transaction, catalog, key));
    if (!found.has_value()) continue;
    bool removed = false;
    const bool blocks = Blocks(found->object, uid);
    if (!IsBeingDeleted(found->object)) {
      KAITO_ASSIGN_OR_RETURN(
          const std::vector<ObjectKey> below,
          transaction.OwnedBy(found->object.StringAt({"metadata", "uid"})));
      DeletionOptions options;
      options.propagation = below.empty() ? "Background" : "Foreground";
      KAITO_ASSIGN_OR_RETURN(
          const Deletion deletion,
          DeleteObject(transaction, *found->resource, std::move(found->object),
                       options, now));
      removed = deletion.removed;
    }
    blocked |= blocks && !removed;
  }
  return !blocked;
}

absl::Status OrphanDependents(Transaction& transaction, const Catalog& catalog,
                              const json::Value& owner) {
  const std::string uid(owner.StringAt({"metadata", "uid"}));
  KAITO_ASSIGN_OR_RETURN(const std::vector<ObjectKey> keys,
                         transaction.OwnedBy(uid));
  for (const ObjectKey& key : keys) {
    KAITO_ASSIGN_OR_RETURN(std::optional<Found> found,
                           Find(transaction, catalog, key));
    json::Array* owners = found.has_value() ? OwnersOf(found->object) : nullptr;
    if (owners == nullptr) continue;
    owners->erase(std::remove_if(owners->begin(), owners->end(),
                                 [&](const json::Value& reference) {
                                   return reference.StringAt({"uid"}) == uid;
                                 }),
                  owners->end());
    if (owners->empty()) {
      found->object["metadata"].object()->Erase("ownerReferences");
    }
    KAITO_RETURN_IF_ERROR(
        PutOrRemove(transaction, *found->resource, found->object));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> DeleteAll(Transaction& transaction,
                               const ResourceDefinition& resource,
                               absl::string_view ns, absl::Time now) {
  std::vector<json::Value> objects;
  absl::Status bad;
  KAITO_RETURN_IF_ERROR(transaction.ForEach(
      {.resource = resource.storage_resource, .ns = std::string(ns)},
      [&](const StoredObject& stored) {
        absl::StatusOr<json::Value> object = FromStored(resource, stored.body);
        bad.Update(object.status());
        if (object.ok()) objects.push_back(*std::move(object));
        return bad.ok();
      }));
  KAITO_RETURN_IF_ERROR(bad);
  bool none = true;
  for (json::Value& object : objects) {
    if (IsBeingDeleted(object)) {
      none = false;
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(
        const Deletion deletion,
        DeleteObject(transaction, resource, std::move(object), {}, now));
    none &= deletion.removed;
  }
  return none;
}

absl::Status DropGoneOwners(Transaction& transaction, const Catalog& catalog,
                            const ObjectKey& key, absl::Time now) {
  KAITO_ASSIGN_OR_RETURN(std::optional<Found> found,
                         Find(transaction, catalog, key));
  json::Array* owners = found.has_value() ? OwnersOf(found->object) : nullptr;
  if (owners == nullptr || owners->empty()) return absl::OkStatus();
  json::Array left;
  for (const json::Value& owner : *owners) {
    KAITO_ASSIGN_OR_RETURN(const bool exists,
                           transaction.UidExists(owner.StringAt({"uid"})));
    if (exists) left.push_back(owner);
  }
  if (left.size() == owners->size()) return absl::OkStatus();
  if (!left.empty()) {
    *owners = std::move(left);
    return PutOrRemove(transaction, *found->resource, found->object);
  }
  if (IsBeingDeleted(found->object)) return absl::OkStatus();
  return DeleteObject(transaction, *found->resource, std::move(found->object),
                      {}, now)
      .status();
}

absl::Status RemoveFinalizer(Transaction& transaction,
                             const ResourceDefinition& resource,
                             absl::string_view finalizer, json::Value object) {
  json::Value* list = object["metadata"].Find("finalizers");
  if (list != nullptr && list->is_array()) {
    json::Array& items = *list->array();
    items.erase(std::remove(items.begin(), items.end(), json::Value(finalizer)),
                items.end());
    if (items.empty()) object["metadata"].object()->Erase("finalizers");
  }
  return PutOrRemove(transaction, resource, object);
}

}  // namespace kaito::apiserver

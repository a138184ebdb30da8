#ifndef KAITO_STANDALONE_APISERVER_COLLECT_ENDING_H_
#define KAITO_STANDALONE_APISERVER_COLLECT_ENDING_H_

// Steps of the end of an object, each inside one transaction. For collector.h.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

// Whether a finalizer of this server holds the object.
bool WaitsForUs(const json::Value& object);

// Begins the deletion of dependents; true when none is left that blocks the
// owner.
absl::StatusOr<bool> DeleteDependents(Transaction& transaction,
                                      const Catalog& catalog,
                                      const json::Value& owner, absl::Time now);

// Takes the owner out of its dependents.
absl::Status OrphanDependents(Transaction& transaction, const Catalog& catalog,
                              const json::Value& owner);

// Begins the deletion of all objects of a resource, in a namespace or (empty)
// in all; true when there are none.
absl::StatusOr<bool> DeleteAll(Transaction& transaction,
                               const ResourceDefinition& resource,
                               absl::string_view ns, absl::Time now);

// Takes owners that are gone out of the object, or deletes it where none is
// left. Nothing where it has no owners.
absl::Status DropGoneOwners(Transaction& transaction, const Catalog& catalog,
                            const ObjectKey& key, absl::Time now);

// Removes a finalizer of metadata and stores the object, or removes it.
absl::Status RemoveFinalizer(Transaction& transaction,
                             const ResourceDefinition& resource,
                             absl::string_view finalizer, json::Value object);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_COLLECT_ENDING_H_

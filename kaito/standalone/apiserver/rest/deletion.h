#ifndef KAITO_STANDALONE_APISERVER_REST_DELETION_H_
#define KAITO_STANDALONE_APISERVER_REST_DELETION_H_

// The beginning of an object's end: at once where nothing holds it, else it is
// marked and stays until its finalizers are gone and its grace is over. Shared
// by DELETE, the garbage collection and the emptying of namespaces.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

// Finalizers that the server itself serves.
inline constexpr absl::string_view kForegroundFinalizer = "foregroundDeletion";
inline constexpr absl::string_view kOrphanFinalizer = "orphan";
inline constexpr absl::string_view kDefinitionFinalizer =
    "customresourcecleanup.apiextensions.k8s.io";

struct DeletionOptions {
  std::optional<int64_t> grace_seconds;
  std::string propagation;  // "Background", "Foreground", "Orphan" or "".
  std::string uid;          // Preconditions, where not empty.
  std::string resource_version;
  bool dry_run = false;
};

// From the body (null: none) and the query.
absl::StatusOr<DeletionOptions> ParseDeletionOptions(
    const json::Value& body, const QueryParameters& query);

struct Deletion {
  json::Value object;    // As it is now, or as it was last.
  bool removed = false;  // Gone at once.
};

// `object` is in the resource's version, and is what the transaction holds.
absl::StatusOr<Deletion> DeleteObject(Transaction& transaction,
                                      const ResourceDefinition& resource,
                                      json::Value object,
                                      const DeletionOptions& options,
                                      absl::Time now);

// Puts an object back after a change: removes it instead where it waited for
// just that.
absl::Status PutOrRemove(Transaction& transaction,
                         const ResourceDefinition& resource,
                         json::Value& object);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_DELETION_H_

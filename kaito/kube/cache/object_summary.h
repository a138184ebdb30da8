#ifndef KAITO_KUBE_CACHE_OBJECT_SUMMARY_H_
#define KAITO_KUBE_CACHE_OBJECT_SUMMARY_H_

// What a cache knows of every object, whatever its kind: who it is, whom it
// belongs to, and enough to tell what sort of change has happened. Some 300
// bytes, where metadata itself has kilobytes.
//
//   KAITO_ASSIGN_OR_RETURN(const ObjectSummary summary, ReadSummary(object));

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/json/reader.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

struct ObjectSummary {
  ObjectKey key;
  std::string uid;
  std::string resource_version;  // Opaque: only equality means something.
  int64_t generation = 0;
  bool deleting = false;  // Has a deletionTimestamp.
  // Equal where the maps are; within one process only.
  uint64_t labels_hash = 0;
  uint64_t annotations_hash = 0;
  uint64_t finalizers_hash = 0;
  std::vector<api::OwnerReference> owners;

  // The one owner with controller = true, or nullptr.
  const api::OwnerReference* controller() const;
};

// From an object's JSON. InvalidArgument where it has no metadata.name.
absl::StatusOr<ObjectSummary> ReadSummary(const json::Cursor& object);

// The version that a bookmark or a deletion carries; "" where there is none.
absl::StatusOr<std::string> ReadResourceVersion(const json::Cursor& object);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CACHE_OBJECT_SUMMARY_H_

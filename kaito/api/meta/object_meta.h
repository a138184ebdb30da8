#ifndef KAITO_API_META_OBJECT_META_H_
#define KAITO_API_META_OBJECT_META_H_

// metadata of every object (meta/v1 ObjectMeta), and references between
// objects.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  std::optional<bool> controller;
  std::optional<bool> block_owner_deletion;

  bool operator==(const OwnerReference& other) const = default;
};

struct ObjectMeta {
  std::string name;
  std::string generate_name;
  std::string ns;  // "namespace"; empty for cluster-scoped objects.
  std::string uid;
  std::string resource_version;  // Opaque: only equality means something.
  int64_t generation = 0;
  std::optional<Timestamp> creation_timestamp;
  std::optional<Timestamp> deletion_timestamp;
  std::optional<int64_t> deletion_grace_period_seconds;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::vector<OwnerReference> owner_references;
  std::vector<std::string> finalizers;
  json::Object others;  // managedFields, and what later servers add.

  // "" where there is no such label or annotation.
  absl::string_view label(absl::string_view key) const;
  absl::string_view annotation(absl::string_view key) const;
  bool HasFinalizer(absl::string_view finalizer) const;
  // The one owner with controller = true, or nullptr.
  const OwnerReference* controller() const;
};

const StructType& Describe(const OwnerReference*);
const StructType& Describe(const ObjectMeta*);

}  // namespace kaito::api

#endif  // KAITO_API_META_OBJECT_META_H_

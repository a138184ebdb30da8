#include "kaito/kube/cache/object_summary.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {
namespace {

// Of names and values, whatever their order in the text.
absl::Status HashMap(const json::Cursor& object, uint64_t* hash) {
  std::map<std::string, std::string> entries;
  KAITO_RETURN_IF_ERROR(object.ForEachField(
      [&](absl::string_view name, const json::Cursor& value) {
        return value.ReadString(&entries[std::string(name)]);
      }));
  *hash = absl::HashOf(std::vector<std::pair<std::string, std::string>>(
      entries.begin(), entries.end()));
  return absl::OkStatus();
}

absl::Status HashList(const json::Cursor& array, uint64_t* hash) {
  std::vector<std::string> entries;
  KAITO_RETURN_IF_ERROR(array.ForEachItem([&](const json::Cursor& item) {
    return item.ReadString(&entries.emplace_back());
  }));
  *hash = absl::HashOf(entries);
  return absl::OkStatus();
}

absl::Status ReadFlag(const json::Cursor& value, std::optional<bool>* flag) {
  bool set = false;
  KAITO_RETURN_IF_ERROR(value.ReadBool(&set));
  *flag = set;
  return absl::OkStatus();
}

absl::Status ReadOwner(const json::Cursor& object, api::OwnerReference* owner) {
  return object.ForEachField(
      [&](absl::string_view name, const json::Cursor& value) {
        if (name == "apiVersion") return value.ReadString(&owner->api_version);
        if (name == "kind") return value.ReadString(&owner->kind);
        if (name == "name") return value.ReadString(&owner->name);
        if (name == "uid") return value.ReadString(&owner->uid);
        if (name == "controller") return ReadFlag(value, &owner->controller);
        return absl::OkStatus();
      });
}

absl::Status ReadField(absl::string_view name, const json::Cursor& value,
                       ObjectSummary* summary) {
  if (name == "name") return value.ReadString(&summary->key.name);
  if (name == "namespace") return value.ReadString(&summary->key.ns);
  if (name == "uid") return value.ReadString(&summary->uid);
  if (name == "resourceVersion") {
    return value.ReadString(&summary->resource_version);
  }
  if (name == "generation") return value.ReadInt64(&summary->generation);
  if (name == "deletionTimestamp") {
    summary->deleting = value.type() != json::Type::kNull;
    return absl::OkStatus();
  }
  if (name == "labels") return HashMap(value, &summary->labels_hash);
  if (name == "annotations") return HashMap(value, &summary->annotations_hash);
  if (name == "finalizers") return HashList(value, &summary->finalizers_hash);
  if (name == "ownerReferences") {
    return value.ForEachItem([&](const json::Cursor& item) {
      return ReadOwner(item, &summary->owners.emplace_back());
    });
  }
  return absl::OkStatus();
}

// Calls `field` for each field of the metadata.
absl::Status ForEachOfMetadata(
    const json::Cursor& object,
    absl::FunctionRef<absl::Status(absl::string_view, const json::Cursor&)>
        field) {
  return object.ForEachField([&](absl::string_view name,
                                 const json::Cursor& value) {
    return name == "metadata" ? value.ForEachField(field) : absl::OkStatus();
  });
}

}  // namespace

const api::OwnerReference* ObjectSummary::controller() const {
  for (const api::OwnerReference& owner : owners) {
    if (owner.controller.value_or(false)) return &owner;
  }
  return nullptr;
}

absl::StatusOr<ObjectSummary> ReadSummary(const json::Cursor& object) {
  ObjectSummary summary;
  KAITO_RETURN_IF_ERROR(ForEachOfMetadata(
      object, [&](absl::string_view name, const json::Cursor& value) {
        return ReadField(name, value, &summary);
      }));
  if (summary.key.name.empty()) {
    return absl::InvalidArgumentError("object: metadata.name is missing");
  }
  return summary;
}

absl::StatusOr<std::string> ReadResourceVersion(const json::Cursor& object) {
  std::string version;
  KAITO_RETURN_IF_ERROR(ForEachOfMetadata(
      object, [&](absl::string_view name, const json::Cursor& value) {
        return name == "resourceVersion" ? value.ReadString(&version)
                                         : absl::OkStatus();
      }));
  return version;
}

}  // namespace kaito::kube

#include "kaito/kube/cache/kept_object.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/object_store.h"

namespace kaito::kube {
namespace {

constexpr absl::string_view kLastApplied =
    "kubectl.kubernetes.io/last-applied-configuration";

// Fields by name; one without fields of its own is kept whole.
struct Fields {
  std::map<std::string, Fields, std::less<>> below;
};

void AddPath(absl::string_view path, Fields& fields) {
  Fields* at = &fields;
  for (absl::string_view name : absl::StrSplit(path, '.')) {
    at = &at->below[std::string(name)];
  }
}

absl::Status Keep(const json::Cursor& value, const Fields& fields,
                  json::Value* kept) {
  if (fields.below.empty()) return value.ReadValue(kept);
  if (value.type() == json::Type::kArray) {
    json::Array items;
    const auto keep_item = [&](const json::Cursor& item) {
      return Keep(item, fields, &items.emplace_back());
    };
    KAITO_RETURN_IF_ERROR(value.ForEachItem(keep_item));
    *kept = std::move(items);
    return absl::OkStatus();
  }
  json::Object object;
  KAITO_RETURN_IF_ERROR(value.ForEachField(
      [&](absl::string_view name, const json::Cursor& field) {
        const auto wanted = fields.below.find(name);
        return wanted == fields.below.end()
                   ? absl::OkStatus()
                   : Keep(field, wanted->second, &object[name]);
      }));
  *kept = std::move(object);
  return absl::OkStatus();
}

const std::string& TextOf(const CachedObject& object) {
  return static_cast<const KeptObject*>(object.projection.get())->json;
}

// Text without room to grow: there are thousands of them.
KeptObject ToKept(const json::Value& value) {
  const std::string text = json::Write(value);
  return {.json = std::string(text.data(), text.size())};
}

}  // namespace

absl::StatusOr<json::Value> ParseKept(const CachedObject& object,
                                      const api::KindInfo& kind) {
  absl::StatusOr<json::Value> value = json::Parse(TextOf(object));
  if (!value.ok()) {
    return absl::InternalError(absl::StrCat("kept ", kind.kind, " ",
                                            object.summary.key.name, ": ",
                                            value.status().message()));
  }
  (*value)["apiVersion"] = kind.api_version();
  (*value)["kind"] = kind.kind;
  (*value)["metadata"]["resourceVersion"] = object.summary.resource_version;
  return value;
}

bool KeptChanged(const ObjectChange& change) {
  if (change.before == nullptr || change.after == nullptr) return true;
  return TextOf(*change.before) != TextOf(*change.after);
}

Cache<KeptObject>::Reader KeepAll() {
  return [](const json::Cursor& object) -> absl::StatusOr<KeptObject> {
    KAITO_ASSIGN_OR_RETURN(json::Value value, WholeObject(object));
    if (value.object() == nullptr) {
      return absl::InvalidArgumentError("object: it is no JSON object");
    }
    value.object()->Erase("apiVersion");
    value.object()->Erase("kind");
    if (json::Value* metadata = value.Find("metadata");
        metadata != nullptr && metadata->object() != nullptr) {
      metadata->object()->Erase("resourceVersion");
      json::Value* annotations = metadata->Find("annotations");
      if (annotations != nullptr && annotations->object() != nullptr) {
        annotations->object()->Erase(kLastApplied);
      }
    }
    return ToKept(value);
  };
}

Cache<KeptObject>::Reader KeepFields(const std::vector<std::string>& paths) {
  auto fields = std::make_shared<Fields>();
  for (const char* always : {"metadata.name", "metadata.namespace",
                             "metadata.uid", "metadata.deletionTimestamp"}) {
    AddPath(always, *fields);
  }
  for (const std::string& path : paths) AddPath(path, *fields);
  return [fields = std::shared_ptr<const Fields>(std::move(fields))](
             const json::Cursor& object) -> absl::StatusOr<KeptObject> {
    json::Value kept;
    KAITO_RETURN_IF_ERROR(Keep(object, *fields, &kept));
    return ToKept(kept);
  };
}

}  // namespace kaito::kube

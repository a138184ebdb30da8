#include "kaito/standalone/apiserver/watch/watch_line.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/store/object_key.h"

namespace kaito::apiserver {
namespace {

constexpr absl::string_view kAdded = "ADDED";
constexpr absl::string_view kModified = "MODIFIED";
constexpr absl::string_view kDeleted = "DELETED";

absl::string_view TypeName(EventType type) {
  switch (type) {
    case EventType::kAdded:
      return kAdded;
    case EventType::kModified:
      return kModified;
    case EventType::kDeleted:
      break;
  }
  return kDeleted;
}

const json::Value* ParseInto(const std::string& text,
                             std::optional<json::Value>& into) {
  if (text.empty()) return nullptr;
  if (!into.has_value()) {
    absl::StatusOr<json::Value> value = json::Parse(text);
    if (!value.ok()) return nullptr;
    into = *std::move(value);
  }
  return &*into;
}

// The object in the version of the scope; for most kinds it is that already.
json::Value InVersion(const ResourceDefinition& resource,
                      const json::Value& stored) {
  json::Value object = stored;
  if (resource.from_storage != nullptr) resource.from_storage(object);
  object["apiVersion"] = resource.api_version();
  return object;
}

std::string Line(absl::string_view type, absl::string_view object) {
  return absl::StrCat("{\"type\":\"", type, "\",\"object\":", object, "}\n");
}

}  // namespace

const json::Value* ParsedEvents::Object(const StoreEvent& event) {
  std::unique_ptr<Pair>& pair = parsed_[event.version];
  if (pair == nullptr) pair = std::make_unique<Pair>();
  return ParseInto(event.body, pair->object);
}

const json::Value* ParsedEvents::Previous(const StoreEvent& event) {
  std::unique_ptr<Pair>& pair = parsed_[event.version];
  if (pair == nullptr) pair = std::make_unique<Pair>();
  return ParseInto(event.previous, pair->previous);
}

std::string ObjectLine(const WatchScope& scope, absl::string_view type,
                       const json::Value& object, bool first, absl::Time now) {
  json::Value rendered =
      Render(*scope.resource, scope.form, scope.include_object, object, now);
  if (scope.form.kind == Form::Kind::kTable && !first) {
    rendered["columnDefinitions"] = nullptr;
  }
  return Line(type, json::Write(rendered));
}

std::optional<std::string> WatchLine(const WatchScope& scope,
                                     const StoreEvent& event,
                                     ParsedEvents& parsed, bool first,
                                     absl::Time now) {
  if (event.key.resource != scope.resource->storage_resource ||
      (!scope.ns.empty() && event.key.ns != scope.ns)) {
    return std::nullopt;
  }
  absl::string_view type = TypeName(event.type);
  if (scope.selectors.empty() && scope.form.kind == Form::Kind::kObject) {
    const absl::StatusOr<std::string> text =
        TextFromStored(*scope.resource, event.body);
    return text.ok() ? std::optional<std::string>(Line(type, *text))
                     : std::nullopt;
  }
  const json::Value* stored = parsed.Object(event);
  if (stored == nullptr) return std::nullopt;
  const json::Value object = InVersion(*scope.resource, *stored);
  if (!scope.selectors.empty()) {
    const json::Value* previous = parsed.Previous(event);
    const bool was = previous != nullptr && scope.selectors.Matches(InVersion(
                                                *scope.resource, *previous));
    const bool is =
        event.type != EventType::kDeleted && scope.selectors.Matches(object);
    if (!was && !is) return std::nullopt;
    type = !was ? kAdded : !is ? kDeleted : kModified;
  }
  return ObjectLine(scope, type, object, first, now);
}

std::string BookmarkLine(const WatchScope& scope, int64_t version,
                         bool initial_end) {
  json::Value object =
      json::Object{{"kind", scope.resource->kind},
                   {"apiVersion", scope.resource->api_version()}};
  if (scope.form.kind == Form::Kind::kMetadata) {
    object = json::Object{
        {"kind", "PartialObjectMetadata"},
        {"apiVersion", absl::StrCat("meta.k8s.io/", scope.form.meta_version)}};
  }
  object["metadata"]["resourceVersion"] = absl::StrCat(version);
  object["metadata"]["creationTimestamp"] = nullptr;
  if (initial_end) {
    object["metadata"]["annotations"]["k8s.io/initial-events-end"] = "true";
  }
  return Line("BOOKMARK", json::Write(object));
}

std::string ExpiredLine(int64_t version, int64_t current) {
  return Line(
      "ERROR",
      json::Write(api::Encode(api::ExpiredStatus(absl::StrCat(
          "too old resource version: ", version, " (", current, ")")))));
}

}  // namespace kaito::apiserver

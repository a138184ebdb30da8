// What a client sends as an object of each kind, on its way into the store and
// out again as an object and as a row of a table.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/resource/builtin_resources.h"
#include "kaito/standalone/apiserver/resource/custom_resources.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/prepare.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/request_info.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"

namespace kaito::apiserver {
namespace {

absl::Time Now() { return absl::FromUnixSeconds(1767225600); }

bool Create(const ResourceDefinition& resource, json::Value& object) {
  std::vector<std::string> warnings;
  return CheckIdentity(resource, "default", "", object).ok() &&
         RemoveUnknown(resource, FieldValidation::kWarn, object, warnings)
             .ok() &&
         PrepareCreate(resource,
                       {.uid = "u", .name_suffix = "12345", .now = Now()},
                       object)
             .ok() &&
         Admit(resource, nullptr, object, warnings).ok();
}

// The same fields sent to the object once more.
void Update(const ResourceDefinition& resource, const json::Value& old,
            const json::Value& sent) {
  for (const char* subresource : {"", "status"}) {
    std::vector<std::string> warnings;
    json::Value next = sent;
    if (!CheckIdentity(resource, "default", old.StringAt({"metadata", "name"}),
                       next)
             .ok() ||
        !RemoveUnknown(resource, FieldValidation::kStrict, next, warnings)
             .ok() ||
        !PrepareUpdate(resource, subresource, old, next).ok() ||
        !Admit(resource, &old, next, warnings).ok()) {
      continue;
    }
    CountGeneration(resource, old, next);
    (void)SameContent(old, next);
    (void)Render(resource, {.kind = Form::Kind::kTable}, "", next, Now());
  }
}

void Try(const ResourceDefinition& resource, const json::Value& sent) {
  json::Value object = sent;
  if (resource.answer != nullptr) {
    if (object.is_object()) resource.answer(object);
    return;
  }
  if (!Create(resource, object)) return;
  json::Value stored = object;
  ToStored(resource, stored);
  const absl::StatusOr<json::Value> again =
      FromStored(resource, json::Write(stored));
  if (!again.ok()) std::abort();
  (void)Render(resource, {.kind = Form::Kind::kTable}, "Object", *again, Now());
  Update(resource, *again, sent);
  if (resource.plural != "customresourcedefinitions") return;
  const absl::StatusOr<std::vector<ResourcePtr>> custom =
      CustomResources(*again, {});
  if (!custom.ok()) return;
  for (const ResourcePtr& kind : *custom) {
    json::Value example = json::Object{
        {"metadata", json::Object{{"name", "a"}}}, {"spec", json::Object{}}};
    if (Create(*kind, example)) {
      (void)Render(*kind, {.kind = Form::Kind::kTable}, "", example, Now());
    }
  }
}

}  // namespace
}  // namespace kaito::apiserver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace json = ::kaito::json;
  static const auto* resources = new std::vector<kaito::apiserver::ResourcePtr>(
      kaito::apiserver::BuiltinResources());
  const absl::StatusOr<json::Value> sent = json::Parse(
      absl::string_view(reinterpret_cast<const char*>(data), size),
      {.max_depth = 100, .duplicates = json::Duplicates::kLastWins});
  if (!sent.ok()) return 0;
  for (const kaito::apiserver::ResourcePtr& resource : *resources) {
    if (resource->kind == sent->StringAt({"kind"})) {
      kaito::apiserver::Try(*resource, *sent);
    }
  }
  return 0;
}

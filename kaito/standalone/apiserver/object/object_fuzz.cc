// What clients send to select, point into and change objects: nothing may
// break, and what a patch makes must be readable again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/object/json_patch.h"
#include "kaito/standalone/apiserver/object/json_path.h"
#include "kaito/standalone/apiserver/object/managed_fields.h"
#include "kaito/standalone/apiserver/object/selector.h"
#include "kaito/standalone/apiserver/object/strategic_merge.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

constexpr char kPod[] = R"({"apiVersion":"v1","kind":"Pod",
    "metadata":{"name":"p","labels":{"a":"b"},"finalizers":["x.y/z"]},
    "spec":{"nodeName":"n","containers":[
        {"name":"c","image":"i","env":[{"name":"E","value":"1"}],
         "ports":[{"containerPort":80,"protocol":"TCP"}]},
        {"name":"d","args":["1","2"]}],"tolerations":[{"key":"k"}]},
    "status":{"phase":"Running","conditions":[{"type":"Ready"}]}})";

const Schema& PodSchema() { return *BuiltinTypes()->by_name.at("Pod"); }

void CheckReadable(const json::Value& object) {
  const absl::StatusOr<json::Value> again = json::Parse(json::Write(object));
  if (!again.ok()) std::abort();
}

void Select(absl::string_view text, const json::Value& pod) {
  const absl::StatusOr<LabelQuery> labels = LabelQuery::Parse(text);
  if (labels.ok()) (void)labels->Matches(pod);
  const absl::StatusOr<FieldQuery> fields =
      FieldQuery::Parse(text, {"spec.nodeName", "status.phase"});
  if (fields.ok()) {
    (void)fields->Matches(pod);
    (void)fields->Name();
  }
  const absl::StatusOr<JsonPath> path = JsonPath::Parse(text);
  if (path.ok()) (void)path->First(pod);
}

void Patch(uint8_t kind, const json::Value& patch, json::Value pod) {
  const Writer writer = {.manager = "m",
                         .api_version = "v1",
                         .now = absl::FromUnixSeconds(1767225600)};
  const json::Value before = pod;
  absl::Status status;
  switch (kind) {
    case 0:
      status = ApplyJsonPatch(patch, pod);
      break;
    case 1:
      ApplyMergePatch(patch, pod);
      break;
    case 2:
      status = ApplyStrategicMerge(PodSchema(), patch, pod);
      break;
    default: {
      if (!patch.is_object()) return;
      const absl::StatusOr<Applied> applied =
          ApplyObject(PodSchema(), true, writer, false, &before, patch);
      if (!applied.ok()) return;
      CheckReadable(applied->object);
      // What it applied it owns: to take it all back must work.
      (void)ApplyObject(PodSchema(), true, writer, true, &applied->object,
                        json::Object{{"apiVersion", "v1"},
                                     {"kind", "Pod"},
                                     {"metadata", json::Object{}}})
          .status();
      return;
    }
  }
  // The server goes on with nothing else.
  const json::Value* metadata = pod.Find("metadata");
  if (!status.ok() || metadata == nullptr || !metadata->is_object()) return;
  TrackUpdate(PodSchema(), true, writer, &before, pod);
  CheckReadable(pod);
}

}  // namespace
}  // namespace kaito::apiserver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace json = ::kaito::json;
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  static const auto* pod =
      new json::Value(*json::Parse(kaito::apiserver::kPod));
  const auto kind = static_cast<uint8_t>(data[0] % 5);
  if (kind == 4) {
    kaito::apiserver::Select(text, *pod);
    return 0;
  }
  // As request_body.cc reads it.
  const absl::StatusOr<json::Value> patch = json::Parse(
      text, {.max_depth = static_cast<int>(kaito::apiserver::kMaxPatchedDepth),
             .duplicates = json::Duplicates::kLastWins});
  if (patch.ok()) kaito::apiserver::Patch(kind, *patch, *pod);
  return 0;
}

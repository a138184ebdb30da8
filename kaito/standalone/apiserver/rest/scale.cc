#include "kaito/standalone/apiserver/rest/scale.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/resource/row_text.h"

namespace kaito::apiserver {
namespace {

const json::Value* Find(const json::Value& object, absl::string_view path) {
  const json::Value* at = &object;
  for (const absl::string_view name :
       absl::StrSplit(path, '.', absl::SkipEmpty())) {
    at = at->Find(name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

int64_t NumberAt(const json::Value& object, absl::string_view path) {
  const json::Value* value = Find(object, path);
  return value != nullptr ? value->integer().value_or(0) : 0;
}

}  // namespace

json::Value ScaleOf(const ScalePaths& paths, const json::Value& object) {
  json::Value scale =
      json::Object{{"apiVersion", "autoscaling/v1"}, {"kind", "Scale"}};
  for (const char* name :
       {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (const json::Value* value = object.FindPath({"metadata", name})) {
      scale["metadata"][name] = *value;
    }
  }
  scale["spec"]["replicas"] = NumberAt(object, paths.spec_replicas);
  scale["status"]["replicas"] = NumberAt(object, paths.status_replicas);
  if (paths.selector.empty()) return scale;
  const json::Value* selector = Find(object, paths.selector);
  if (selector != nullptr) {
    scale["status"]["selector"] = selector->string() != nullptr
                                      ? *selector->string()
                                      : SelectorText(selector);
  }
  return scale;
}

absl::Status SetScale(const ScalePaths& paths, const json::Value& scale,
                      json::Value& object) {
  const json::Value* replicas = scale.FindPath({"spec", "replicas"});
  const int64_t wanted =
      replicas != nullptr ? replicas->integer().value_or(-1) : 0;
  if (wanted < 0) {
    return absl::InvalidArgumentError(
        "Scale: spec.replicas: must be a whole number from 0 on");
  }
  json::Value* at = &object;
  for (const absl::string_view name :
       absl::StrSplit(paths.spec_replicas, '.', absl::SkipEmpty())) {
    at = &(*at)[name];
  }
  *at = wanted;
  return absl::OkStatus();
}

}  // namespace kaito::apiserver

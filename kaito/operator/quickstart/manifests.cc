#include "kaito/operator/quickstart/manifests.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/yaml/yaml.h"

namespace kaito::controller {
namespace {

// The version that the walk-through uses.
constexpr api::KindInfo kWorkspaceInfo = {.group = api::kWorkspaceGroup,
                                          .version = "v1alpha1",
                                          .kind = api::kWorkspaceKind,
                                          .plural = api::kWorkspacePlural};

void Replace(const Addresses& addresses, json::Value& value) {
  if (std::string* text = value.string()) {
    absl::StrReplaceAll(
        {{"REGISTRY", addresses.registry}, {"DATA", addresses.data}}, text);
  } else if (json::Array* array = value.array()) {
    for (json::Value& item : *array) Replace(addresses, item);
  } else if (json::Object* object = value.object()) {
    for (json::Member& member : *object) Replace(addresses, member.value);
  }
}

}  // namespace

api::GroupVersionResource ExampleWorkspaceGvr() { return kWorkspaceInfo.gvr(); }

absl::StatusOr<api::GroupVersionResource> ResourceOf(
    const json::Value& object) {
  const absl::string_view kind = object.StringAt({"kind"});
  for (const api::KindInfo& known :
       {api::Pod::kKind, api::Service::kKind, api::ConfigMap::kKind,
        api::Secret::kKind, kWorkspaceInfo}) {
    if (kind == known.kind &&
        object.StringAt({"apiVersion"}) == known.api_version()) {
      return known.gvr();
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(object.StringAt({"apiVersion"}), " ", kind,
                   ": not a kind that the quick-start applies"));
}

absl::StatusOr<Manifests> ParseManifests(absl::string_view yaml) {
  KAITO_ASSIGN_OR_RETURN(std::vector<yaml::Document> documents,
                         yaml::ParseAll(yaml));
  Manifests manifests;
  for (yaml::Document& document : documents) {
    json::Value& object = document.value;
    KAITO_ASSIGN_OR_RETURN(const api::GroupVersionResource resource,
                           ResourceOf(object));
    const absl::string_view name = object.StringAt({"metadata", "name"});
    if (name.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(object.StringAt({"kind"}), ": metadata.name is empty"));
    }
    if (resource == ExampleWorkspaceGvr()) {
      manifests.workspace = std::string(name);
    }
    const bool first = resource == api::Pod::kKind.gvr() ||
                       resource == api::Service::kKind.gvr();
    (first ? manifests.before : manifests.after).push_back(std::move(object));
  }
  if (manifests.workspace.empty()) {
    return absl::InvalidArgumentError("no Workspace among the objects");
  }
  return manifests;
}

std::vector<json::Value> WithAddresses(std::vector<json::Value> objects,
                                       const Addresses& addresses) {
  for (json::Value& object : objects) Replace(addresses, object);
  return objects;
}

}  // namespace kaito::controller

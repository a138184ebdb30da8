#include "kaito/standalone/apiserver/server/bootstrap.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

Call CallFor(const Registry& registry, absl::string_view group,
             absl::string_view plural, absl::string_view ns) {
  Call call;
  call.resource = registry.catalog()->Find(group, "v1", plural);
  call.info.ns = std::string(ns);
  call.manager = "kaito-apiserver";
  return call;
}

absl::Status CreateIfAbsent(Verbs& verbs, const Call& call,
                            const json::Value& object) {
  const absl::Status status = verbs.Create(call, object).status();
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

absl::Status Define(Registry& registry, Verbs& verbs,
                    const json::Value& definition) {
  Call call = CallFor(registry, "apiextensions.k8s.io",
                      "customresourcedefinitions", "");
  const absl::Status created = verbs.Create(call, definition).status();
  if (!absl::IsAlreadyExists(created)) return created;
  // Spec and annotations are the program's; the rest is the store's.
  call.info.name = std::string(definition.StringAt({"metadata", "name"}));
  json::Value patch = json::Object{{"spec", *definition.Find("spec")}};
  return verbs.Patch(call, PatchKind::kMerge, patch).status();
}

}  // namespace

absl::Status Bootstrap(Store& store, Registry& registry, Verbs& verbs,
                       const std::vector<json::Value>& definitions) {
  for (const char* name :
       {"default", "kube-node-lease", "kube-public", "kube-system"}) {
    KAITO_RETURN_IF_ERROR(CreateIfAbsent(
        verbs, CallFor(registry, "", "namespaces", ""),
        json::Object{{"metadata", json::Object{{"name", name}}}}));
  }
  KAITO_RETURN_IF_ERROR(CreateIfAbsent(
      verbs, CallFor(registry, "", "serviceaccounts", "default"),
      json::Object{{"metadata", json::Object{{"name", "default"}}}}));
  for (const json::Value& definition : definitions) {
    KAITO_RETURN_IF_ERROR(Annotate(Define(registry, verbs, definition),
                                   definition.StringAt({"metadata", "name"})));
  }
  return LoadDefinitions(store, registry);
}

}  // namespace kaito::apiserver

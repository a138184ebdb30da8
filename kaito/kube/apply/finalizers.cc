#include "kaito/kube/apply/finalizers.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {
namespace {

json::Value Step(const char* op, std::string path, json::Value value) {
  return json::Object{
      {"op", op}, {"path", std::move(path)}, {"value", std::move(value)}};
}

absl::Status Send(ApiClient& client, const api::GroupVersionResource& gvr,
                  const api::ObjectMeta& object, json::Array steps,
                  const StopToken& stop) {
  // The name may have come to another object meanwhile.
  steps.insert(steps.begin(), Step("test", "/metadata/uid", object.uid));
  const absl::Status status =
      client
          .Patch(gvr, {object.ns, object.name}, PatchType::kJson,
                 json::Value(std::move(steps)), {}, stop)
          .status();
  // What a failed test is to an API server.
  if (absl::IsInvalidArgument(status)) {
    return absl::AbortedError(status.message());
  }
  return status;
}

}  // namespace

absl::Status AddFinalizer(ApiClient& client,
                          const api::GroupVersionResource& gvr,
                          const api::ObjectMeta& object,
                          absl::string_view finalizer, const StopToken& stop) {
  if (object.HasFinalizer(finalizer)) return absl::OkStatus();
  if (object.deletion_timestamp.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat(gvr.qualified_resource(), " ", object.name,
                     ": is being deleted and takes no finalizer"));
  }
  json::Array list;
  for (const std::string& name : object.finalizers) list.push_back(name);
  if (list.empty()) {
    // A list that is not there equals null.
    return Send(client, gvr, object,
                {Step("test", "/metadata/finalizers", nullptr),
                 Step("add", "/metadata/finalizers", json::Array{finalizer})},
                stop);
  }
  return Send(client, gvr, object,
              {Step("test", "/metadata/finalizers", list),
               Step("add", "/metadata/finalizers/-", finalizer)},
              stop);
}

absl::Status RemoveFinalizer(ApiClient& client,
                             const api::GroupVersionResource& gvr,
                             const api::ObjectMeta& object,
                             absl::string_view finalizer,
                             const StopToken& stop) {
  for (size_t i = 0; i < object.finalizers.size(); ++i) {
    if (object.finalizers[i] != finalizer) continue;
    const std::string path = absl::StrCat("/metadata/finalizers/", i);
    json::Value remove = json::Object{{"op", "remove"}, {"path", path}};
    const absl::Status status =
        Send(client, gvr, object,
             {Step("test", path, finalizer), std::move(remove)}, stop);
    return absl::IsNotFound(status) ? absl::OkStatus() : status;
  }
  return absl::OkStatus();
}

}  // namespace kaito::kube

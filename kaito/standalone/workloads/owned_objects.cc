#include "kaito/standalone/workloads/owned_objects.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/owner_reference.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::standalone {
namespace {

constexpr char kFieldManager[] = "kaito-workloads";

bool ControlledBy(const json::Value& object, const std::string& uid) {
  const json::Value* owners = object.FindPath({"metadata", "ownerReferences"});
  if (owners == nullptr || owners->array() == nullptr) return false;
  for (const json::Value& owner : *owners->array()) {
    const json::Value* controller = owner.Find("controller");
    if (controller != nullptr && controller->boolean().value_or(false)) {
      return owner.StringAt({"uid"}) == uid;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<json::Value>> ListControlled(
    kube::ApiClient& client, const api::GroupVersionResource& gvr,
    const std::string& ns, const std::string& owner_uid,
    const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(kube::ObjectList list, client.List(gvr, ns, {}, stop));
  std::vector<json::Value> controlled;
  for (json::Value& item : list.items) {
    if (ControlledBy(item, owner_uid)) controlled.push_back(std::move(item));
  }
  return controlled;
}

absl::StatusOr<std::vector<api::Pod>> ListControlledPods(
    kube::ApiClient& client, const std::string& ns,
    const std::string& owner_uid, const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(
      const std::vector<json::Value> values,
      ListControlled(client, api::Pod::kKind.gvr(), ns, owner_uid, stop));
  std::vector<api::Pod> pods;
  for (const json::Value& value : values) {
    KAITO_ASSIGN_OR_RETURN(api::Pod pod,
                           api::DecodeOrError<api::Pod>(value, "pod"));
    pods.push_back(std::move(pod));
  }
  return pods;
}

api::Pod PodOf(const api::PodTemplateSpec& pod_template,
               const api::ObjectMeta& owner,
               const api::GroupVersionKind& kind) {
  api::Pod pod;
  pod.metadata.generate_name = absl::StrCat(owner.name, "-");
  pod.metadata.ns = owner.ns;
  pod.metadata.labels = pod_template.metadata.labels;
  pod.metadata.annotations = pod_template.metadata.annotations;
  pod.metadata.owner_references = {api::ControllerReference(owner, kind)};
  pod.spec = pod_template.spec;
  return pod;
}

absl::Status CreatePod(kube::ApiClient& client, const api::Pod& pod,
                       const StopToken& stop) {
  return client
      .Create(api::Pod::kKind.gvr(), pod.metadata.ns, api::Encode(pod),
              {.field_manager = kFieldManager}, stop)
      .status();
}

absl::Status DeletePod(kube::ApiClient& client, const api::Pod& pod,
                       const StopToken& stop) {
  const absl::Status status =
      client.Delete(api::Pod::kKind.gvr(), {pod.metadata.ns, pod.metadata.name},
                    {.uid = pod.metadata.uid}, stop);
  return absl::IsNotFound(status) || absl::IsAborted(status) ? absl::OkStatus()
                                                             : status;
}

absl::Status WriteStatus(kube::ApiClient& client,
                         const api::GroupVersionResource& gvr,
                         const json::Value& object, const json::Value& status,
                         const StopToken& stop) {
  const json::Value* old = object.Find("status");
  if (old != nullptr && *old == status) return absl::OkStatus();
  json::Value patch = status;
  // In a merge patch what is absent stays.
  if (old != nullptr && old->object() != nullptr) {
    for (const json::Member& member : *old->object()) {
      if (patch.Find(member.name) == nullptr) patch[member.name] = nullptr;
    }
  }
  return client
      .Patch(gvr,
             {std::string(object.StringAt({"metadata", "namespace"})),
              std::string(object.StringAt({"metadata", "name"}))},
             kube::PatchType::kMerge,
             json::Object{
                 {"metadata",
                  json::Object{{"uid", object.StringAt({"metadata", "uid"})}}},
                 {"status", patch}},
             {.field_manager = kFieldManager, .subresource = "status"}, stop)
      .status();
}

bool IsActive(const api::Pod& pod) {
  return !api::IsPodTerminal(pod) && !pod.metadata.deletion_timestamp;
}

}  // namespace kaito::standalone

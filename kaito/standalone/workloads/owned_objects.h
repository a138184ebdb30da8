#ifndef KAITO_STANDALONE_WORKLOADS_OWNED_OBJECTS_H_
#define KAITO_STANDALONE_WORKLOADS_OWNED_OBJECTS_H_

// What the workload controllers have in common: the objects that one of them
// controls, pods from its template, its status. Everything is read live from
// the API server, which is in this process: no controller acts on an old view.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::standalone {

// Objects of the namespace whose controller has this uid.
absl::StatusOr<std::vector<json::Value>> ListControlled(
    kube::ApiClient& client, const api::GroupVersionResource& gvr,
    const std::string& ns, const std::string& owner_uid, const StopToken& stop);

absl::StatusOr<std::vector<api::Pod>> ListControlledPods(
    kube::ApiClient& client, const std::string& ns,
    const std::string& owner_uid, const StopToken& stop);

// A pod of the template, owned by `owner`; the server completes its name. Pure.
api::Pod PodOf(const api::PodTemplateSpec& pod_template,
               const api::ObjectMeta& owner, const api::GroupVersionKind& kind);

absl::Status CreatePod(kube::ApiClient& client, const api::Pod& pod,
                       const StopToken& stop);
// OK where it is gone.
absl::Status DeletePod(kube::ApiClient& client, const api::Pod& pod,
                       const StopToken& stop);

// Replaces the status, where it is not so already. NotFound where the object is
// gone.
absl::Status WriteStatus(kube::ApiClient& client,
                         const api::GroupVersionResource& gvr,
                         const json::Value& object, const json::Value& status,
                         const StopToken& stop);

// Neither ended nor about to go.
bool IsActive(const api::Pod& pod);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_OWNED_OBJECTS_H_

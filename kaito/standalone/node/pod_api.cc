#include "kaito/standalone/node/pod_api.h"

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/node/pod_sources.h"

namespace kaito::standalone {
namespace {

constexpr absl::string_view kFieldManager = "kaito-node";

template <typename Kind>
absl::Status Fetch(kube::ApiClient& client, const std::string& ns,
                   const std::set<std::string>& names, const StopToken& stop,
                   std::map<std::string, Kind>& found) {
  for (const std::string& name : names) {
    const absl::StatusOr<json::Value> value =
        client.Get(Kind::kKind.gvr(), {ns, name}, stop);
    if (absl::IsNotFound(value.status())) continue;
    KAITO_RETURN_IF_ERROR(value.status());
    KAITO_ASSIGN_OR_RETURN(found[name], api::DecodeOrError<Kind>(*value, name));
  }
  return absl::OkStatus();
}

kube::ObjectKey KeyOf(const api::Pod& pod) {
  return {pod.metadata.ns, pod.metadata.name};
}

}  // namespace

absl::StatusOr<PodSources> FetchSources(kube::ApiClient& client,
                                        const api::Pod& pod,
                                        const StopToken& stop) {
  const SourceNames names = NamedSources(pod.spec);
  PodSources sources;
  KAITO_RETURN_IF_ERROR(Fetch(client, pod.metadata.ns, names.config_maps, stop,
                              sources.config_maps));
  KAITO_RETURN_IF_ERROR(
      Fetch(client, pod.metadata.ns, names.secrets, stop, sources.secrets));
  return sources;
}

absl::Status WritePodStatus(kube::ApiClient& client, const api::Pod& pod,
                            const api::PodStatus& status,
                            const StopToken& stop) {
  json::Value encoded = api::Encode(status);
  // In a merge patch what is absent stays.
  for (const absl::string_view name : {"reason", "message"}) {
    if (encoded.Find(name) == nullptr) encoded[name] = nullptr;
  }
  const json::Value patch = json::Object{
      {"metadata", json::Object{{"uid", pod.metadata.uid}}},
      {"status", encoded},
  };
  return client
      .Patch(api::Pod::kKind.gvr(), KeyOf(pod), kube::PatchType::kMerge, patch,
             {.field_manager = std::string(kFieldManager),
              .subresource = "status"},
             stop)
      .status();
}

absl::Status FinishDeletion(kube::ApiClient& client, const api::Pod& pod,
                            const StopToken& stop) {
  const absl::Status status =
      client.Delete(api::Pod::kKind.gvr(), KeyOf(pod),
                    {.uid = pod.metadata.uid, .grace_period_seconds = 0}, stop);
  // Aborted: the name is another pod's by now.
  if (absl::IsNotFound(status) || absl::IsAborted(status)) {
    return absl::OkStatus();
  }
  return status;
}

}  // namespace kaito::standalone

#include "kaito/standalone/workloads/endpoints_controller.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/endpoints.h"
#include "kaito/api/core/object_reference.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/owner_reference.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/standalone/workloads/owned_objects.h"

namespace kaito::standalone {
namespace {

constexpr char kFieldManager[] = "kaito-workloads";

// The pod's port that a Service's port leads to; none where it has no port of
// that name.
std::optional<int32_t> TargetPort(const api::ServicePort& port,
                                  const api::Pod& pod) {
  if (!port.target_port) return port.port;
  if (const int32_t* number = port.target_port->number()) {
    return *number == 0 ? port.port : *number;
  }
  for (const api::Container& container : pod.spec.containers) {
    for (const api::ContainerPort& one : container.ports) {
      if (one.name == *port.target_port->text()) return one.container_port;
    }
  }
  return std::nullopt;
}

std::vector<api::EndpointPort> PortsOf(const api::Service& service,
                                       const api::Pod& pod) {
  std::vector<api::EndpointPort> ports;
  for (const api::ServicePort& port : service.spec.ports) {
    const std::optional<int32_t> target = TargetPort(port, pod);
    if (!target) continue;
    ports.push_back(
        {.name = port.name,
         .port = *target,
         .protocol = port.protocol.empty() ? "TCP" : port.protocol});
  }
  return ports;
}

}  // namespace

std::vector<api::EndpointSubset> SubsetsOf(const api::Service& service,
                                           const std::vector<api::Pod>& pods) {
  std::vector<api::EndpointSubset> subsets;
  const api::LabelSelector selector = {.match_labels = service.spec.selector};
  for (const api::Pod& pod : pods) {
    if (service.spec.selector.empty() || !IsActive(pod) || !pod.status ||
        pod.status->pod_ip.empty() || !selector.Matches(pod.metadata.labels)) {
      continue;
    }
    const std::vector<api::EndpointPort> ports = PortsOf(service, pod);
    if (ports.empty()) continue;
    api::EndpointAddress address = {
        .ip = pod.status->pod_ip,
        .node_name = pod.spec.node_name,
        .target_ref = api::ReferenceTo(pod.metadata, api::Pod::kKind.gvk())};
    address.target_ref->resource_version.clear();
    address.target_ref->api_version.clear();
    api::EndpointSubset* subset = nullptr;
    for (api::EndpointSubset& one : subsets) {
      if (one.ports == ports) subset = &one;
    }
    if (subset == nullptr) {
      subsets.push_back({.ports = ports});
      subset = &subsets.back();
    }
    const bool ready =
        service.spec.publish_not_ready_addresses || api::IsPodReady(pod);
    (ready ? subset->addresses : subset->not_ready_addresses)
        .push_back(std::move(address));
  }
  return subsets;
}

absl::StatusOr<kube::ReconcileResult> ReconcileEndpoints(
    kube::ApiClient& client, const kube::ObjectKey& key,
    const StopToken& stop) {
  const absl::StatusOr<json::Value> value =
      client.Get(api::Service::kKind.gvr(), key, stop);
  // Its Endpoints go with it: owner references.
  if (absl::IsNotFound(value.status())) return kube::ReconcileResult();
  KAITO_RETURN_IF_ERROR(value.status());
  KAITO_ASSIGN_OR_RETURN(const api::Service service,
                         api::DecodeOrError<api::Service>(*value, key.name));
  // Without a selector someone else keeps them.
  if (service.metadata.deletion_timestamp || service.spec.selector.empty()) {
    return kube::ReconcileResult();
  }
  KAITO_ASSIGN_OR_RETURN(const kube::ObjectList list,
                         client.List(api::Pod::kKind.gvr(), key.ns, {}, stop));
  std::vector<api::Pod> pods;
  for (const json::Value& item : list.items) {
    KAITO_ASSIGN_OR_RETURN(api::Pod pod,
                           api::DecodeOrError<api::Pod>(item, "pod"));
    pods.push_back(std::move(pod));
  }
  const auto gvr = api::Endpoints::kKind.gvr();
  const absl::StatusOr<json::Value> old = client.Get(gvr, key, stop);
  if (!old.ok() && !absl::IsNotFound(old.status())) return old.status();
  api::Endpoints endpoints;
  endpoints.metadata.name = key.name;
  endpoints.metadata.ns = key.ns;
  endpoints.metadata.labels = service.metadata.labels;
  endpoints.metadata.owner_references = {
      api::ControllerReference(service.metadata, api::Service::kKind.gvk())};
  endpoints.subsets = SubsetsOf(service, pods);
  const json::Value encoded = api::Encode(endpoints);
  const kube::WriteOptions options = {.field_manager = kFieldManager};
  if (!old.ok()) {
    KAITO_RETURN_IF_ERROR(
        client.Create(gvr, key.ns, encoded, options, stop).status());
    return kube::ReconcileResult();
  }
  KAITO_ASSIGN_OR_RETURN(const api::Endpoints known,
                         api::DecodeOrError<api::Endpoints>(*old, key.name));
  if (known.subsets == endpoints.subsets) return kube::ReconcileResult();
  const json::Value* subsets = encoded.Find("subsets");
  KAITO_RETURN_IF_ERROR(
      client
          .Patch(gvr, key, kube::PatchType::kMerge,
                 json::Object{{"subsets",
                               subsets == nullptr ? json::Value() : *subsets}},
                 options, stop)
          .status());
  return kube::ReconcileResult();
}

}  // namespace kaito::standalone

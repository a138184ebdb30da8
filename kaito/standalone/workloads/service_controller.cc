#include "kaito/standalone/workloads/service_controller.h"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/endpoints.h"
#include "kaito/api/core/event.h"
#include "kaito/api/core/object_reference.h"
#include "kaito/api/core/service.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/address.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/standalone/network/forwarder.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/pod_events.h"

namespace kaito::standalone {
namespace {

constexpr char kFieldManager[] = "kaito-workloads";

std::vector<ForwardAddress> TargetsOf(const api::Endpoints& endpoints,
                                      const std::string& port_name) {
  std::vector<ForwardAddress> targets;
  for (const api::EndpointSubset& subset : endpoints.subsets) {
    for (const api::EndpointPort& port : subset.ports) {
      if (port.name != port_name) continue;
      for (const api::EndpointAddress& address : subset.addresses) {
        targets.push_back({address.ip, port.port});
      }
    }
  }
  return targets;
}

}  // namespace

void ServiceController::Keep(const kube::ObjectKey& key, const std::string& uid,
                             const std::set<ForwardAddress>& wanted) {
  std::set<ForwardAddress> unwanted;
  std::string released;
  {
    MutexLock lock(mutex_);
    Served& served = served_[key];
    for (const ForwardAddress& at : served.listening) {
      if (wanted.count(at) == 0) unwanted.insert(at);
    }
    if (served.uid != uid) released = served.uid;
    served = {uid, wanted};
    if (uid.empty()) served_.erase(key);
  }
  for (const ForwardAddress& at : unwanted) network_.forwarder().Close(at);
  if (!released.empty()) network_.services().Release(released);
}

absl::StatusOr<std::string> ServiceController::Address(
    const api::Service& service, const StopToken& stop) {
  // A server that gives addresses itself is right, as long as they are this
  // machine's. The pool hears of them: standalone's server gives some of it.
  KAITO_ASSIGN_OR_RETURN(std::string address,
                         network_.services().Acquire(service.metadata.uid,
                                                     service.spec.cluster_ip));
  if (ClassifyAddress(absl::string_view(service.spec.cluster_ip)) ==
      AddressClass::kLoopback) {
    return service.spec.cluster_ip;
  }
  const json::Value patch =
      json::Object{{"metadata", json::Object{{"uid", service.metadata.uid}}},
                   {"spec", json::Object{{"clusterIP", address},
                                         {"clusterIPs", json::Array{address}},
                                         {"ipFamilies", json::Array{"IPv4"}},
                                         {"ipFamilyPolicy", "SingleStack"}}}};
  KAITO_RETURN_IF_ERROR(client_
                            .Patch(api::Service::kKind.gvr(),
                                   {service.metadata.ns, service.metadata.name},
                                   kube::PatchType::kMerge, patch,
                                   {.field_manager = kFieldManager}, stop)
                            .status());
  return address;
}

absl::Status ServiceController::TellPorts(const api::Service& service,
                                          const std::string& moved,
                                          const StopToken& stop) {
  if (service.metadata.annotation(kPortsAnnotation) == moved) {
    return absl::OkStatus();
  }
  json::Value patch;
  patch["metadata"]["annotations"][kPortsAnnotation] =
      moved.empty() ? json::Value() : json::Value(moved);
  KAITO_RETURN_IF_ERROR(client_
                            .Patch(api::Service::kKind.gvr(),
                                   {service.metadata.ns, service.metadata.name},
                                   kube::PatchType::kMerge, patch,
                                   {.field_manager = kFieldManager}, stop)
                            .status());
  if (!moved.empty()) {
    events_.Tell(
        api::ReferenceTo(service.metadata, api::Service::kKind.gvk()),
        api::kEventNormal, "PortMoved",
        absl::StrCat("this process may not listen on all of the Service's "
                     "ports, or they are taken; they are at ",
                     moved,
                     ". Ports from 80 on are allowed by: sysctl -w "
                     "net.ipv4.ip_unprivileged_port_start=80"));
  }
  return absl::OkStatus();
}

absl::StatusOr<kube::ReconcileResult> ServiceController::Reconcile(
    const kube::ObjectKey& key, const StopToken& stop) {
  const absl::StatusOr<json::Value> value =
      client_.Get(api::Service::kKind.gvr(), key, stop);
  if (absl::IsNotFound(value.status())) {
    Keep(key, "", {});
    return kube::ReconcileResult();
  }
  KAITO_RETURN_IF_ERROR(value.status());
  KAITO_ASSIGN_OR_RETURN(const api::Service service,
                         api::DecodeOrError<api::Service>(*value, key.name));
  if (service.spec.cluster_ip == "None" ||
      service.spec.type == "ExternalName") {
    Keep(key, service.metadata.uid, {});
    return kube::ReconcileResult();
  }
  KAITO_ASSIGN_OR_RETURN(const std::string address, Address(service, stop));
  api::Endpoints endpoints;
  const absl::StatusOr<json::Value> found =
      client_.Get(api::Endpoints::kKind.gvr(), key, stop);
  if (found.ok()) {
    KAITO_ASSIGN_OR_RETURN(
        endpoints, api::DecodeOrError<api::Endpoints>(*found, key.name));
  } else if (!absl::IsNotFound(found.status())) {
    return found.status();
  }
  std::set<ForwardAddress> wanted;
  std::vector<std::string> moved;
  for (const api::ServicePort& port : service.spec.ports) {
    if (!port.protocol.empty() && port.protocol != "TCP") continue;
    const ForwardAddress at = {address, port.port};
    KAITO_ASSIGN_OR_RETURN(const int32_t bound,
                           network_.forwarder().Listen(at));
    network_.forwarder().SetTargets(at, TargetsOf(endpoints, port.name));
    wanted.insert(at);
    if (bound != port.port)
      moved.push_back(absl::StrCat(port.port, "=", bound));
  }
  Keep(key, service.metadata.uid, wanted);
  KAITO_RETURN_IF_ERROR(TellPorts(service, absl::StrJoin(moved, ","), stop));
  return kube::ReconcileResult();
}

}  // namespace kaito::standalone

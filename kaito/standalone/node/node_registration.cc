#include "kaito/standalone/node/node_registration.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/lease.h"
#include "kaito/api/core/namespace.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/node/machine.h"
#include "kaito/standalone/node/node_object.h"
#include "kaito/standalone/node/node_records.h"

namespace kaito::standalone {
namespace {

constexpr char kLeaseNamespace[] = "kube-node-lease";
constexpr int kLeaseSeconds = 40;
constexpr absl::Duration kStatusInterval = absl::Minutes(5);

kube::WriteOptions Options(absl::string_view subresource = "") {
  return {.field_manager = "kaito-node",
          .subresource = std::string(subresource)};
}

}  // namespace

absl::Status NodeRegistration::Renew(const LocalNode& node,
                                     const StopToken& stop) {
  absl::StatusOr<json::Value> object =
      client_.Get(api::Node::kKind.gvr(), {"", name_}, stop);
  if (absl::IsNotFound(object.status())) object = MakeNode(node, stop);
  KAITO_RETURN_IF_ERROR(object.status());
  KAITO_RETURN_IF_ERROR(WriteStatus(*object, true, stop));
  return WriteLease(stop);
}

absl::Status NodeRegistration::Withdraw(const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(
      const json::Value object,
      client_.Get(api::Node::kKind.gvr(), {"", name_}, stop));
  return WriteStatus(object, false, stop);
}

absl::StatusOr<bool> NodeRegistration::Remove(const StopToken& stop) {
  absl::Status status =
      client_.Delete(api::Node::kKind.gvr(), {"", name_}, {}, stop);
  if (!status.ok() && !absl::IsNotFound(status)) return status;
  const auto gvr = api::Pod::kKind.gvr();
  KAITO_ASSIGN_OR_RETURN(
      const kube::ObjectList pods,
      client_.List(gvr, "",
                   {.field_selector = absl::StrCat("spec.nodeName=", name_)},
                   stop));
  for (const json::Value& pod : pods.items) {
    if (pod.FindPath({"metadata", "deletionTimestamp"}) != nullptr) continue;
    status = client_.Delete(
        gvr,
        {std::string(pod.StringAt({"metadata", "namespace"})),
         std::string(pod.StringAt({"metadata", "name"}))},
        {.uid = std::string(pod.StringAt({"metadata", "uid"}))}, stop);
    if (!status.ok() && !absl::IsNotFound(status)) return status;
  }
  return pods.items.empty();
}

absl::StatusOr<json::Value> NodeRegistration::MakeNode(const LocalNode& node,
                                                       const StopToken& stop) {
  api::Node object;
  object.metadata.name = name_;
  object.metadata.labels = NodeLabels(name_, machine_);
  for (const auto& [label, text] : node.labels) {
    object.metadata.labels[label] = text;
  }
  object.spec.provider_id = node.provider_id;
  object.spec.taints = node.taints;
  status_due_ = SteadyTime();
  return client_.Create(api::Node::kKind.gvr(), "", api::Encode(object),
                        Options(), stop);
}

absl::Status NodeRegistration::WriteStatus(const json::Value& object,
                                           bool ready, const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const api::Node node,
                         api::DecodeOrError<api::Node>(object, name_));
  uid_ = node.metadata.uid;
  const api::NodeStatus old = node.status.value_or(api::NodeStatus());
  const api::NodeStatus status =
      MakeNodeStatus(name_, machine_, old, ready, clock_.Now());
  if (clock_.NowSteady() < status_due_ && !NodeStatusChanged(old, status)) {
    return absl::OkStatus();
  }
  const json::Value patch = json::Object{{"status", api::Encode(status)}};
  KAITO_RETURN_IF_ERROR(client_
                            .Patch(api::Node::kKind.gvr(), {"", name_},
                                   kube::PatchType::kMerge, patch,
                                   Options("status"), stop)
                            .status());
  status_due_ = clock_.NowSteady() + kStatusInterval;
  return absl::OkStatus();
}

absl::Status NodeRegistration::WriteLease(const StopToken& stop) {
  const auto gvr = api::Lease::kKind.gvr();
  const std::string now = api::FormatMicroTimestamp(clock_.Now());
  const json::Value patch = json::Object{
      {"spec", json::Object{{"holderIdentity", name_},
                            {"leaseDurationSeconds", kLeaseSeconds},
                            {"renewTime", now}}}};
  absl::Status status =
      client_
          .Patch(gvr, {kLeaseNamespace, name_}, kube::PatchType::kMerge, patch,
                 Options(), stop)
          .status();
  if (!absl::IsNotFound(status)) return status;
  json::Value lease = patch;
  lease["apiVersion"] = api::Lease::kKind.api_version();
  lease["kind"] = api::Lease::kKind.kind;
  lease["metadata"] = json::Object{
      {"name", name_},
      {"namespace", kLeaseNamespace},
      {"ownerReferences", json::Array{json::Object{{"apiVersion", "v1"},
                                                   {"kind", "Node"},
                                                   {"name", name_},
                                                   {"uid", uid_}}}}};
  status =
      client_.Create(gvr, kLeaseNamespace, lease, Options(), stop).status();
  if (!absl::IsNotFound(status)) return status;
  // A server without the namespace; the next heartbeat makes the lease.
  const json::Value ns =
      json::Object{{"apiVersion", "v1"},
                   {"kind", "Namespace"},
                   {"metadata", json::Object{{"name", kLeaseNamespace}}}};
  return client_.Create(api::Namespace::kKind.gvr(), "", ns, Options(), stop)
      .status();
}

}  // namespace kaito::standalone

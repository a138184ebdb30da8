#include "kaito/standalone/node/node_object.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/node/machine.h"

namespace kaito::standalone {
namespace {

// A kubelet's default; each pod here has a thread and an address.
constexpr int64_t kMaxPods = 110;

// What the API server says that it is.
constexpr absl::string_view kVersion = "v1.30.0";

constexpr absl::string_view kGpuResource = "nvidia.com/gpu";

void Set(std::vector<api::NodeCondition>& conditions, absl::string_view type,
         bool holds, absl::string_view reason, absl::string_view message,
         absl::Time now) {
  api::NodeCondition condition = {.type = std::string(type),
                                  .status = holds
                                                ? api::ConditionStatus::kTrue
                                                : api::ConditionStatus::kFalse,
                                  .reason = std::string(reason),
                                  .message = std::string(message),
                                  .last_heartbeat_time = api::Timestamp{now},
                                  .last_transition_time = api::Timestamp{now}};
  for (api::NodeCondition& old : conditions) {
    if (old.type != type) continue;
    if (old.status == condition.status) {
      condition.last_transition_time = old.last_transition_time;
    }
    old = std::move(condition);
    return;
  }
  conditions.push_back(std::move(condition));
}

}  // namespace

std::map<std::string, std::string> NodeLabels(absl::string_view name,
                                              const Machine& machine) {
  return {{"kubernetes.io/arch", machine.architecture},
          {"kubernetes.io/hostname", std::string(name)},
          {"kubernetes.io/os", "linux"}};
}

api::NodeStatus MakeNodeStatus(absl::string_view name, const Machine& machine,
                               const api::NodeStatus& old, bool ready,
                               absl::Time now) {
  api::NodeStatus status = old;
  using Format = api::Quantity::Format;
  status.capacity["cpu"] = api::Quantity(machine.cpus);
  status.capacity["memory"] =
      api::Quantity(machine.memory_bytes, Format::kBinarySi);
  status.capacity["pods"] = api::Quantity(kMaxPods);
  status.capacity[std::string(kGpuResource)] = api::Quantity(machine.gpus);
  status.allocatable = status.capacity;
  status.addresses = {{.type = "InternalIP", .address = "127.0.0.1"},
                      {.type = "Hostname", .address = std::string(name)}};
  status.node_info = json::Object{
      {"architecture", machine.architecture},
      {"bootID", ""},
      {"containerRuntimeVersion", "local://1"},
      {"kernelVersion", machine.kernel_version},
      {"kubeProxyVersion", kVersion},
      {"kubeletVersion", kVersion},
      {"machineID", machine.id},
      {"operatingSystem", "linux"},
      {"osImage", machine.os_image},
      {"systemUUID", ""},
  };
  namespace type = api::node_condition;
  Set(status.conditions, type::kMemoryPressure, false,
      "KubeletHasSufficientMemory", "memory is not watched here", now);
  Set(status.conditions, type::kDiskPressure, false, "KubeletHasNoDiskPressure",
      "disks are not watched here", now);
  Set(status.conditions, type::kPidPressure, false, "KubeletHasSufficientPID",
      "processes are not counted here", now);
  Set(status.conditions, type::kNetworkUnavailable, false, "Loopback",
      "pods and Services have addresses of 127.64.0.0/10", now);
  Set(status.conditions, type::kReady, ready,
      ready ? "KubeletReady" : "KubeletStopped",
      ready ? "the node agent runs pods as processes of this machine"
            : "the node agent has ended",
      now);
  return status;
}

bool NodeStatusChanged(const api::NodeStatus& a, const api::NodeStatus& b) {
  const auto without_heartbeats = [](api::NodeStatus status) {
    for (api::NodeCondition& condition : status.conditions) {
      condition.last_heartbeat_time.reset();
    }
    return status;
  };
  return without_heartbeats(a) != without_heartbeats(b);
}

}  // namespace kaito::standalone

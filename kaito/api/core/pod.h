#ifndef KAITO_API_CORE_POD_H_
#define KAITO_API_CORE_POD_H_

// A pod, and what has become of it.
//
//   if (pod.status && pod.status->phase == pod_phase::kSucceeded) ...

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

namespace pod_phase {
inline constexpr absl::string_view kPending = "Pending";
inline constexpr absl::string_view kRunning = "Running";
inline constexpr absl::string_view kSucceeded = "Succeeded";
inline constexpr absl::string_view kFailed = "Failed";
inline constexpr absl::string_view kUnknown = "Unknown";
}  // namespace pod_phase

// In the order in which a kubelet lists them.
namespace pod_condition {
inline constexpr absl::string_view kScheduled = "PodScheduled";
inline constexpr absl::string_view kInitialized = "Initialized";
inline constexpr absl::string_view kContainersReady = "ContainersReady";
inline constexpr absl::string_view kReady = "Ready";
}  // namespace pod_condition

struct ContainerStateWaiting {
  std::string reason;  // "ErrImagePull", "CrashLoopBackOff".
  std::string message;
  json::Object others;

  bool operator==(const ContainerStateWaiting& other) const = default;
};

struct ContainerStateRunning {
  std::optional<Timestamp> started_at;
  json::Object others;

  bool operator==(const ContainerStateRunning& other) const = default;
};

struct ContainerStateTerminated {
  int32_t exit_code = 0;
  int32_t signal = 0;
  std::string reason;   // "Completed", "Error", "OOMKilled".
  std::string message;  // What the container wrote to its termination log.
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::string container_id;
  json::Object others;

  bool operator==(const ContainerStateTerminated& other) const = default;
};

// At most one is there; none counts as waiting.
struct ContainerState {
  std::optional<ContainerStateWaiting> waiting;
  std::optional<ContainerStateRunning> running;
  std::optional<ContainerStateTerminated> terminated;
  json::Object others;

  bool operator==(const ContainerState& other) const = default;
};

struct ContainerStatus {
  std::string name;
  ContainerState state;
  ContainerState last_state;  // How it ended the time before.
  bool ready = false;
  int32_t restart_count = 0;
  std::string image;
  std::string image_id;
  std::string container_id;
  std::optional<bool> started;
  json::Object others;

  bool operator==(const ContainerStatus& other) const = default;
};

struct PodCondition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string reason;
  std::string message;
  std::optional<Timestamp> last_probe_time;
  std::optional<Timestamp> last_transition_time;
  json::Object others;

  bool operator==(const PodCondition& other) const = default;
};

struct PodIp {
  std::string ip;
  json::Object others;

  bool operator==(const PodIp& other) const = default;
};

struct PodStatus {
  std::string phase;
  std::vector<PodCondition> conditions;
  std::string message;
  std::string reason;  // "Evicted", "NodeLost", "DeadlineExceeded".
  std::string host_ip;
  std::string pod_ip;
  std::vector<PodIp> pod_ips;
  std::optional<Timestamp> start_time;
  std::vector<ContainerStatus> init_container_statuses;
  std::vector<ContainerStatus> container_statuses;
  std::string qos_class;
  json::Object others;

  bool operator==(const PodStatus& other) const = default;
};

struct Pod {
  static constexpr KindInfo kKind = {
      .group = "", .version = "v1", .kind = "Pod", .plural = "pods"};

  std::string api_version = "v1";
  std::string kind = "Pod";
  ObjectMeta metadata;
  PodSpec spec;
  std::optional<PodStatus> status;
  json::Object others;
};

// The condition of that type, or nullptr.
const PodCondition* FindPodCondition(const Pod& pod, absl::string_view type);
// By the condition Ready.
bool IsPodReady(const Pod& pod);
// Succeeded or Failed: it never runs again.
bool IsPodTerminal(const Pod& pod);

const StructType& Describe(const ContainerStateWaiting*);
const StructType& Describe(const ContainerStateRunning*);
const StructType& Describe(const ContainerStateTerminated*);
const StructType& Describe(const ContainerState*);
const StructType& Describe(const ContainerStatus*);
const StructType& Describe(const PodCondition*);
const StructType& Describe(const PodIp*);
const StructType& Describe(const PodStatus*);
const StructType& Describe(const Pod*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_POD_H_

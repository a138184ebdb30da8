#include "kaito/api/core/pod.h"

#include "absl/strings/string_view.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const PodCondition* FindPodCondition(const Pod& pod, absl::string_view type) {
  if (!pod.status.has_value()) return nullptr;
  for (const PodCondition& condition : pod.status->conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

bool IsPodReady(const Pod& pod) {
  const PodCondition* ready = FindPodCondition(pod, pod_condition::kReady);
  return ready != nullptr && ready->status == ConditionStatus::kTrue;
}

bool IsPodTerminal(const Pod& pod) {
  return pod.status.has_value() &&
         (pod.status->phase == pod_phase::kSucceeded ||
          pod.status->phase == pod_phase::kFailed);
}

const StructType& Describe(const ContainerStateWaiting*) {
  using T = ContainerStateWaiting;
  static const StructType& type =
      OpenStruct<T>("A container that does not run yet.",
                    {Of("reason", &T::reason, "Why, in one word."),
                     Of("message", &T::message, "Why, for people.")});
  return type;
}

const StructType& Describe(const ContainerStateRunning*) {
  static const StructType& type = OpenStruct<ContainerStateRunning>(
      "A container that runs.",
      {Of("startedAt", &ContainerStateRunning::started_at, "Since when.")});
  return type;
}

const StructType& Describe(const ContainerStateTerminated*) {
  using T = ContainerStateTerminated;
  static const StructType& type = OpenStruct<T>(
      "A container that has ended.",
      {Of("exitCode", &T::exit_code, "What it exited with.")
           .Required()
           .Always(),
       Of("signal", &T::signal, "The signal that ended it."),
       Of("reason", &T::reason, "Why, in one word."),
       Of("message", &T::message, "What it wrote to its termination log."),
       Of("startedAt", &T::started_at, "When it started."),
       Of("finishedAt", &T::finished_at, "When it ended."),
       Of("containerID", &T::container_id, "Which container it was.")});
  return type;
}

const StructType& Describe(const ContainerState*) {
  using T = ContainerState;
  static const StructType& type =
      OpenStruct<T>("What a container does; none of the three: it waits.",
                    {Of("waiting", &T::waiting, "It does not run yet."),
                     Of("running", &T::running, "It runs."),
                     Of("terminated", &T::terminated, "It has ended.")});
  return type;
}

const StructType& Describe(const ContainerStatus*) {
  using T = ContainerStatus;
  static const StructType& type = OpenStruct<T>(
      "What has become of a container.",
      {Of("name", &T::name, "Name of the container.").Required().Always(),
       Of("state", &T::state, "What it does now."),
       Of("lastState", &T::last_state, "How it ended the time before."),
       Of("ready", &T::ready, "Whether its readiness probe passes.")
           .Required()
           .Always(),
       Of("restartCount", &T::restart_count, "How often it was restarted.")
           .Required()
           .Always(),
       Of("image", &T::image, "The image that runs.").Required().Always(),
       Of("imageID", &T::image_id, "That image's digest.").Required().Always(),
       Of("containerID", &T::container_id, "Which container it is."),
       Of("started", &T::started, "Whether its startup probe has passed.")});
  return type;
}

const StructType& Describe(const PodCondition*) {
  using T = PodCondition;
  static const StructType& type = OpenStruct<T>(
      "One aspect of the pod's state.",
      {Of("type", &T::type, "What it is about.").Required().Always(),
       Of("status", &T::status, "Whether it holds.").Required(),
       Of("reason", &T::reason, "Why, in one word."),
       Of("message", &T::message, "Why, for people."),
       Of("lastProbeTime", &T::last_probe_time, "When it was looked at last."),
       Of("lastTransitionTime", &T::last_transition_time,
          "When it changed last.")});
  return type;
}

const StructType& Describe(const PodIp*) {
  static const StructType& type = OpenStruct<PodIp>(
      "An address of the pod.", {Of("ip", &PodIp::ip, "The address.")});
  return type;
}

const StructType& Describe(const PodStatus*) {
  using T = PodStatus;
  static const StructType& type = OpenStruct<T>(
      "What has become of a pod.",
      {Of("phase", &T::phase, "Where in its life it is."),
       Of("conditions", &T::conditions, "Its state, aspect by aspect."),
       Of("message", &T::message, "Why, for people."),
       Of("reason", &T::reason, "Why, in one word."),
       Of("hostIP", &T::host_ip, "The node's address."),
       Of("podIP", &T::pod_ip, "Its first address."),
       Of("podIPs", &T::pod_ips, "All its addresses."),
       Of("startTime", &T::start_time, "When the node took it."),
       Of("initContainerStatuses", &T::init_container_statuses,
          "Of its init containers."),
       Of("containerStatuses", &T::container_statuses, "Of its containers."),
       Of("qosClass", &T::qos_class, "Guaranteed, Burstable or BestEffort.")});
  return type;
}

const StructType& Describe(const Pod*) {
  using T = Pod;
  static const StructType& type =
      OpenStruct<T>("Containers that run together on one node.",
                    {Of("apiVersion", &T::api_version, "Always v1."),
                     Of("kind", &T::kind, "Always Pod."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("spec", &T::spec, "What it is to be."),
                     Of("status", &T::status, "What has become of it.")});
  return type;
}

}  // namespace kaito::api

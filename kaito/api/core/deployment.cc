#include "kaito/api/core/deployment.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const RollingUpdate*) {
  using T = RollingUpdate;
  static const StructType& type = OpenStruct<T>(
      "How many pods may be missing or extra during an update.",
      {Of("maxUnavailable", &T::max_unavailable, "Pods that may be missing."),
       Of("maxSurge", &T::max_surge, "Pods that may be extra.")});
  return type;
}

const StructType& Describe(const DeploymentStrategy*) {
  using T = DeploymentStrategy;
  static const StructType& type = OpenStruct<T>(
      "How pods are replaced.",
      {Of("type", &T::type, "RollingUpdate or Recreate."),
       Of("rollingUpdate", &T::rolling_update, "Of RollingUpdate.")});
  return type;
}

const StructType& Describe(const DeploymentSpec*) {
  using T = DeploymentSpec;
  static const StructType& type = OpenStruct<T>(
      "What a Deployment is to keep running.",
      {Of("replicas", &T::replicas, "How many pods."),
       Of("selector", &T::selector, "Its pods.").Required(),
       Of("template", &T::pod_template, "What its pods are made from.")
           .Required(),
       Of("strategy", &T::strategy, "How pods are replaced."),
       Of("minReadySeconds", &T::min_ready_seconds,
          "How long a pod must be ready to count."),
       Of("revisionHistoryLimit", &T::revision_history_limit,
          "Old ReplicaSets that are kept."),
       Of("progressDeadlineSeconds", &T::progress_deadline_seconds,
          "When an update counts as stuck."),
       Of("paused", &T::paused, "Whether changes wait.")});
  return type;
}

const StructType& Describe(const DeploymentStatus*) {
  using T = DeploymentStatus;
  static const StructType& type = OpenStruct<T>(
      "What has become of a Deployment.",
      {Of("observedGeneration", &T::observed_generation,
          "metadata.generation that was seen."),
       Of("replicas", &T::replicas, "Its pods."),
       Of("updatedReplicas", &T::updated_replicas,
          "Pods of the latest template."),
       Of("readyReplicas", &T::ready_replicas, "Pods that are ready."),
       Of("availableReplicas", &T::available_replicas,
          "Pods that have been ready for long enough."),
       Of("unavailableReplicas", &T::unavailable_replicas,
          "Pods that are missing."),
       Of("conditions", &T::conditions, "Its state, aspect by aspect.")});
  return type;
}

const StructType& Describe(const Deployment*) {
  using T = Deployment;
  static const StructType& type =
      OpenStruct<T>("As many pods of one kind as asked for.",
                    {Of("apiVersion", &T::api_version, "Always apps/v1."),
                     Of("kind", &T::kind, "Always Deployment."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("spec", &T::spec, "What it is to keep running."),
                     Of("status", &T::status, "What has become of it.")});
  return type;
}

}  // namespace kaito::api

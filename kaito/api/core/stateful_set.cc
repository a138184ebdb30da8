#include "kaito/api/core/stateful_set.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const StatefulSetSpec*) {
  using T = StatefulSetSpec;
  static const StructType& type = OpenStruct<T>(
      "What a StatefulSet is to keep running.",
      {Of("replicas", &T::replicas, "How many pods."),
       Of("selector", &T::selector, "Its pods.").Required(),
       Of("template", &T::pod_template, "What its pods are made from.")
           .Required(),
       Of("serviceName", &T::service_name, "The Service that names its pods."),
       Of("podManagementPolicy", &T::pod_management_policy,
          "OrderedReady or Parallel."),
       Of("volumeClaimTemplates", &T::volume_claim_templates,
          "A claim for each pod.")});
  return type;
}

const StructType& Describe(const StatefulSetStatus*) {
  using T = StatefulSetStatus;
  static const StructType& type = OpenStruct<T>(
      "What has become of a StatefulSet.",
      {Of("observedGeneration", &T::observed_generation,
          "metadata.generation that was seen."),
       Of("replicas", &T::replicas, "Its pods.").Required().Always(),
       Of("readyReplicas", &T::ready_replicas, "Pods that are ready."),
       Of("currentReplicas", &T::current_replicas,
          "Pods of the current revision."),
       Of("updatedReplicas", &T::updated_replicas,
          "Pods of the next revision."),
       Of("availableReplicas", &T::available_replicas,
          "Pods that have been ready for long enough.")
           .Always(),
       Of("currentRevision", &T::current_revision, "The revision in use."),
       Of("updateRevision", &T::update_revision, "The next revision."),
       Of("conditions", &T::conditions, "Its state, aspect by aspect.")});
  return type;
}

const StructType& Describe(const StatefulSet*) {
  using T = StatefulSet;
  static const StructType& type =
      OpenStruct<T>("Numbered pods with names and volumes of their own.",
                    {Of("apiVersion", &T::api_version, "Always apps/v1."),
                     Of("kind", &T::kind, "Always StatefulSet."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("spec", &T::spec, "What it is to keep running."),
                     Of("status", &T::status, "What has become of it.")});
  return type;
}

}  // namespace kaito::api

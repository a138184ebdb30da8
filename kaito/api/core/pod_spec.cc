#include "kaito/api/core/pod_spec.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const PodReadinessGate*) {
  static const StructType& type = OpenStruct<PodReadinessGate>(
      "A condition that readiness asks for.",
      {Of("conditionType", &PodReadinessGate::condition_type, "Its type.")
           .Required()
           .Always()});
  return type;
}

const StructType& Describe(const PodSpec*) {
  using T = PodSpec;
  static const StructType& type = OpenStruct<T>(
      "What a pod is to be.",
      {Of("volumes", &T::volumes, "Volumes that containers may mount."),
       Of("initContainers", &T::init_containers,
          "Run one after the other, before the others."),
       Of("containers", &T::containers, "Run side by side.")
           .Required()
           .Always(),
       Of("restartPolicy", &T::restart_policy, "Always, OnFailure or Never."),
       Of("terminationGracePeriodSeconds", &T::termination_grace_period_seconds,
          "Time to end in, once told to."),
       Of("activeDeadlineSeconds", &T::active_deadline_seconds,
          "The longest that it may run."),
       Of("dnsPolicy", &T::dns_policy, "Where names are resolved."),
       Of("nodeSelector", &T::node_selector, "Labels that the node must have."),
       Of("serviceAccountName", &T::service_account_name, "Whom it acts as."),
       Of("automountServiceAccountToken", &T::automount_service_account_token,
          "Whether it gets that account's token."),
       Of("nodeName", &T::node_name, "The node that it runs on."),
       Of("hostNetwork", &T::host_network,
          "Whether it uses the node's network."),
       Of("hostPID", &T::host_pid, "Whether it sees the node's processes."),
       Of("hostIPC", &T::host_ipc, "Whether it shares the node's IPC."),
       Of("shareProcessNamespace", &T::share_process_namespace,
          "Whether containers see each other's processes."),
       Of("securityContext", &T::security_context, "What it may do."),
       Of("imagePullSecrets", &T::image_pull_secrets, "Registries' passwords."),
       Of("hostname", &T::hostname, "Instead of the pod's name."),
       Of("subdomain", &T::subdomain, "The headless Service it is under."),
       Of("affinity", &T::affinity, "What it wants to be near to."),
       Of("schedulerName", &T::scheduler_name, "Who finds its node."),
       Of("tolerations", &T::tolerations, "Taints that do not keep it off."),
       Of("priorityClassName", &T::priority_class_name, "How important it is."),
       Of("priority", &T::priority, "The same as a number."),
       Of("readinessGates", &T::readiness_gates,
          "Conditions that readiness asks for."),
       Of("enableServiceLinks", &T::enable_service_links,
          "Whether Services become variables.")});
  return type;
}

const StructType& Describe(const PodTemplateSpec*) {
  using T = PodTemplateSpec;
  static const StructType& type = OpenStruct<T>(
      "What pods are made from.",
      {Of("metadata", &T::metadata, "Labels and annotations of the pods."),
       Of("spec", &T::spec, "What a pod is to be.")});
  return type;
}

}  // namespace kaito::api

#include "kaito/api/core/container.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const ContainerPort*) {
  using T = ContainerPort;
  static const StructType& type = OpenStruct<T>(
      "A port that a container listens on.",
      {Of("name", &T::name, "For Services and probes to refer to."),
       Of("containerPort", &T::container_port, "The port's number.")
           .Required()
           .Always(),
       Of("hostPort", &T::host_port, "The same on the node."),
       Of("hostIP", &T::host_ip, "The node's address it is bound to."),
       Of("protocol", &T::protocol, "TCP, UDP or SCTP.")});
  return type;
}

const StructType& Describe(const ObjectFieldSelector*) {
  using T = ObjectFieldSelector;
  static const StructType& type = OpenStruct<T>(
      "A field of the pod.",
      {Of("apiVersion", &T::api_version, "Version that the path is of."),
       Of("fieldPath", &T::field_path, "Path of the field.")
           .Required()
           .Always()});
  return type;
}

const StructType& Describe(const ResourceFieldSelector*) {
  using T = ResourceFieldSelector;
  static const StructType& type =
      OpenStruct<T>("A request or limit of a container.",
                    {Of("containerName", &T::container_name, "The container."),
                     Of("resource", &T::resource, "Such as limits.memory.")
                         .Required()
                         .Always(),
                     Of("divisor", &T::divisor, "The unit it is given in.")});
  return type;
}

const StructType& Describe(const EnvVarSource*) {
  using T = EnvVarSource;
  static const StructType& type = OpenStruct<T>(
      "Where a variable's value is from.",
      {Of("fieldRef", &T::field_ref, "A field of the pod."),
       Of("resourceFieldRef", &T::resource_field_ref, "A resource's amount."),
       Of("configMapKeyRef", &T::config_map_key_ref, "A ConfigMap's key."),
       Of("secretKeyRef", &T::secret_key_ref, "A Secret's key.")});
  return type;
}

const StructType& Describe(const EnvVar*) {
  using T = EnvVar;
  static const StructType& type = OpenStruct<T>(
      "An environment variable.",
      {Of("name", &T::name, "Its name.").Required().Always(),
       Of("value", &T::value, "Its value."),
       Of("valueFrom", &T::value_from, "Where its value is from.")});
  return type;
}

const StructType& Describe(const EnvSource*) {
  using T = EnvSource;
  static const StructType& type = OpenStruct<T>(
      "A ConfigMap or Secret whose keys become variables.",
      {Of("name", &T::name, "Its name."),
       Of("optional", &T::optional, "Whether it may be missing.")});
  return type;
}

const StructType& Describe(const EnvFromSource*) {
  using T = EnvFromSource;
  static const StructType& type =
      OpenStruct<T>("Variables from all keys of an object.",
                    {Of("prefix", &T::prefix, "Put before each name."),
                     Of("configMapRef", &T::config_map_ref, "The ConfigMap."),
                     Of("secretRef", &T::secret_ref, "The Secret.")});
  return type;
}

const StructType& Describe(const VolumeMount*) {
  using T = VolumeMount;
  static const StructType& type = OpenStruct<T>(
      "Where a container sees a volume.",
      {Of("name", &T::name, "Name of the volume.").Required().Always(),
       Of("mountPath", &T::mount_path, "Path in the container.")
           .Required()
           .Always(),
       Of("subPath", &T::sub_path, "Path inside the volume."),
       Of("readOnly", &T::read_only, "Whether writes are refused.")});
  return type;
}

const StructType& Describe(const ResourceRequirements*) {
  using T = ResourceRequirements;
  static const StructType& type =
      OpenStruct<T>("What a container needs and may use.",
                    {Of("limits", &T::limits, "The most it may use."),
                     Of("requests", &T::requests, "What is reserved for it.")});
  return type;
}

const StructType& Describe(const Container*) {
  using T = Container;
  static const StructType& type = OpenStruct<T>(
      "A container of a pod.",
      {Of("name", &T::name, "Unique in the pod.").Required().Always(),
       Of("image", &T::image, "Reference of the image."),
       Of("command", &T::command, "Instead of the image's entry point."),
       Of("args", &T::args, "Arguments of the entry point."),
       Of("workingDir", &T::working_dir, "Where it starts."),
       Of("ports", &T::ports, "Ports that it listens on."),
       Of("envFrom", &T::env_from, "Variables from objects."),
       Of("env", &T::env, "Variables."),
       Of("resources", &T::resources, "What it needs."),
       Of("volumeMounts", &T::volume_mounts, "Volumes that it sees."),
       Of("livenessProbe", &T::liveness_probe, "Restarted when it fails."),
       Of("readinessProbe", &T::readiness_probe, "Served while it passes."),
       Of("startupProbe", &T::startup_probe, "Gates the other two."),
       Of("lifecycle", &T::lifecycle, "Hooks around its life."),
       Of("terminationMessagePath", &T::termination_message_path,
          "File that says why it ended."),
       Of("terminationMessagePolicy", &T::termination_message_policy,
          "File or FallbackToLogsOnError."),
       Of("imagePullPolicy", &T::image_pull_policy,
          "Always, IfNotPresent or Never."),
       Of("securityContext", &T::security_context, "What it may do.")});
  return type;
}

}  // namespace kaito::api

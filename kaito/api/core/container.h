#ifndef KAITO_API_CORE_CONTAINER_H_
#define KAITO_API_CORE_CONTAINER_H_

// A container of a pod, as it is asked for.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/core/local_reference.h"
#include "kaito/api/core/probe.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// Resource to amount: "cpu", "memory", "nvidia.com/gpu", "storage".
using ResourceList = std::map<std::string, Quantity>;

struct ContainerPort {
  std::string name;
  int32_t container_port = 0;
  int32_t host_port = 0;
  std::string host_ip;
  std::string protocol;  // Empty: TCP.
  json::Object others;

  bool operator==(const ContainerPort& other) const = default;
};

// A field of the pod itself, such as metadata.name or status.podIP.
struct ObjectFieldSelector {
  std::string api_version;
  std::string field_path;
  json::Object others;

  bool operator==(const ObjectFieldSelector& other) const = default;
};

// A request or limit of a container, such as limits.memory.
struct ResourceFieldSelector {
  std::string container_name;
  std::string resource;
  std::optional<Quantity> divisor;
  json::Object others;

  bool operator==(const ResourceFieldSelector& other) const = default;
};

// Exactly one is there.
struct EnvVarSource {
  std::optional<ObjectFieldSelector> field_ref;
  std::optional<ResourceFieldSelector> resource_field_ref;
  std::optional<KeySelector> config_map_key_ref;
  std::optional<KeySelector> secret_key_ref;
  json::Object others;

  bool operator==(const EnvVarSource& other) const = default;
};

struct EnvVar {
  std::string name;
  std::string value;  // $(NAME) of variables before it is expanded.
  std::optional<EnvVarSource> value_from;
  json::Object others;

  bool operator==(const EnvVar& other) const = default;
};

struct EnvSource {
  std::string name;
  std::optional<bool> optional;
  json::Object others;

  bool operator==(const EnvSource& other) const = default;
};

// All keys of a ConfigMap or Secret.
struct EnvFromSource {
  std::string prefix;
  std::optional<EnvSource> config_map_ref;
  std::optional<EnvSource> secret_ref;
  json::Object others;

  bool operator==(const EnvFromSource& other) const = default;
};

struct VolumeMount {
  std::string name;  // Of the pod's volume.
  std::string mount_path;
  std::string sub_path;
  bool read_only = false;
  json::Object others;

  bool operator==(const VolumeMount& other) const = default;
};

struct ResourceRequirements {
  ResourceList limits;
  ResourceList requests;
  json::Object others;

  bool operator==(const ResourceRequirements& other) const = default;
};

struct Container {
  std::string name;
  std::string image;
  std::vector<std::string> command;  // Instead of the image's entry point.
  std::vector<std::string> args;
  std::string working_dir;
  std::vector<ContainerPort> ports;
  std::vector<EnvFromSource> env_from;
  std::vector<EnvVar> env;
  std::optional<ResourceRequirements> resources;
  std::vector<VolumeMount> volume_mounts;
  std::optional<Probe> liveness_probe;
  std::optional<Probe> readiness_probe;
  std::optional<Probe> startup_probe;
  std::optional<Lifecycle> lifecycle;
  std::string termination_message_path;    // Empty: /dev/termination-log.
  std::string termination_message_policy;  // Empty: File.
  std::string image_pull_policy;
  json::Value security_context;  // As it is.
  json::Object others;

  bool operator==(const Container& other) const = default;
};

const StructType& Describe(const ContainerPort*);
const StructType& Describe(const ObjectFieldSelector*);
const StructType& Describe(const ResourceFieldSelector*);
const StructType& Describe(const EnvVarSource*);
const StructType& Describe(const EnvVar*);
const StructType& Describe(const EnvSource*);
const StructType& Describe(const EnvFromSource*);
const StructType& Describe(const VolumeMount*);
const StructType& Describe(const ResourceRequirements*);
const StructType& Describe(const Container*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_CONTAINER_H_

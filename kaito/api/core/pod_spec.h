#ifndef KAITO_API_CORE_POD_SPEC_H_
#define KAITO_API_CORE_POD_SPEC_H_

// What a pod is to be, and the template of pods in workloads.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/core/container.h"
#include "kaito/api/core/local_reference.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/core/volume.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct PodReadinessGate {
  std::string condition_type;
  json::Object others;

  bool operator==(const PodReadinessGate& other) const = default;
};

struct PodSpec {
  std::vector<Volume> volumes;
  std::vector<Container> init_containers;
  std::vector<Container> containers;
  std::string restart_policy;                               // Empty: Always.
  std::optional<int64_t> termination_grace_period_seconds;  // None: 30.
  std::optional<int64_t> active_deadline_seconds;
  std::string dns_policy;
  std::map<std::string, std::string> node_selector;
  std::string service_account_name;
  std::optional<bool> automount_service_account_token;
  std::string node_name;
  bool host_network = false;
  bool host_pid = false;
  bool host_ipc = false;
  std::optional<bool> share_process_namespace;
  json::Value security_context;  // As it is.
  std::vector<LocalObjectReference> image_pull_secrets;
  std::string hostname;
  std::string subdomain;
  std::optional<Affinity> affinity;
  std::string scheduler_name;
  std::vector<Toleration> tolerations;
  std::string priority_class_name;
  std::optional<int32_t> priority;
  std::vector<PodReadinessGate> readiness_gates;
  std::optional<bool> enable_service_links;
  json::Object others;

  bool operator==(const PodSpec& other) const = default;
};

struct PodTemplateSpec {
  ObjectMeta metadata;  // Labels and annotations; the rest is empty.
  PodSpec spec;
  json::Object others;
};

const StructType& Describe(const PodReadinessGate*);
const StructType& Describe(const PodSpec*);
const StructType& Describe(const PodTemplateSpec*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_POD_SPEC_H_

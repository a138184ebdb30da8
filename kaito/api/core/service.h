#ifndef KAITO_API_CORE_SERVICE_H_
#define KAITO_API_CORE_SERVICE_H_

// A Service: one address for the pods that it selects.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct ServicePort {
  std::string name;
  std::string protocol;  // Empty: TCP.
  int32_t port = 0;
  std::optional<IntOrString> target_port;  // None: the same number.
  int32_t node_port = 0;
  json::Object others;

  bool operator==(const ServicePort& other) const = default;
};

struct ServiceSpec {
  std::vector<ServicePort> ports;
  std::map<std::string, std::string> selector;
  std::string cluster_ip;  // "None": headless.
  std::vector<std::string> cluster_ips;
  std::string type;  // Empty: ClusterIP.
  std::string session_affinity;
  bool publish_not_ready_addresses = false;
  json::Object others;

  bool operator==(const ServiceSpec& other) const = default;
};

struct Service {
  static constexpr KindInfo kKind = {
      .group = "", .version = "v1", .kind = "Service", .plural = "services"};

  std::string api_version = "v1";
  std::string kind = "Service";
  ObjectMeta metadata;
  ServiceSpec spec;
  json::Value status;  // As it is: load balancers.
  json::Object others;
};

const StructType& Describe(const ServicePort*);
const StructType& Describe(const ServiceSpec*);
const StructType& Describe(const Service*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_SERVICE_H_

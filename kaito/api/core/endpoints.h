#ifndef KAITO_API_CORE_ENDPOINTS_H_
#define KAITO_API_CORE_ENDPOINTS_H_

// The addresses behind a Service.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/core/object_reference.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct EndpointAddress {
  std::string ip;
  std::string hostname;
  std::optional<std::string> node_name;
  std::optional<ObjectReference> target_ref;  // The pod.
  json::Object others;

  bool operator==(const EndpointAddress& other) const = default;
};

struct EndpointPort {
  std::string name;
  int32_t port = 0;
  std::string protocol;
  json::Object others;

  bool operator==(const EndpointPort& other) const = default;
};

// Each address has each port.
struct EndpointSubset {
  std::vector<EndpointAddress> addresses;
  std::vector<EndpointAddress> not_ready_addresses;
  std::vector<EndpointPort> ports;
  json::Object others;

  bool operator==(const EndpointSubset& other) const = default;
};

struct Endpoints {
  static constexpr KindInfo kKind = {
      .group = "", .version = "v1", .kind = "Endpoints", .plural = "endpoints"};

  std::string api_version = "v1";
  std::string kind = "Endpoints";
  ObjectMeta metadata;
  std::vector<EndpointSubset> subsets;
  json::Object others;
};

const StructType& Describe(const EndpointAddress*);
const StructType& Describe(const EndpointPort*);
const StructType& Describe(const EndpointSubset*);
const StructType& Describe(const Endpoints*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_ENDPOINTS_H_

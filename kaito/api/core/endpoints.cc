#include "kaito/api/core/endpoints.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const EndpointAddress*) {
  using T = EndpointAddress;
  static const StructType& type = OpenStruct<T>(
      "An address of a Service.",
      {Of("ip", &T::ip, "The address.").Required().Always(),
       Of("hostname", &T::hostname, "Its name under the Service."),
       Of("nodeName", &T::node_name, "The node it is on."),
       Of("targetRef", &T::target_ref, "The pod that has it.")});
  return type;
}

const StructType& Describe(const EndpointPort*) {
  using T = EndpointPort;
  static const StructType& type = OpenStruct<T>(
      "A port of a Service.",
      {Of("name", &T::name, "As in the Service."),
       Of("port", &T::port, "The port of the pods.").Required().Always(),
       Of("protocol", &T::protocol, "TCP, UDP or SCTP.")});
  return type;
}

const StructType& Describe(const EndpointSubset*) {
  using T = EndpointSubset;
  static const StructType& type =
      OpenStruct<T>("Addresses that have the same ports.",
                    {Of("addresses", &T::addresses, "Of pods that are ready."),
                     Of("notReadyAddresses", &T::not_ready_addresses,
                        "Of pods that are not."),
                     Of("ports", &T::ports, "The ports.")});
  return type;
}

const StructType& Describe(const Endpoints*) {
  using T = Endpoints;
  static const StructType& type =
      OpenStruct<T>("The addresses behind a Service.",
                    {Of("apiVersion", &T::api_version, "Always v1."),
                     Of("kind", &T::kind, "Always Endpoints."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("subsets", &T::subsets, "Addresses by their ports.")});
  return type;
}

}  // namespace kaito::api

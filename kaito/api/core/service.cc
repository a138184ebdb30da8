#include "kaito/api/core/service.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const ServicePort*) {
  using T = ServicePort;
  static const StructType& type = OpenStruct<T>(
      "A port of a Service.",
      {Of("name", &T::name, "Unique among the ports."),
       Of("protocol", &T::protocol, "TCP, UDP or SCTP."),
       Of("port", &T::port, "The port of the Service.").Required().Always(),
       Of("targetPort", &T::target_port, "The port of the pods."),
       Of("nodePort", &T::node_port, "The port of every node.")});
  return type;
}

const StructType& Describe(const ServiceSpec*) {
  using T = ServiceSpec;
  static const StructType& type = OpenStruct<T>(
      "What a Service stands for.",
      {Of("ports", &T::ports, "Its ports."),
       Of("selector", &T::selector, "Labels of its pods."),
       Of("clusterIP", &T::cluster_ip, "Its first address, or None."),
       Of("clusterIPs", &T::cluster_ips, "All its addresses."),
       Of("type", &T::type,
          "ClusterIP, NodePort, LoadBalancer or ExternalName."),
       Of("sessionAffinity", &T::session_affinity, "None or ClientIP."),
       Of("publishNotReadyAddresses", &T::publish_not_ready_addresses,
          "Whether pods count that are not ready.")});
  return type;
}

const StructType& Describe(const Service*) {
  using T = Service;
  static const StructType& type =
      OpenStruct<T>("One address for a set of pods.",
                    {Of("apiVersion", &T::api_version, "Always v1."),
                     Of("kind", &T::kind, "Always Service."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("spec", &T::spec, "What it stands for."),
                     Of("status", &T::status, "Its load balancer.")});
  return type;
}

}  // namespace kaito::api

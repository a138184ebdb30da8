#include "kaito/standalone/apiserver/schema/builtin_text.h"

namespace kaito::apiserver {

const char kCoreTypes[] = R"(
type Namespace io.k8s.api.core.v1.Namespace
  apiVersion string
  kind string
  metadata ObjectMeta
  spec NamespaceSpec
  status NamespaceStatus
type NamespaceSpec io.k8s.api.core.v1.NamespaceSpec
  finalizers [string]
type NamespaceStatus io.k8s.api.core.v1.NamespaceStatus
  conditions [Condition] key=type merge
  phase string

type ConfigMap io.k8s.api.core.v1.ConfigMap
  apiVersion string
  binaryData {bytes}
  data {string}
  immutable bool
  kind string
  metadata ObjectMeta

type Secret io.k8s.api.core.v1.Secret
  apiVersion string
  data {bytes}
  immutable bool
  kind string
  metadata ObjectMeta
  stringData {string}
  type string default="Opaque"

type ServiceAccount io.k8s.api.core.v1.ServiceAccount
  apiVersion string
  automountServiceAccountToken bool
  imagePullSecrets [LocalObjectReference]
  kind string
  metadata ObjectMeta
  secrets [ObjectReference] key=name merge

type Service io.k8s.api.core.v1.Service
  apiVersion string
  kind string
  metadata ObjectMeta
  spec ServiceSpec
  status ServiceStatus
type ServiceSpec io.k8s.api.core.v1.ServiceSpec
  allocateLoadBalancerNodePorts bool
  clusterIP string
  clusterIPs [string]
  externalIPs [string]
  externalName string
  externalTrafficPolicy string
  healthCheckNodePort int32
  internalTrafficPolicy string default="Cluster"
  ipFamilies [string]
  ipFamilyPolicy string
  loadBalancerClass string
  loadBalancerIP string
  loadBalancerSourceRanges [string]
  ports [ServicePort] key=port,protocol merge=port
  publishNotReadyAddresses bool
  selector {string}
  sessionAffinity string default="None"
  sessionAffinityConfig object
  trafficDistribution string
  type string default="ClusterIP"
type ServicePort io.k8s.api.core.v1.ServicePort
  appProtocol string
  name string
  nodePort int32
  port! int32
  protocol string default="TCP"
  targetPort intorstring
type ServiceStatus io.k8s.api.core.v1.ServiceStatus
  conditions [Condition] key=type merge
  loadBalancer LoadBalancerStatus default={}
type LoadBalancerStatus io.k8s.api.core.v1.LoadBalancerStatus
  ingress [LoadBalancerIngress]
type LoadBalancerIngress io.k8s.api.core.v1.LoadBalancerIngress
  hostname string
  ip string
  ipMode string
  ports [object]

type Endpoints io.k8s.api.core.v1.Endpoints
  apiVersion string
  kind string
  metadata ObjectMeta
  subsets [EndpointSubset]
type EndpointSubset io.k8s.api.core.v1.EndpointSubset
  addresses [EndpointAddress]
  notReadyAddresses [EndpointAddress]
  ports [EndpointPort]
type EndpointAddress io.k8s.api.core.v1.EndpointAddress
  hostname string
  ip! string
  nodeName string
  targetRef ObjectReference
type EndpointPort io.k8s.api.core.v1.EndpointPort
  appProtocol string
  name string
  port! int32
  protocol string default="TCP"

type Node io.k8s.api.core.v1.Node
  apiVersion string
  kind string
  metadata ObjectMeta
  spec NodeSpec
  status NodeStatus
type NodeSpec io.k8s.api.core.v1.NodeSpec
  configSource object
  externalID string
  podCIDR string
  podCIDRs [string] set merge
  providerID string
  taints [Taint]
  unschedulable bool
type Taint io.k8s.api.core.v1.Taint
  effect! string
  key! string
  timeAdded time
  value string
type NodeStatus io.k8s.api.core.v1.NodeStatus
  addresses [NodeAddress] key=type merge
  allocatable {quantity}
  capacity {quantity}
  conditions [NodeCondition] key=type merge
  config object
  daemonEndpoints object
  images [object]
  nodeInfo NodeSystemInfo
  phase string
  runtimeHandlers [object]
  volumesAttached [object]
  volumesInUse [string]
type NodeAddress io.k8s.api.core.v1.NodeAddress
  address! string
  type! string
type NodeCondition io.k8s.api.core.v1.NodeCondition
  lastHeartbeatTime time
  lastTransitionTime time
  message string
  reason string
  status! string
  type! string
type NodeSystemInfo io.k8s.api.core.v1.NodeSystemInfo
  architecture string
  bootID string
  containerRuntimeVersion string
  kernelVersion string
  kubeProxyVersion string
  kubeletVersion string
  machineID string
  operatingSystem string
  osImage string
  systemUUID string

type Event io.k8s.api.core.v1.Event
  action string
  apiVersion string
  count int32
  eventTime microtime
  firstTimestamp time
  involvedObject! ObjectReference
  kind string
  lastTimestamp time
  message string
  metadata! ObjectMeta
  reason string
  related ObjectReference
  reportingComponent string default=""
  reportingInstance string default=""
  series EventSeries
  source EventSource default={}
  type string
type EventSource io.k8s.api.core.v1.EventSource
  component string
  host string
type EventSeries io.k8s.api.core.v1.EventSeries
  count int32
  lastObservedTime microtime

type EventsV1Event io.k8s.api.events.v1.Event
  action string
  apiVersion string
  deprecatedCount int32
  deprecatedFirstTimestamp time
  deprecatedLastTimestamp time
  deprecatedSource EventSource
  eventTime microtime
  kind string
  metadata ObjectMeta
  note string
  reason string
  regarding ObjectReference
  related ObjectReference
  reportingController string
  reportingInstance string
  series EventSeries
  type string
)";

}  // namespace kaito::apiserver

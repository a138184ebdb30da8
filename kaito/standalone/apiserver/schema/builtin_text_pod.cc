#include "kaito/standalone/apiserver/schema/builtin_text.h"

namespace kaito::apiserver {

const char kPodTypes[] = R"(
type Pod io.k8s.api.core.v1.Pod
  apiVersion string
  kind string
  metadata ObjectMeta
  spec PodSpec
  status PodStatus

type PodTemplateSpec io.k8s.api.core.v1.PodTemplateSpec
  metadata ObjectMeta
  spec PodSpec

type PodSpec io.k8s.api.core.v1.PodSpec
  activeDeadlineSeconds int64
  affinity Affinity
  automountServiceAccountToken bool
  containers! [Container] key=name merge
  dnsConfig PodDNSConfig
  dnsPolicy string default="ClusterFirst"
  enableServiceLinks bool
  ephemeralContainers [object]
  hostAliases [HostAlias] key=ip merge
  hostIPC bool
  hostNetwork bool
  hostPID bool
  hostUsers bool
  hostname string
  imagePullSecrets [LocalObjectReference] key=name merge
  initContainers [Container] key=name merge
  nodeName string
  nodeSelector {string}
  os PodOS
  overhead {quantity}
  preemptionPolicy string
  priority int32
  priorityClassName string
  readinessGates [PodReadinessGate]
  resourceClaims [object]
  restartPolicy string default="Always"
  runtimeClassName string
  schedulerName string default="default-scheduler"
  schedulingGates [PodSchedulingGate] key=name merge
  securityContext PodSecurityContext default={}
  serviceAccount string
  serviceAccountName string
  setHostnameAsFQDN bool
  shareProcessNamespace bool
  subdomain string
  terminationGracePeriodSeconds int64 default=30
  tolerations [Toleration]
  topologySpreadConstraints [TopologySpreadConstraint] key=topologyKey,whenUnsatisfiable merge
  volumes [Volume] key=name merge

type PodOS io.k8s.api.core.v1.PodOS
  name! string
type PodReadinessGate io.k8s.api.core.v1.PodReadinessGate
  conditionType! string
type PodSchedulingGate io.k8s.api.core.v1.PodSchedulingGate
  name! string
type HostAlias io.k8s.api.core.v1.HostAlias
  hostnames [string]
  ip string
type PodDNSConfig io.k8s.api.core.v1.PodDNSConfig
  nameservers [string]
  options [PodDNSConfigOption]
  searches [string]
type PodDNSConfigOption io.k8s.api.core.v1.PodDNSConfigOption
  name string
  value string

type PodSecurityContext io.k8s.api.core.v1.PodSecurityContext
  appArmorProfile object
  fsGroup int64
  fsGroupChangePolicy string
  runAsGroup int64
  runAsNonRoot bool
  runAsUser int64
  seLinuxOptions object
  seccompProfile SeccompProfile
  supplementalGroups [int64]
  sysctls [object]
  windowsOptions object

type SecurityContext io.k8s.api.core.v1.SecurityContext
  allowPrivilegeEscalation bool
  appArmorProfile object
  capabilities Capabilities
  privileged bool
  procMount string
  readOnlyRootFilesystem bool
  runAsGroup int64
  runAsNonRoot bool
  runAsUser int64
  seLinuxOptions object
  seccompProfile SeccompProfile
  windowsOptions object

type SeccompProfile io.k8s.api.core.v1.SeccompProfile
  localhostProfile string
  type! string
type Capabilities io.k8s.api.core.v1.Capabilities
  add [string]
  drop [string]

type Container io.k8s.api.core.v1.Container
  args [string]
  command [string]
  env [EnvVar] key=name merge
  envFrom [EnvFromSource]
  image string
  imagePullPolicy string
  lifecycle Lifecycle
  livenessProbe Probe
  name! string
  ports [ContainerPort] key=containerPort,protocol merge=containerPort
  readinessProbe Probe
  resizePolicy [object]
  resources ResourceRequirements default={}
  restartPolicy string
  securityContext SecurityContext
  startupProbe Probe
  stdin bool
  stdinOnce bool
  terminationMessagePath string default="/dev/termination-log"
  terminationMessagePolicy string default="File"
  tty bool
  volumeDevices [VolumeDevice] key=devicePath merge
  volumeMounts [VolumeMount] key=mountPath merge
  workingDir string

type ContainerPort io.k8s.api.core.v1.ContainerPort
  containerPort! int32
  hostIP string
  hostPort int32
  name string
  protocol string default="TCP"

type EnvVar io.k8s.api.core.v1.EnvVar
  name! string
  value string
  valueFrom EnvVarSource
type EnvVarSource io.k8s.api.core.v1.EnvVarSource
  configMapKeyRef KeySelector
  fieldRef ObjectFieldSelector
  resourceFieldRef ResourceFieldSelector
  secretKeyRef KeySelector
type KeySelector io.k8s.api.core.v1.SecretKeySelector atomic
  key! string
  name string
  optional bool
type ObjectFieldSelector io.k8s.api.core.v1.ObjectFieldSelector atomic
  apiVersion string default="v1"
  fieldPath! string
type ResourceFieldSelector io.k8s.api.core.v1.ResourceFieldSelector atomic
  containerName string
  divisor quantity
  resource! string
type EnvFromSource io.k8s.api.core.v1.EnvFromSource
  configMapRef OptionalReference
  prefix string
  secretRef OptionalReference
type OptionalReference io.k8s.api.core.v1.SecretEnvSource
  name string
  optional bool

type ResourceRequirements io.k8s.api.core.v1.ResourceRequirements
  claims [object]
  limits {quantity}
  requests {quantity}

type VolumeMount io.k8s.api.core.v1.VolumeMount
  mountPath! string
  mountPropagation string
  name! string
  readOnly bool
  recursiveReadOnly string
  subPath string
  subPathExpr string
type VolumeDevice io.k8s.api.core.v1.VolumeDevice
  devicePath! string
  name! string

type Lifecycle io.k8s.api.core.v1.Lifecycle
  postStart LifecycleHandler
  preStop LifecycleHandler
type LifecycleHandler io.k8s.api.core.v1.LifecycleHandler
  exec ExecAction
  httpGet HTTPGetAction
  sleep SleepAction
  tcpSocket TCPSocketAction
type SleepAction io.k8s.api.core.v1.SleepAction
  seconds! int64
type ExecAction io.k8s.api.core.v1.ExecAction
  command [string]
type HTTPGetAction io.k8s.api.core.v1.HTTPGetAction
  host string
  httpHeaders [HTTPHeader]
  path string default="/"
  port! intorstring
  scheme string default="HTTP"
type HTTPHeader io.k8s.api.core.v1.HTTPHeader
  name! string
  value! string
type TCPSocketAction io.k8s.api.core.v1.TCPSocketAction
  host string
  port! intorstring
type GRPCAction io.k8s.api.core.v1.GRPCAction
  port! int32
  service string
type Probe io.k8s.api.core.v1.Probe
  exec ExecAction
  failureThreshold int32 default=3
  grpc GRPCAction
  httpGet HTTPGetAction
  initialDelaySeconds int32
  periodSeconds int32 default=10
  successThreshold int32 default=1
  tcpSocket TCPSocketAction
  terminationGracePeriodSeconds int64
  timeoutSeconds int32 default=1

type Affinity io.k8s.api.core.v1.Affinity
  nodeAffinity NodeAffinity
  podAffinity PodAffinity
  podAntiAffinity PodAffinity
type NodeAffinity io.k8s.api.core.v1.NodeAffinity
  preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]
  requiredDuringSchedulingIgnoredDuringExecution NodeSelector
type PreferredSchedulingTerm io.k8s.api.core.v1.PreferredSchedulingTerm
  preference! NodeSelectorTerm
  weight! int32
type NodeSelector io.k8s.api.core.v1.NodeSelector atomic
  nodeSelectorTerms! [NodeSelectorTerm]
type NodeSelectorTerm io.k8s.api.core.v1.NodeSelectorTerm atomic
  matchExpressions [LabelSelectorRequirement]
  matchFields [LabelSelectorRequirement]
type PodAffinity io.k8s.api.core.v1.PodAffinity
  preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
  requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
type WeightedPodAffinityTerm io.k8s.api.core.v1.WeightedPodAffinityTerm
  podAffinityTerm! PodAffinityTerm
  weight! int32
type PodAffinityTerm io.k8s.api.core.v1.PodAffinityTerm
  labelSelector LabelSelector
  matchLabelKeys [string]
  mismatchLabelKeys [string]
  namespaceSelector LabelSelector
  namespaces [string]
  topologyKey! string
type Toleration io.k8s.api.core.v1.Toleration
  effect string
  key string
  operator string
  tolerationSeconds int64
  value string
type TopologySpreadConstraint io.k8s.api.core.v1.TopologySpreadConstraint
  labelSelector LabelSelector
  matchLabelKeys [string]
  maxSkew! int32
  minDomains int32
  nodeAffinityPolicy string
  nodeTaintsPolicy string
  topologyKey! string
  whenUnsatisfiable! string

type PodStatus io.k8s.api.core.v1.PodStatus
  conditions [PodCondition] key=type merge
  containerStatuses [ContainerStatus]
  ephemeralContainerStatuses [ContainerStatus]
  hostIP string
  hostIPs [PodIP]
  initContainerStatuses [ContainerStatus]
  message string
  nominatedNodeName string
  phase string
  podIP string
  podIPs [PodIP] key=ip merge
  qosClass string
  reason string
  resize string
  resourceClaimStatuses [object]
  startTime time
type PodIP io.k8s.api.core.v1.PodIP
  ip string
type PodCondition io.k8s.api.core.v1.PodCondition
  lastProbeTime time
  lastTransitionTime time
  message string
  reason string
  status! string
  type! string
type ContainerStatus io.k8s.api.core.v1.ContainerStatus
  allocatedResources {quantity}
  containerID string
  image! string
  imageID! string
  lastState ContainerState
  name! string
  ready! bool
  resources ResourceRequirements
  restartCount! int32
  started bool
  state ContainerState
  volumeMounts [object]
type ContainerState io.k8s.api.core.v1.ContainerState
  running ContainerStateRunning
  terminated ContainerStateTerminated
  waiting ContainerStateWaiting
type ContainerStateRunning io.k8s.api.core.v1.ContainerStateRunning
  startedAt time
type ContainerStateTerminated io.k8s.api.core.v1.ContainerStateTerminated
  containerID string
  exitCode! int32
  finishedAt time
  message string
  reason string
  signal int32
  startedAt time
type ContainerStateWaiting io.k8s.api.core.v1.ContainerStateWaiting
  message string
  reason string
)";

}  // namespace kaito::apiserver

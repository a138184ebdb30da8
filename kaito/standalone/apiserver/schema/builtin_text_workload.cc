#include "kaito/standalone/apiserver/schema/builtin_text.h"

namespace kaito::apiserver {

const char kWorkloadTypes[] = R"(
type Deployment io.k8s.api.apps.v1.Deployment
  apiVersion string
  kind string
  metadata ObjectMeta
  spec DeploymentSpec
  status DeploymentStatus
type DeploymentSpec io.k8s.api.apps.v1.DeploymentSpec
  minReadySeconds int32
  paused bool
  progressDeadlineSeconds int32 default=600
  replicas int32 default=1
  revisionHistoryLimit int32 default=10
  selector! LabelSelector
  strategy DeploymentStrategy default={"type":"RollingUpdate"}
  template! PodTemplateSpec
type DeploymentStrategy io.k8s.api.apps.v1.DeploymentStrategy
  rollingUpdate RollingUpdateDeployment
  type string
type RollingUpdateDeployment io.k8s.api.apps.v1.RollingUpdateDeployment
  maxSurge intorstring default="25%"
  maxUnavailable intorstring default="25%"
type DeploymentStatus io.k8s.api.apps.v1.DeploymentStatus
  availableReplicas int32
  collisionCount int32
  conditions [WorkloadCondition] key=type merge
  observedGeneration int64
  readyReplicas int32
  replicas int32
  unavailableReplicas int32
  updatedReplicas int32
type WorkloadCondition io.k8s.api.apps.v1.DeploymentCondition
  lastTransitionTime time
  lastUpdateTime time
  message string
  reason string
  status! string
  type! string

type ReplicaSet io.k8s.api.apps.v1.ReplicaSet
  apiVersion string
  kind string
  metadata ObjectMeta
  spec ReplicaSetSpec
  status ReplicaSetStatus
type ReplicaSetSpec io.k8s.api.apps.v1.ReplicaSetSpec
  minReadySeconds int32
  replicas int32 default=1
  selector! LabelSelector
  template PodTemplateSpec
type ReplicaSetStatus io.k8s.api.apps.v1.ReplicaSetStatus
  availableReplicas int32
  conditions [WorkloadCondition] key=type merge
  fullyLabeledReplicas int32
  observedGeneration int64
  readyReplicas int32
  replicas int32

type StatefulSet io.k8s.api.apps.v1.StatefulSet
  apiVersion string
  kind string
  metadata ObjectMeta
  spec StatefulSetSpec
  status StatefulSetStatus
type StatefulSetSpec io.k8s.api.apps.v1.StatefulSetSpec
  minReadySeconds int32
  ordinals object
  persistentVolumeClaimRetentionPolicy object
  podManagementPolicy string default="OrderedReady"
  replicas int32 default=1
  revisionHistoryLimit int32 default=10
  selector! LabelSelector
  serviceName! string
  template! PodTemplateSpec
  updateStrategy StatefulSetUpdateStrategy default={"type":"RollingUpdate"}
  volumeClaimTemplates [PersistentVolumeClaim]
type StatefulSetUpdateStrategy io.k8s.api.apps.v1.StatefulSetUpdateStrategy
  rollingUpdate StatefulSetRollingUpdate
  type string
type StatefulSetRollingUpdate io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy
  maxUnavailable intorstring
  partition int32
type StatefulSetStatus io.k8s.api.apps.v1.StatefulSetStatus
  availableReplicas int32
  collisionCount int32
  conditions [WorkloadCondition] key=type merge
  currentReplicas int32
  currentRevision string
  observedGeneration int64
  readyReplicas int32
  replicas int32
  updateRevision string
  updatedReplicas int32

type ControllerRevision io.k8s.api.apps.v1.ControllerRevision
  apiVersion string
  data any
  kind string
  metadata ObjectMeta
  revision! int64

type Job io.k8s.api.batch.v1.Job
  apiVersion string
  kind string
  metadata ObjectMeta
  spec JobSpec
  status JobStatus
type JobSpec io.k8s.api.batch.v1.JobSpec
  activeDeadlineSeconds int64
  backoffLimit int32 default=6
  backoffLimitPerIndex int32
  completionMode string default="NonIndexed"
  completions int32
  managedBy string
  manualSelector bool
  maxFailedIndexes int32
  parallelism int32
  podFailurePolicy object
  podReplacementPolicy string
  selector LabelSelector
  successPolicy object
  suspend bool default=false
  template! PodTemplateSpec
  ttlSecondsAfterFinished int32
type JobStatus io.k8s.api.batch.v1.JobStatus
  active int32
  completedIndexes string
  completionTime time
  conditions [JobCondition] merge=type
  failed int32
  failedIndexes string
  ready int32
  startTime time
  succeeded int32
  terminating int32
  uncountedTerminatedPods object
type JobCondition io.k8s.api.batch.v1.JobCondition
  lastProbeTime time
  lastTransitionTime time
  message string
  reason string
  status! string
  type! string
)";

}  // namespace kaito::apiserver

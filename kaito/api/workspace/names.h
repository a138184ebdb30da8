#ifndef KAITO_API_WORKSPACE_NAMES_H_
#define KAITO_API_WORKSPACE_NAMES_H_

// The words of the Workspace API that users, dashboards and other programs
// match byte for byte: kind, labels, annotations, finalizer, condition types,
// reasons. They are KAITO's wherever KAITO has one; our own are marked so.
//
//   SetCondition(conditions, {.type = std::string(condition::kResourceReady),
//                             .reason = std::string(reason::kWeightsMissing),
//                             ...}, now);

#include "absl/strings/string_view.h"

namespace kaito::api {

// The kind. Both versions are served and have the same shape; v1beta1 is the
// one that is stored.
inline constexpr absl::string_view kWorkspaceGroup = "kaito.sh";
inline constexpr absl::string_view kWorkspaceKind = "Workspace";
inline constexpr absl::string_view kWorkspacePlural = "workspaces";
inline constexpr absl::string_view kWorkspaceV1Alpha1 = "kaito.sh/v1alpha1";
inline constexpr absl::string_view kWorkspaceV1Beta1 = "kaito.sh/v1beta1";

// Keys of the ConfigMaps that tuning.config and inference.config name.
inline constexpr absl::string_view kTrainingConfigKey = "training_config.yaml";
inline constexpr absl::string_view kInferenceConfigKey =
    "inference_config.yaml";
// Key of the Secret that presetOptions.modelAccessSecret names.
inline constexpr absl::string_view kModelAccessSecretKey = "HF_TOKEN";
// Key of the Secret that annotation::kDataAccessSecret names.
inline constexpr absl::string_view kDataAccessSecretKey = "token";

// Where annotation::kUseLocalWeights finds weights: a folder named as the
// preset, in lower case, with "-" for "/" and "\\".
inline constexpr absl::string_view kLocalWeightsFolder = "/opt/kaito/models";

namespace label {

// Name and namespace of the owning Workspace, on Machines, NodeClaims, pods
// and Services. Pods are selected by the first alone.
inline constexpr absl::string_view kWorkspace = "kaito.sh/workspace";
inline constexpr absl::string_view kWorkspaceNamespace =
    "kaito.sh/workspacenamespace";
// What a pod does: kRoleTuning or kRoleServing. A Service selects the second,
// so that a tuning pod never answers. Ours.
inline constexpr absl::string_view kRole = "kaito.sh/role";
inline constexpr absl::string_view kRoleTuning = "tuning";
inline constexpr absl::string_view kRoleServing = "serving";
// The Workspace of a ControllerRevision.
inline constexpr absl::string_view kRevisionOwner = "workspace.kaito.io/name";
// On Workspaces that an InferenceSet made: its name.
inline constexpr absl::string_view kInferenceSet =
    "inferenceset.kaito.sh/created-by";
// Identity labels of the other kinds of KAITO; reserved in label selectors.
inline constexpr absl::string_view kRagEngine = "kaito.sh/ragengine";
inline constexpr absl::string_view kRagEngineNamespace =
    "kaito.sh/ragenginenamespace";
// Everything under this prefix is bookkeeping between KAITO and Karpenter.
inline constexpr absl::string_view kKarpenterPrefix = "karpenter.kaito.sh/";

}  // namespace label

namespace annotation {

// Hash of resource, inference and tuning, on Workspaces and their
// ControllerRevisions.
inline constexpr absl::string_view kHash = "workspace.kaito.io/hash";
// Number of the ControllerRevision, on Workspaces and their workloads.
inline constexpr absl::string_view kRevision = "workspace.kaito.io/revision";
// "True" makes the Service a LoadBalancer. Any spelling of true will do.
inline constexpr absl::string_view kEnableLoadBalancer = "kaito.sh/enablelb";
// "transformers" or "vllm": whose conventions the served model follows.
inline constexpr absl::string_view kRuntime = "kaito.sh/runtime";
// Its presence alone turns failed memory checks into warnings.
inline constexpr absl::string_view kBypassResourceChecks =
    "kaito.sh/bypass-resource-checks";
// "ubuntu" or "azurelinux".
inline constexpr absl::string_view kNodeImageFamily =
    "kaito.sh/node-image-family";
// The Karpenter NodeClass to create nodes with.
inline constexpr absl::string_view kNodeClassName = "kaito.sh/node-class-name";
// "balanced", "interactivity" or "throughput".
inline constexpr absl::string_view kPerformanceMode =
    "kaito.sh/performance-mode";
// "true": the weights lie on the node, below kLocalWeightsFolder.
inline constexpr absl::string_view kUseLocalWeights =
    "kaito.sh/use-local-weights";
// "true" skips the benchmark after start-up.
inline constexpr absl::string_view kDisableBenchmark =
    "kaito.sh/disable-benchmark";
// "disabled" turns the streaming of weights off.
inline constexpr absl::string_view kModelStreaming = "kaito.sh/model-streaming";
// "false": after a tuning Job nothing is served and the node is released.
// Ours.
inline constexpr absl::string_view kServeAfterTuning =
    "kaito.sh/serve-after-tuning";
// Secret with the bearer token for the data's URLs. Ours.
inline constexpr absl::string_view kDataAccessSecret =
    "kaito.sh/data-access-secret";

}  // namespace annotation

namespace finalizer {

// Keeps a Workspace until its workload and its Machines are gone.
inline constexpr absl::string_view kWorkspace = "workspace.finalizer.kaito.sh";

}  // namespace finalizer

// Condition types of a Workspace.
namespace condition {

// Nodes were asked for and have come, by way of Machines...
inline constexpr absl::string_view kMachineReady = "MachineReady";
// ...or of NodeClaims. Absent where nodes are the user's own.
inline constexpr absl::string_view kNodeClaimReady = "NodeClaimReady";
// Enough nodes are ready, with their device plug-ins.
inline constexpr absl::string_view kNodesReady = "NodesReady";
// All that the workload needs to be started is there.
inline constexpr absl::string_view kResourceReady = "ResourceReady";
// The model answers; after tuning, the tuned one.
inline constexpr absl::string_view kInferenceReady = "InferenceReady";
// The tuning Job's pod runs or has run. Tuning only.
inline constexpr absl::string_view kJobStarted = "JobStarted";
// Tuning: the adapter is stored at its output. Inference: as InferenceReady.
inline constexpr absl::string_view kWorkspaceSucceeded = "WorkspaceSucceeded";
// What the walk-through waits for: the Workspace does what it is there for.
inline constexpr absl::string_view kWorkspaceReady = "WorkspaceReady";
// A result of the start-up benchmark is in status.performance.
inline constexpr absl::string_view kBenchmarkCompleted = "BenchmarkCompleted";
// Deletion has begun.
inline constexpr absl::string_view kWorkspaceDeleting = "WorkspaceDeleting";

}  // namespace condition

// Reasons of conditions. Their odd spellings are KAITO's and stay.
namespace reason {

// MachineReady, NodeClaimReady: Unknown, before the objects are created.
inline constexpr absl::string_view kCreateMachinePending =
    "CreateMachinePending";
inline constexpr absl::string_view kCreateNodeClaimPending =
    "CreateNodeClaimPending";
// ...False: the API server refused them.
inline constexpr absl::string_view kMachineFailedCreation =
    "machineFailedCreation";
inline constexpr absl::string_view kNodeClaimFailedCreation =
    "nodeClaimFailedCreation";
// ...False: they were created and did not become ready, or their node went.
inline constexpr absl::string_view kCheckMachineStatusFailed =
    "checkMachineStatusFailed";
inline constexpr absl::string_view kCheckNodeClaimStatusFailed =
    "checkNodeClaimStatusFailed";
// ...True, as older clients know it.
inline constexpr absl::string_view kInstallNodePluginsSuccess =
    "installNodePluginsSuccess";
// NodeClaimReady: True and False where the provisioner gives no reason.
inline constexpr absl::string_view kNodeClaimsReady = "NodeClaimsReady";
inline constexpr absl::string_view kNodeClaimNotReady = "NodeClaimNotReady";

// NodesReady: True; False for nodes, and for their device plug-ins.
inline constexpr absl::string_view kNodesReady = "NodesReady";
inline constexpr absl::string_view kNodeNotReady = "NodeNotReady";
inline constexpr absl::string_view kNodePluginsNotReady = "NodePluginsNotReady";

// ResourceReady: True; False for an error; False while waiting.
inline constexpr absl::string_view kResourceSuccess =
    "workspaceResourceStatusSuccess";
inline constexpr absl::string_view kResourceFailed =
    "workspaceResourceStatusFailed";
inline constexpr absl::string_view kResourceNotReady =
    "workspaceResourceStatusNotReady";
// ResourceReady False, before a node is paid for. Ours.
// tuning.output.image is still the example's placeholder, or no reference.
inline constexpr absl::string_view kOutputImageInvalid = "OutputImageInvalid";
// The Secret that tuning.output.imagePushSecret names does not exist.
inline constexpr absl::string_view kOutputSecretMissing = "OutputSecretMissing";
// The model's weights are in none of the places where they may be.
inline constexpr absl::string_view kWeightsMissing = "WeightsMissing";

// InferenceReady: True; False for an error; False while waiting.
inline constexpr absl::string_view kInferenceSuccess =
    "WorkspaceInferenceStatusSuccess";
inline constexpr absl::string_view kInferenceFailed =
    "WorkspaceInferenceStatusFailed";
inline constexpr absl::string_view kInferencePending =
    "WorkspaceInferenceStatusPending";
// ...False, read from the pods and their nodes.
inline constexpr absl::string_view kImagePullError = "ImagePullError";
inline constexpr absl::string_view kContainerCrashLoopBackOff =
    "ContainerCrashLoopBackOff";
inline constexpr absl::string_view kContainerOomKilled = "ContainerOOMKilled";
inline constexpr absl::string_view kContainerStartError = "ContainerStartError";
inline constexpr absl::string_view kPodEvicted = "PodEvicted";
inline constexpr absl::string_view kNodeDiskPressure = "NodeDiskPressure";
inline constexpr absl::string_view kNodeMemoryPressure = "NodeMemoryPressure";
inline constexpr absl::string_view kUnschedulable = "Unschedulable";

// JobStarted: True; False for an error; False while waiting.
inline constexpr absl::string_view kJobSuccess =
    "WorkspaceTuningJobStatusStarted";
inline constexpr absl::string_view kJobFailed =
    "WorkspaceTuningJobStatusFailed";
inline constexpr absl::string_view kJobPending =
    "WorkspaceTuningJobStatusPending";

// WorkspaceSucceeded: True; False for an error; False while waiting.
inline constexpr absl::string_view kWorkspaceSucceeded = "workspaceSucceeded";
inline constexpr absl::string_view kWorkspaceFailed = "workspaceFailed";
inline constexpr absl::string_view kWorkspacePending = "workspacePending";
// WorkspaceReady: True; its False reasons are the two above.
inline constexpr absl::string_view kWorkspaceReady = "workspaceReady";

// BenchmarkCompleted: True; False while waiting; False for an error.
inline constexpr absl::string_view kBenchmarkCompleted = "BenchmarkCompleted";
inline constexpr absl::string_view kBenchmarkPending = "BenchmarkPending";
inline constexpr absl::string_view kBenchmarkFailed = "BenchmarkFailed";

// WorkspaceDeleting: True.
inline constexpr absl::string_view kWorkspaceDeleted = "workspaceDeleted";
// Any condition that applies: Unknown, until its step is reached. Ours.
inline constexpr absl::string_view kNotStarted = "NotStarted";

}  // namespace reason

// Values of status.state.
namespace state {

inline constexpr absl::string_view kPending = "Pending";
inline constexpr absl::string_view kRunning = "Running";  // A tuning Job runs.
inline constexpr absl::string_view kReady = "Ready";      // The model answers.
// Served before, and does not answer now.
inline constexpr absl::string_view kNotReady = "NotReady";
// The adapter is stored, and nothing is to be served.
inline constexpr absl::string_view kSucceeded = "Succeeded";
inline constexpr absl::string_view kFailed = "Failed";

}  // namespace state

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_NAMES_H_

#ifndef KAITO_API_JOB_LAYOUT_H_
#define KAITO_API_JOB_LAYOUT_H_

// Where things are inside the pods, and what they are called: the part of the
// contract between operator and runtime that is names (docs/contract.md). In
// standalone mode the paths are inside the pod's own directory, and reach the
// program as flags.

#include "absl/strings/string_view.h"

namespace kaito::api {

// Files and folders.
inline constexpr absl::string_view kConfigDir = "/mnt/config";
inline constexpr absl::string_view kTrainingConfigFile = "training_config.yaml";
inline constexpr absl::string_view kInferenceConfigFile =
    "inference_config.yaml";
inline constexpr absl::string_view kDataDir = "/mnt/data";
inline constexpr absl::string_view kResultsDir = "/mnt/results";
inline constexpr absl::string_view kAdapterDir = "/mnt/adapter";
inline constexpr absl::string_view kWeightsDir = "/workspace/weights";
inline constexpr absl::string_view kWeightsDirOfOldImages =
    "/workspace/tfs/weights";
inline constexpr absl::string_view kPushSecretDir = "/mnt/secrets/push";
inline constexpr absl::string_view kPullSecretDir = "/mnt/secrets/pull";
inline constexpr absl::string_view kDataSecretDir = "/mnt/secrets/data";
inline constexpr absl::string_view kRegistryAuthFile = "config.json";
inline constexpr absl::string_view kDataTokenFile = "token";

// What a finished run leaves in its results folder; the sentinel is written
// last.
inline constexpr absl::string_view kAdapterConfigFile = "adapter_config.json";
inline constexpr absl::string_view kAdapterWeightsFile =
    "adapter_model.safetensors";
inline constexpr absl::string_view kTrainingReportFile = "training_report.json";
inline constexpr absl::string_view kSentinelFile = "fine_tuning_completed.txt";

// Environment.
inline constexpr absl::string_view kTerminationLogVariable =
    "KAITO_TERMINATION_LOG";
inline constexpr absl::string_view kTerminationLogDefault =
    "/dev/termination-log";
inline constexpr absl::string_view kHubTokenVariable = "HF_TOKEN";
// Another place that speaks the hub's protocol, and the one without it.
inline constexpr absl::string_view kHubEndpointVariable = "HF_ENDPOINT";
inline constexpr absl::string_view kHubEndpoint = "https://huggingface.co";
// Where a pod's adapters are, for a process that has no /mnt of its own.
inline constexpr absl::string_view kAdapterDirVariable = "KAITO_ADAPTER_DIR";

// Containers. The main one is named as the Workspace.
inline constexpr absl::string_view kWeightsContainer = "weights";
inline constexpr absl::string_view kDataContainer = "data";
inline constexpr absl::string_view kAdapterContainer = "adapter";

// Ports.
inline constexpr int kServePort = 5000;        // `runtime serve`, in its pod.
inline constexpr int kServicePort = 80;        // Of the Service.
inline constexpr int kRendezvousPort = 29500;  // Ranks; torchrun's default.

}  // namespace kaito::api

#endif  // KAITO_API_JOB_LAYOUT_H_

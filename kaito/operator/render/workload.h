#ifndef KAITO_OPERATOR_RENDER_WORKLOAD_H_
#define KAITO_OPERATOR_RENDER_WORKLOAD_H_

// What planning has decided about a workload, for rendering to write down.
// Plain values: nothing here looks anything up.

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

// Where the weights come from (docs/contract.md, section 4).
struct WeightsSource {
  enum class Kind : uint8_t {
    kNone,   // A pod template of the user's own, or nowhere.
    kNode,   // A folder of the node.
    kImage,  // A model image.
    kHub,    // Hugging Face.
  };
  Kind kind = Kind::kNone;
  std::string place;  // The folder, the image or the hub's name of the model.
  // Secrets that open it: for an image, type kubernetes.io/dockerconfigjson.
  std::vector<std::string> pull_secrets;
  std::string access_secret;  // For the hub: key HF_TOKEN. May be empty.
};

// What a container asks for, such as 1 of "nvidia.com/gpu". 0: nothing.
struct GpuRequest {
  std::string resource = "nvidia.com/gpu";
  int64_t count = 0;
};

struct Workload {
  // Outlives the call; its defaults are set (SetDefaults).
  const api::Workspace* workspace = nullptr;
  int64_t revision = 0;  // Of the ControllerRevision.
  WeightsSource weights;
  int64_t weights_bytes = 0;  // 0: unknown. Gives the time to load them.
  GpuRequest gpus;
  // Tuning: where the recipe says that results go.
  std::string output_dir;
  // Serving after tuning: of the image that the Job pushed.
  std::string output_digest;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RENDER_WORKLOAD_H_

#ifndef KAITO_RUNTIME_TRAIN_MEMORY_PLAN_H_
#define KAITO_RUNTIME_TRAIN_MEMORY_PLAN_H_

// MemoryPlan: what a run will need, printed before it begins, so that one that
// can't fit ends at once and says by how much. Pure.
//
//   MemoryPlan plan;
//   plan.parts = {{"frozen weights", weights}, {"activations", scratch}};
//   plan.available_bytes = AvailableMemory();
//   KAITO_RETURN_IF_ERROR(CheckMemory(plan));

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kaito/runtime/model/model_config.h"

namespace kaito::runtime {

struct MemoryPart {
  std::string name;
  int64_t bytes = 0;
};

struct MemoryPlan {
  std::vector<MemoryPart> parts;
  int64_t available_bytes = 0;  // For all parts; 0: not known.

  int64_t Total() const;
};

// "memory: 3.1 MiB frozen weights + ... = 40.2 MiB of 22.0 GiB available".
std::string FormatMemoryPlan(const MemoryPlan& plan);

// ResourceExhausted with the plan and what to change.
absl::Status CheckMemory(const MemoryPlan& plan);

// What the weights will take once loaded, before they are: linears in 4 bits
// with their scales, or all as f32.
int64_t EstimateWeightBytes(const ModelConfig& model, bool nf4);

// Weights, gradients and two moments in fp32.
constexpr int64_t AdapterStateBytes(int64_t parameters) {
  return 4 * 4 * parameters;
}

std::string FormatBytes(int64_t bytes);  // "1.5 GiB"

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_MEMORY_PLAN_H_

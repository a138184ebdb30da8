#ifndef KAITO_RUNTIME_TRAIN_OPTIMIZER_H_
#define KAITO_RUNTIME_TRAIN_OPTIMIZER_H_

// The update of an adapter by its gradients: global norm, clipping, AdamW with
// decoupled decay as torch.optim.AdamW, all in fp32.
//
//   OptimizerState optimizer = NewOptimizerState(adapter);
//   KAITO_ASSIGN_OR_RETURN(
//       const UpdateResult result,
//       ApplyUpdate(options, rate, gradients, adapter, optimizer));
//   if (!result.applied) ...  // Something was not a number.

#include <cstdint>

#include "absl/status/statusor.h"
#include "kaito/runtime/adapter/lora_adapter.h"

namespace kaito::runtime {

struct OptimizerOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  double max_grad_norm = 1;  // 0: no clipping.
};

struct OptimizerState {
  int64_t updates = 0;  // Those that were applied: AdamW's step.
  LoraGradients first;  // Moments, as the adapter's modules.
  LoraGradients second;
};

OptimizerState NewOptimizerState(const LoraAdapter& adapter);

struct UpdateResult {
  double grad_norm = 0;  // Before clipping; may be no number.
  bool applied = false;
};

// Where a gradient is infinite or no number, nothing is changed. `gradients`
// are of the adapter's shapes, and stay as they are.
absl::StatusOr<UpdateResult> ApplyUpdate(const OptimizerOptions& options,
                                         double learning_rate,
                                         LoraGradients& gradients,
                                         LoraAdapter& adapter,
                                         OptimizerState& state);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_OPTIMIZER_H_

#include "kaito/runtime/train/optimizer.h"

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/adamw/adamw.h"
#include "kaito/kernels/adamw/adamw_params.h"
#include "kaito/kernels/grad_norm/grad_norm.h"
#include "kaito/kernels/grad_norm/grad_norm_params.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/adapter/lora_adapter.h"

namespace kaito::runtime {
namespace {

int64_t Size(const std::vector<float>& values) {
  return static_cast<int64_t>(values.size());
}

}  // namespace

OptimizerState NewOptimizerState(const LoraAdapter& adapter) {
  return {.first = ZeroGradients(adapter), .second = ZeroGradients(adapter)};
}

absl::StatusOr<UpdateResult> ApplyUpdate(const OptimizerOptions& options,
                                         double learning_rate,
                                         LoraGradients& gradients,
                                         LoraAdapter& adapter,
                                         OptimizerState& state) {
  std::vector<kernels::GradTensor> norm_tensors;
  std::vector<kernels::AdamwTensor> tensors;
  const auto add = [&](std::vector<float>& parameter,
                       std::vector<float>& gradient, std::vector<float>& first,
                       std::vector<float>& second) {
    norm_tensors.push_back({gradient.data(), Size(gradient)});
    tensors.push_back({.parameter = parameter.data(),
                       .gradient = gradient.data(),
                       .first = first.data(),
                       .second = second.data(),
                       .size = Size(parameter)});
  };
  for (size_t i = 0; i < adapter.modules.size(); ++i) {
    LoraModule& module = adapter.modules[i];
    LoraModuleGradient& gradient = gradients.modules[i];
    LoraModuleGradient& first = state.first.modules[i];
    LoraModuleGradient& second = state.second.modules[i];
    add(module.a, gradient.a, first.a, second.a);
    add(module.b, gradient.b, first.b, second.b);
  }

  const kernels::Stream stream = kernels::Stream::Cpu();
  kernels::GradNormTotals totals;
  KAITO_RETURN_IF_ERROR(kernels::GradNorm(
      {.tensors = norm_tensors.data(),
       .tensor_count = static_cast<int64_t>(norm_tensors.size()),
       .totals = &totals},
      stream));
  if (totals.non_finite > 0) return UpdateResult{.grad_norm = totals.norm};

  const double scale =
      options.max_grad_norm > 0
          ? kernels::ClipFactor(totals.norm, options.max_grad_norm)
          : 1;
  KAITO_RETURN_IF_ERROR(
      kernels::Adamw({.tensors = tensors.data(),
                      .tensor_count = static_cast<int64_t>(tensors.size()),
                      .step = state.updates + 1,
                      .learning_rate = learning_rate,
                      .beta1 = options.beta1,
                      .beta2 = options.beta2,
                      .epsilon = options.epsilon,
                      .weight_decay = options.weight_decay,
                      .gradient_scale = scale},
                     stream));
  ++state.updates;
  return UpdateResult{.grad_norm = totals.norm, .applied = true};
}

}  // namespace kaito::runtime

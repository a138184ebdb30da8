// Bytes a second of an optimizer's step and of the gradient's norm, over the
// 25 million parameters of rank 16 on phi-3-mini. Numbers are in
// docs/kernels/adamw.md and grad_norm.md.
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kernels/run.h"
#include "kaito/kernels/adamw/adamw.h"
#include "kaito/kernels/grad_norm/grad_norm.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kTensors = 256;
constexpr int64_t kSize = 98304;

void Step(benchmark::State& state) {
  std::vector<float> parameter = testing::Values(kTensors * kSize, 1);
  std::vector<float> gradient = testing::Values(kTensors * kSize, 2);
  std::vector<float> first(kTensors * kSize), second(kTensors * kSize);
  std::vector<AdamwTensor> tensors;
  for (int64_t i = 0; i < kTensors; ++i) {
    const int64_t at = i * kSize;
    tensors.push_back({parameter.data() + at, gradient.data() + at,
                       first.data() + at, second.data() + at, kSize});
  }
  int64_t step = 0;
  RunOnTeam(state, state.range(0), [&](Stream stream) {
    return Adamw({.tensors = tensors.data(),
                  .tensor_count = kTensors,
                  .step = ++step,
                  .learning_rate = 1e-4,
                  .weight_decay = 0.1},
                 stream);
  });
  state.SetBytesProcessed(state.iterations() * 7 * kTensors * kSize * 4);
}
BENCHMARK(Step)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void Norm(benchmark::State& state) {
  std::vector<float> gradient = testing::Values(kTensors * kSize, 2);
  std::vector<GradTensor> tensors;
  for (int64_t i = 0; i < kTensors; ++i) {
    tensors.push_back({gradient.data() + i * kSize, kSize});
  }
  GradNormTotals totals;
  RunOnTeam(state, state.range(0), [&](Stream stream) {
    return GradNorm({tensors.data(), kTensors, &totals}, stream);
  });
  state.SetBytesProcessed(state.iterations() * kTensors * kSize * 4);
}
BENCHMARK(Norm)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kaito::kernels

// Floating-point operations a second of the fused last layer and loss. Numbers
// are in docs/kernels/cross_entropy.md.
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kernels/run.h"
#include "kaito/kernels/cross_entropy/cross_entropy.h"
#include "kaito/kernels/testing/values.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

// Arguments: hidden size, vocabulary, gradient, bf16, workers.
void Loss(benchmark::State& state) {
  constexpr int64_t kTokens = 256;
  const int64_t hidden_size = state.range(0);
  const int64_t vocabulary = state.range(1);
  const bool gradient = state.range(2) != 0;
  const bool narrow = state.range(3) != 0;
  const std::vector<float> hidden = testing::Values(kTokens * hidden_size, 1);
  std::vector<float> weight = testing::Values(vocabulary * hidden_size, 2);
  // Logits of about 1.
  for (float& w : weight) w *= 0.05f;
  std::vector<bf16> weight_bf16;
  if (narrow) {
    for (const float w : weight) weight_bf16.push_back(ToBf16(w));
  }
  std::vector<int32_t> labels;
  for (int64_t t = 0; t < kTokens; ++t) {
    labels.push_back(static_cast<int32_t>(t * 131 % vocabulary));
  }
  std::vector<float> dhidden(hidden.size());
  CrossEntropyTotals totals;
  RunOnTeam(state, state.range(4), [&](Stream stream) {
    return CrossEntropy(
        {.hidden = hidden.data(),
         .weight = narrow ? static_cast<const void*>(weight_bf16.data())
                          : weight.data(),
         .weight_type = narrow ? FloatType::kBf16 : FloatType::kF32,
         .labels = labels.data(),
         .tokens = kTokens,
         .hidden_size = hidden_size,
         .vocabulary = vocabulary,
         .totals = &totals,
         .dhidden = gradient ? dhidden.data() : nullptr},
        stream);
  });
  CountFlops(state, (gradient ? 4.0 : 2.0) * kTokens * hidden_size *
                        static_cast<double>(vocabulary));
}
// phi-3-mini.
BENCHMARK(Loss)
    ->ArgsProduct({{3072}, {32064}, {0, 1}, {0, 1}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
// A tiny model.
BENCHMARK(Loss)
    ->ArgsProduct({{256}, {2048}, {0, 1}, {0}, {1, 2}})
    ->UseRealTime();

}  // namespace
}  // namespace kaito::kernels

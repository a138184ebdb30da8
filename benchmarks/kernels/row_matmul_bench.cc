// Bytes of the weight and floating-point operations a second of dense products
// with independent rows, at the head of phi-3-mini. Numbers are in
// docs/kernels/row_matmul.md.
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kernels/run.h"
#include "kaito/kernels/row_matmul/row_matmul.h"
#include "kaito/kernels/testing/values.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kWords = 32064;
constexpr int64_t kHidden = 3072;

// Arguments: rows, whether W is bf16, workers.
void Head(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const bool narrow = state.range(1) != 0;
  const std::vector<float> x = testing::Values(rows * kHidden, 1);
  const std::vector<float> w = testing::Values(kWords * kHidden, 2);
  std::vector<bf16> w_bf16;
  if (narrow) {
    w_bf16.reserve(w.size());
    for (const float value : w) w_bf16.push_back(ToBf16(value));
  }
  std::vector<float> y(rows * kWords);
  RunOnTeam(state, state.range(2), [&](Stream stream) {
    return RowMatmul(
        {.x = x.data(),
         .w = narrow ? static_cast<const void*>(w_bf16.data()) : w.data(),
         .w_type = narrow ? FloatType::kBf16 : FloatType::kF32,
         .y = y.data(),
         .m = rows,
         .n = kWords,
         .k = kHidden},
        stream);
  });
  CountFlops(state, 2.0 * rows * kWords * kHidden);
  state.SetBytesProcessed(state.iterations() * kWords * kHidden *
                          (narrow ? 2 : 4));
}
BENCHMARK(Head)
    ->ArgNames({"rows", "bf16", "workers"})
    ->ArgsProduct({{1, 4, 16, 64}, {0, 1}, {1, 2}})
    ->UseRealTime();

}  // namespace
}  // namespace kaito::kernels

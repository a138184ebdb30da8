// Floating-point operations a second of the adapter's products at the shapes of
// phi-3-mini. Numbers are in docs/kernels/lora.md.
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kernels/run.h"
#include "kaito/kernels/lora/lora.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kInputs = 3072;
constexpr int64_t kOutputs = 9216;

// Arguments: rows, rank, workers.
void Forward(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const int64_t rank = state.range(1);
  const std::vector<float> x = testing::Values(rows * kInputs, 1);
  const std::vector<float> a = testing::Values(rank * kInputs, 2);
  const std::vector<float> b = testing::Values(rank * kOutputs, 3);
  std::vector<float> t(rows * rank), y(rows * kOutputs);
  const LoraGroup group = {a.data(), b.data(), rank, 1e-6, 0, rows};
  RunOnTeam(state, state.range(2), [&](Stream stream) {
    return Lora({.x = x.data(),
                 .groups = &group,
                 .group_count = 1,
                 .t = t.data(),
                 .y = y.data(),
                 .rows = rows,
                 .inputs = kInputs,
                 .outputs = kOutputs,
                 .t_stride = rank},
                stream);
  });
  CountFlops(state, 2.0 * rows * rank * (kInputs + kOutputs));
}
BENCHMARK(Forward)->ArgsProduct({{1, 512}, {8, 16}, {1, 2}})->UseRealTime();

void Backward(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const int64_t rank = state.range(1);
  const std::vector<float> x = testing::Values(rows * kInputs, 1);
  const std::vector<float> a = testing::Values(rank * kInputs, 2);
  const std::vector<float> b = testing::Values(rank * kOutputs, 3);
  const std::vector<float> t = testing::Values(rows * rank, 4);
  const std::vector<float> dy = testing::Values(rows * kOutputs, 5);
  std::vector<float> dt(rows * rank), da(a.size()), db(b.size()), dx(x.size());
  RunOnTeam(state, state.range(2), [&](Stream stream) {
    return LoraBackward({.x = x.data(),
                         .t = t.data(),
                         .dy = dy.data(),
                         .a = a.data(),
                         .b = b.data(),
                         .dt = dt.data(),
                         .da = da.data(),
                         .db = db.data(),
                         .dx = dx.data(),
                         .rows = rows,
                         .inputs = kInputs,
                         .outputs = kOutputs,
                         .rank = rank,
                         .scale = 1e-6},
                        stream);
  });
  CountFlops(state, 4.0 * rows * rank * (kInputs + kOutputs));
}
BENCHMARK(Backward)->ArgsProduct({{512}, {8, 16}, {1, 2}})->UseRealTime();

}  // namespace
}  // namespace kaito::kernels

// Bytes a second of the gated activation and its gradient at the shapes of
// phi-3-mini. Numbers are in docs/kernels/swiglu.md.
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kernels/run.h"
#include "kaito/kernels/swiglu/swiglu.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kColumns = 8192;

GateActivation ActivationOf(int64_t argument) {
  return argument == 0 ? GateActivation::kSilu : GateActivation::kGeluTanh;
}

// Arguments: rows, workers, activation.
void Forward(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const std::vector<float> gate_up = testing::Values(2 * rows * kColumns, 1);
  std::vector<float> y(rows * kColumns);
  RunOnTeam(state, state.range(1), [&](Stream stream) {
    return Swiglu({.gate = gate_up.data(),
                   .up = gate_up.data() + kColumns,
                   .y = y.data(),
                   .rows = rows,
                   .columns = kColumns,
                   .stride = 2 * kColumns,
                   .activation = ActivationOf(state.range(2))},
                  stream);
  });
  state.SetBytesProcessed(state.iterations() * 3 * rows * kColumns * 4);
}
BENCHMARK(Forward)->ArgsProduct({{1, 512}, {1, 2}, {0, 1}})->UseRealTime();

void Backward(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const std::vector<float> gate_up = testing::Values(2 * rows * kColumns, 1);
  const std::vector<float> dy = testing::Values(rows * kColumns, 2);
  std::vector<float> gradient(2 * rows * kColumns);
  RunOnTeam(state, state.range(1), [&](Stream stream) {
    return SwigluBackward({.gate = gate_up.data(),
                           .up = gate_up.data() + kColumns,
                           .dy = dy.data(),
                           .dgate = gradient.data(),
                           .dup = gradient.data() + kColumns,
                           .rows = rows,
                           .columns = kColumns,
                           .stride = 2 * kColumns,
                           .activation = ActivationOf(state.range(2))},
                          stream);
  });
  state.SetBytesProcessed(state.iterations() * 5 * rows * kColumns * 4);
}
BENCHMARK(Backward)->ArgsProduct({{512}, {1, 2}, {0, 1}})->UseRealTime();

}  // namespace
}  // namespace kaito::kernels

// Bytes a second of the normalisation and its gradient, beside memcpy of as
// many bytes. Numbers are in docs/kernels/rms_norm.md.
#include <cstdint>
#include <cstring>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kernels/run.h"
#include "kaito/kernels/rms_norm/rms_norm.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kColumns = 3072;  // phi-3-mini

// Arguments: rows, workers.
void WithResidual(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const int64_t n = rows * kColumns;
  const std::vector<float> x = testing::Values(n, 1);
  const std::vector<float> weight = testing::Values(kColumns, 2);
  std::vector<float> residual = testing::Values(n, 3), y(n);
  // Added over and over it would overflow: kept small by a sum of its own.
  std::vector<float> sum(n);
  RunOnTeam(state, state.range(1), [&](Stream stream) {
    return RmsNorm({.x = x.data(),
                    .residual = residual.data(),
                    .weight = weight.data(),
                    .sum = sum.data(),
                    .y = y.data(),
                    .rows = rows,
                    .columns = kColumns},
                   stream);
  });
  state.SetBytesProcessed(state.iterations() * 4 * n * 4);
}
BENCHMARK(WithResidual)->ArgsProduct({{1, 1024}, {1, 2}})->UseRealTime();

void Backward(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const int64_t n = rows * kColumns;
  const std::vector<float> x = testing::Values(n, 1);
  const std::vector<float> weight = testing::Values(kColumns, 2);
  const std::vector<float> dy = testing::Values(n, 3);
  const std::vector<float> inverse(rows, 1.7f);
  std::vector<float> dx(n);
  RunOnTeam(state, state.range(1), [&](Stream stream) {
    return RmsNormBackward({.x = x.data(),
                            .weight = weight.data(),
                            .inverse_rms = inverse.data(),
                            .dy = dy.data(),
                            .dx = dx.data(),
                            .rows = rows,
                            .columns = kColumns},
                           stream);
  });
  state.SetBytesProcessed(state.iterations() * 3 * n * 4);
}
BENCHMARK(Backward)->ArgsProduct({{1024}, {1, 2}})->UseRealTime();

// Half read, half written.
void Memcpy(benchmark::State& state) {
  const int64_t bytes = state.range(0) * kColumns * 2 * 4;
  const std::vector<uint8_t> from(bytes, 1);
  std::vector<uint8_t> to(bytes);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), bytes);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * 2 * bytes);
}
BENCHMARK(Memcpy)->Arg(1)->Arg(1024)->UseRealTime();

}  // namespace
}  // namespace kaito::kernels

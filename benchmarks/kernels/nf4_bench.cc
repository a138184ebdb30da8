// NF4 on the CPU: weights a second of quantising and dequantising, and of the
// products, beside what the machine reads and multiplies at most. Judge by the
// ratio of two lines of one run. Numbers, and what they were taken on, are in
// docs/kernels/nf4_quantize.md and docs/kernels/nf4_matmul.md.
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/blockwise8/blockwise8.h"
#include "kaito/kernels/blockwise8/dynamic_map.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

// 128 MiB in f32: more than a server's L3 for each core.
constexpr int64_t kCount = int64_t{32} << 20;

std::vector<float> Normal(int64_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> some(1 << 20);
  for (float& x : some) x = normal(random);
  std::vector<float> all(count);
  for (int64_t i = 0; i < count; ++i) all[i] = some[i % some.size()];
  return all;
}

void Report(benchmark::State& state, const absl::Status& status) {
  if (!status.ok()) state.SkipWithError(status.ToString().c_str());
}

struct Weights {
  explicit Weights(int64_t count)
      : x(Normal(count)),
        packed(Nf4PackedBytes(count)),
        absmax(Nf4Blocks(count, kNf4Block)) {}
  Nf4QuantizeParams Quantize(FloatType type) {
    return {.x = x.data(),
            .packed = packed.data(),
            .absmax = absmax.data(),
            .count = static_cast<int64_t>(x.size()),
            .x_type = type};
  }
  Nf4Tensor Tensor() const {
    return {.packed = packed.data(),
            .count = static_cast<int64_t>(x.size()),
            .absmax = {.values = absmax.data()}};
  }

  std::vector<float> x;
  std::vector<uint8_t> packed;
  std::vector<float> absmax;
};

void Nf4Quantize(benchmark::State& state) {
  Weights weights(kCount);
  const auto team = WorkerTeam::Create(state.range(0));
  for (auto _ : state) {
    Report(state, kernels::Nf4Quantize(
                      weights.Quantize(static_cast<FloatType>(state.range(1))),
                      Stream::Cpu(team->get())));
  }
  state.SetItemsProcessed(state.iterations() * kCount);
}
BENCHMARK(Nf4Quantize)
    ->ArgNames({"workers", "type"})
    ->ArgsProduct({{1, 2}, {0, 1, 2}})
    ->UseRealTime();

void Nf4Dequantize(benchmark::State& state) {
  Weights weights(kCount);
  const auto team = WorkerTeam::Create(state.range(0));
  Report(state, kernels::Nf4Quantize(weights.Quantize(FloatType::kF32),
                                     Stream::Cpu(team->get())));
  for (auto _ : state) {
    Report(state, kernels::Nf4Dequantize(
                      {.w = weights.Tensor(),
                       .out = weights.x.data(),
                       .out_type = static_cast<FloatType>(state.range(1))},
                      Stream::Cpu(team->get())));
  }
  state.SetItemsProcessed(state.iterations() * kCount);
}
BENCHMARK(Nf4Dequantize)
    ->ArgNames({"workers", "type"})
    ->ArgsProduct({{1, 2}, {0, 1, 2}})
    ->UseRealTime();

void Blockwise8(benchmark::State& state) {
  std::vector<float> x = Normal(1 << 20);
  std::vector<uint8_t> codes(x.size());
  std::vector<float> absmax(x.size() / kBlockwise8Block);
  for (auto _ : state) {
    Report(state, Blockwise8Quantize({.x = x.data(),
                                      .map = kDynamicSigned.data(),
                                      .codes = codes.data(),
                                      .absmax = absmax.data(),
                                      .count = static_cast<int64_t>(x.size())},
                                     Stream::Cpu()));
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}
BENCHMARK(Blockwise8);

}  // namespace
}  // namespace kaito::kernels

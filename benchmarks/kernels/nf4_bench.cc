// NF4 on the CPU: weights a second of quantising and dequantising, and of the
// products, beside what the machine reads and multiplies at most. Judge by the
// ratio of two lines of one run. Numbers, and what they were taken on, are in
// docs/kernels/nf4_quantize.md and docs/kernels/nf4_matmul.md.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/blockwise8/blockwise8.h"
#include "kaito/kernels/blockwise8/dynamic_map.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
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

// What one worker or more can read at most, in the same run: the floor of the
// product with one token.
void Read(benchmark::State& state) {
  const std::vector<uint64_t> memory(int64_t{32} << 20, 1);
  const auto team = WorkerTeam::Create(state.range(0));
  for (auto _ : state) {
    ParallelFor(team->get(), memory.size(), 4096,
                [&](int64_t begin, int64_t end) {
                  // Sums in 16 lanes or fewer registers: more than a core's
                  // share of loads in flight.
                  uint64_t sums[32] = {};
                  for (int64_t i = begin; i < end; i += 32) {
                    for (int64_t j = 0; j < 32; ++j) sums[j] ^= memory[i + j];
                  }
                  benchmark::DoNotOptimize(sums);
                });
  }
  state.SetBytesProcessed(state.iterations() * memory.size() * 8);
}
BENCHMARK(Read)->ArgName("workers")->Arg(1)->Arg(2)->UseRealTime();

// A weight [n, k] of random codes; together with its copies more than caches
// hold.
class Layer {
 public:
  Layer(int64_t m, int64_t n, int64_t k)
      : copies_(1 + (int64_t{96} << 20) / (n * k / 2)),
        packed_(copies_ * n * k / 2),
        absmax_(copies_ * n * k / kNf4Block, 0.02f),
        codes_(copies_ * n * k / kNf4Block, 100),
        in_(Normal(m * std::max(n, k))),
        out_(m * std::max(n, k)),
        params_{.m = m, .n = n, .k = k} {
    std::mt19937_64 random(1);
    for (int64_t i = 0; i + 8 <= static_cast<int64_t>(packed_.size()); i += 8) {
      const uint64_t eight = random();
      std::memcpy(packed_.data() + i, &eight, 8);
    }
  }

  Nf4MatmulParams Params(Nf4Product product, Stream stream, bool codes) {
    turn_ = (turn_ + 1) % copies_;
    const int64_t count = params_.n * params_.k;
    const int64_t first = turn_ * count / kNf4Block;
    params_.w = {.packed = packed_.data() + turn_ * count / 2, .count = count};
    if (codes) {
      params_.w.absmax = {.codes = codes_.data() + first,
                          .map = kDynamicSigned.data(),
                          .nested_absmax = absmax_.data(),
                          .offset = 0.02f};
    } else {
      params_.w.absmax.values = absmax_.data() + first;
    }
    workspace_.resize(Nf4MatmulWorkspaceBytes(product, params_.m, params_.n,
                                              params_.k, stream));
    params_.in = in_.data();
    params_.out = out_.data();
    params_.workspace = workspace_.data();
    params_.workspace_bytes = static_cast<int64_t>(workspace_.size());
    return params_;
  }

 private:
  const int64_t copies_;
  std::vector<uint8_t> packed_;
  std::vector<float> absmax_;
  std::vector<uint8_t> codes_;
  std::vector<float> in_;
  std::vector<float> out_;
  std::vector<uint8_t> workspace_;
  Nf4MatmulParams params_;
  int64_t turn_ = 0;
};

// Arguments: workers, m, n, k, and whether scales are codes.
void RunMatmul(benchmark::State& state, Nf4Product product) {
  const auto team = WorkerTeam::Create(state.range(0));
  const Stream stream = Stream::Cpu(team->get());
  const int64_t m = state.range(1);
  const int64_t n = state.range(2);
  const int64_t k = state.range(3);
  const bool codes = state.range(4) != 0;
  Layer layer(m, n, k);
  for (auto _ : state) {
    Report(state,
           Nf4Matmul(layer.Params(product, stream, codes), product, stream));
  }
  const double runs = static_cast<double>(state.iterations());
  state.SetBytesProcessed(state.iterations() *
                          (n * k / 2 + n * k / kNf4Block * (codes ? 1 : 4)));
  state.counters["flop/s"] =
      benchmark::Counter(2.0 * runs * m * n * k, benchmark::Counter::kIsRate);
}

void Nf4Forward(benchmark::State& state) {
  RunMatmul(state, Nf4Product::kForward);
}
BENCHMARK(Nf4Forward)
    ->ArgNames({"workers", "m", "n", "k", "codes"})
    // Few tokens at phi-3-mini's shapes.
    ->ArgsProduct({{1, 2}, {1}, {3072}, {3072, 8192}, {0, 1}})
    ->ArgsProduct({{1}, {2, 3, 4, 8, 9, 16, 32, 64}, {3072}, {3072}, {0}})
    ->ArgsProduct({{1, 2}, {512}, {3072, 8192}, {3072}, {0}})
    ->UseRealTime();

void Nf4Backward(benchmark::State& state) {
  RunMatmul(state, Nf4Product::kBackward);
}
BENCHMARK(Nf4Backward)
    ->ArgNames({"workers", "m", "n", "k", "codes"})
    ->ArgsProduct({{1, 2}, {64, 512}, {3072, 8192}, {3072}, {0}})
    ->UseRealTime();

}  // namespace
}  // namespace kaito::kernels

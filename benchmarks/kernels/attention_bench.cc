// Attention's forward and backward pass on packed sequences, beside a loop of
// multiply-adds in registers, which no kernel outruns: judge by the ratio of
// two lines of one run. Numbers, and what they were taken on, are in
// docs/kernels/attention.md.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/attention/attention.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/kernels/attention_bench.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// Multiply-adds of 12 independent sums; returns the flops.
double MultiplyAdds(int64_t rounds, float* out) {
  const hn::ScalableTag<float> d;
  hn::Vec<decltype(d)> sums[12];
  HWY_UNROLL(12)
  for (int i = 0; i < 12; ++i) sums[i] = hn::Set(d, static_cast<float>(i));
  const auto a = hn::LoadU(d, out);
  for (int64_t round = 0; round < rounds; ++round) {
    HWY_UNROLL(12)
    for (int i = 0; i < 12; ++i) sums[i] = hn::MulAdd(sums[i], a, a);
  }
  auto sum = sums[0];
  HWY_UNROLL(12)
  for (int i = 1; i < 12; ++i) sum = hn::Add(sum, sums[i]);
  hn::StoreU(sum, d, out);
  return 24.0 * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(d));
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(MultiplyAdds);

void CpuPeak(benchmark::State& state) {
  std::vector<float> out(64, 0.5f);
  double flops = 0;
  for (auto _ : state) {
    flops += HWY_DYNAMIC_DISPATCH(MultiplyAdds)(100000, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.counters["flop/s"] =
      benchmark::Counter(flops, benchmark::Counter::kIsRate);
}
BENCHMARK(CpuPeak);

// Buffers of a batch with random contents: one fused row a token, as the
// runtime has them.
struct Batch {
  Batch(int64_t sequences, int64_t length, int64_t q_heads, int64_t kv_heads,
        int64_t head_dim, int64_t window)
      : seen_keys(0) {
    const int64_t tokens = sequences * length;
    for (int64_t s = 0; s <= sequences; ++s) {
      starts.push_back(static_cast<int32_t>(s * length));
    }
    const int64_t row = (q_heads + 2 * kv_heads) * head_dim;
    const int64_t out_row = q_heads * head_dim;
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    qkv.resize(tokens * row);
    for (float& x : qkv) x = normal(random);
    d_qkv.resize(tokens * row);
    out.resize(tokens * out_row);
    d_out.assign(tokens * out_row, 0.25f);
    log_sum_exp.resize(tokens * q_heads);
    const int64_t k_at = q_heads * head_dim;
    const int64_t v_at = k_at + kv_heads * head_dim;
    params = {.forward = {.starts = starts.data(),
                          .sequences = sequences,
                          .tokens = tokens,
                          .q_heads = q_heads,
                          .kv_heads = kv_heads,
                          .head_dim = head_dim,
                          .scale = 1 / std::sqrt(static_cast<float>(head_dim)),
                          .window = window,
                          .q = {.data = qkv.data(), .token_stride = row},
                          .k = {.data = qkv.data() + k_at, .token_stride = row},
                          .v = {.data = qkv.data() + v_at, .token_stride = row},
                          .out = {.data = out.data(), .token_stride = out_row},
                          .log_sum_exp = log_sum_exp.data()},
              .d_out = {.data = d_out.data(), .token_stride = out_row},
              .d_q = {.data = d_qkv.data(), .token_stride = row},
              .d_k = {.data = d_qkv.data() + k_at, .token_stride = row},
              .d_v = {.data = d_qkv.data() + v_at, .token_stride = row}};
    for (int64_t t = 0; t < length; ++t) {
      const int64_t seen = window == 0 ? t + 1 : std::min(t + 1, window);
      seen_keys += static_cast<double>(sequences * q_heads * seen);
    }
  }

  void UseWorkspace(int64_t bytes) {
    memory.resize(bytes + 64);
    const auto address = reinterpret_cast<uintptr_t>(memory.data());
    params.forward.workspace = memory.data() + 64 - address % 64;
    params.forward.workspace_bytes = bytes;
  }

  std::vector<int32_t> starts;
  std::vector<float> qkv, d_qkv, out, d_out, log_sum_exp;
  std::vector<char> memory;
  AttentionBackwardParams params;
  double seen_keys;  // Pairs of a query and a key that it sees.
};

// workers, sequences, length, q_heads, kv_heads, head_dim, window
Batch BatchOf(const benchmark::State& state) {
  return Batch(state.range(1), state.range(2), state.range(3), state.range(4),
               state.range(5), state.range(6));
}

void Report(benchmark::State& state, double flops) {
  state.counters["flop/s"] =
      benchmark::Counter(flops * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}

void CpuForward(benchmark::State& state) {
  const auto team = WorkerTeam::Create(state.range(0)).value();
  Batch batch = BatchOf(state);
  const Stream stream = Stream::Cpu(team.get());
  batch.UseWorkspace(
      AttentionForwardWorkspaceBytes(batch.params.forward, stream).value());
  for (auto _ : state) {
    const absl::Status status = AttentionForward(batch.params.forward, stream);
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    benchmark::ClobberMemory();
  }
  Report(state, 4 * batch.seen_keys * static_cast<double>(state.range(5)));
}

void CpuBackward(benchmark::State& state) {
  const auto team = WorkerTeam::Create(state.range(0)).value();
  Batch batch = BatchOf(state);
  const Stream stream = Stream::Cpu(team.get());
  batch.UseWorkspace(
      AttentionBackwardWorkspaceBytes(batch.params.forward, stream).value());
  absl::Status status = AttentionForward(batch.params.forward, stream);
  for (auto _ : state) {
    status.Update(AttentionBackward(batch.params, stream));
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    benchmark::ClobberMemory();
  }
  Report(state, 10 * batch.seen_keys * static_cast<double>(state.range(5)));
}

// One worker by the processor time that it had, so that a busy machine does not
// count; two by the time that passed.
void OneWorker(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond);
  bench->Args({1, 1, 2048, 8, 8, 96, 0});   // A quarter of phi-3-mini's heads.
  bench->Args({1, 1, 2048, 8, 2, 128, 0});  // Llama 3's group and head.
  bench->Args({1, 1, 2048, 8, 8, 64, 0});
  bench->Args({1, 1, 2048, 8, 8, 96, 512});
  bench->Args({1, 16, 128, 8, 8, 96, 0});  // Packed short sequences.
  bench->Args({1, 64, 32, 4, 2, 32, 0});   // A tiny model's.
}
void TwoWorkers(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond)->UseRealTime();
  bench->Args({2, 1, 2048, 8, 8, 96, 0});
}
BENCHMARK(CpuForward)->Apply(OneWorker);
BENCHMARK(CpuForward)->Apply(TwoWorkers);
BENCHMARK(CpuBackward)->Apply(OneWorker);
BENCHMARK(CpuBackward)->Apply(TwoWorkers);

}  // namespace
}  // namespace kaito::kernels
#endif  // HWY_ONCE

// Decode attention against a paged cache, beside a plain read of as many bytes:
// judge by the ratio of two lines of one run. Numbers, and what they were taken
// on, are in docs/kernels/decode_attention.md.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/decode_attention/decode_attention.h"
#include "kaito/kernels/decode_attention/decode_attention_params.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/kernels/decode_attention_bench.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// A sum of all floats; `count` is a multiple of 64.
float Sum(const float* from, int64_t count) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  auto even = hn::Zero(d);
  auto odd = hn::Zero(d);
  for (int64_t i = 0; i < count; i += 2 * lanes) {
    even = hn::Add(even, hn::LoadU(d, from + i));
    odd = hn::Add(odd, hn::LoadU(d, from + i + lanes));
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(Sum);

constexpr int64_t kBlockSize = 16;

// More than twice a server's L3 for a core, so that no step's keys are in it.
void CpuRead(benchmark::State& state) {
  const auto team = WorkerTeam::Create(state.range(0)).value();
  std::vector<float> memory(int64_t{64} << 20, 1.0f);
  for (auto _ : state) {
    ParallelFor(team.get(), static_cast<int64_t>(memory.size()), 4096,
                [&](int64_t begin, int64_t end) {
                  benchmark::DoNotOptimize(HWY_DYNAMIC_DISPATCH(Sum)(
                      memory.data() + begin, end - begin));
                });
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(memory.size()) * 4);
}
BENCHMARK(CpuRead)->Arg(1)->Arg(2)->UseRealTime();

// A cache of random values whose blocks are in random order.
struct Cache {
  Cache(int64_t sequences, int64_t length, int64_t kv_heads, int64_t head_dim,
        KvType type)
      : lengths(sequences, static_cast<int32_t>(length)),
        starts(sequences + 1),
        table(sequences * ((length + kBlockSize - 1) / kBlockSize)) {
    std::iota(starts.begin(), starts.end(), 0);
    std::iota(table.begin(), table.end(), 0);
    std::mt19937 random(1);
    std::shuffle(table.begin(), table.end(), random);
    const int64_t blocks = static_cast<int64_t>(table.size());
    const int64_t size = blocks * kv_heads * kBlockSize * head_dim;
    if (type == KvType::kF32) {
      keys.resize(size);
      for (float& x : keys) x = static_cast<float>(random() % 256) / 128 - 1;
      values = keys;
    } else {
      short_keys.resize(size);
      for (bf16& x : short_keys) {
        x = ToBf16(static_cast<float>(random() % 256) / 128 - 1);
      }
      short_values = short_keys;
    }
    const bool f32 = type == KvType::kF32;
    kv = {
        .keys = f32 ? static_cast<void*>(keys.data()) : short_keys.data(),
        .values = f32 ? static_cast<void*>(values.data()) : short_values.data(),
        .type = type,
        .blocks = blocks,
        .block_size = kBlockSize,
        .kv_heads = kv_heads,
        .head_dim = head_dim,
        .sequences = sequences,
        .lengths = lengths.data(),
        .starts = starts.data(),
        .block_table = table.data(),
        .table_stride = blocks / sequences};
  }

  std::vector<int32_t> lengths, starts, table;
  std::vector<float> keys, values;
  std::vector<bf16> short_keys, short_values;
  PagedKv kv;
};

// workers, sequences, length, q_heads, kv_heads, head_dim, bf16
void CpuDecode(benchmark::State& state) {
  const auto team = WorkerTeam::Create(state.range(0)).value();
  const Stream stream = Stream::Cpu(team.get());
  const int64_t q_heads = state.range(3);
  const int64_t head_dim = state.range(5);
  const Cache cache(state.range(1), state.range(2), state.range(4), head_dim,
                    state.range(6) != 0 ? KvType::kBf16 : KvType::kF32);
  const int64_t row = q_heads * head_dim;
  std::vector<float> q(state.range(1) * row, 0.5f);
  std::vector<float> out(q.size());
  DecodeAttentionParams params = {
      .kv = cache.kv,
      .q_heads = q_heads,
      .scale = 1 / std::sqrt(static_cast<float>(head_dim)),
      .q = q.data(),
      .q_token_stride = row,
      .out = out.data(),
      .out_token_stride = row};
  params.workspace_bytes =
      DecodeAttentionWorkspaceBytes(params, stream).value();
  std::vector<char> memory(params.workspace_bytes + 64);
  params.workspace =
      memory.data() + 64 - reinterpret_cast<uintptr_t>(memory.data()) % 64;
  for (auto _ : state) {
    const absl::Status status = DecodeAttention(params, stream);
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    benchmark::ClobberMemory();
  }
  const int64_t element = state.range(6) != 0 ? 2 : 4;
  state.SetBytesProcessed(state.iterations() * 2 * element * state.range(1) *
                          state.range(2) * state.range(4) * head_dim);
}
BENCHMARK(CpuDecode)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Args({1, 8, 1024, 32, 32, 96, 0})  // phi-3-mini, 200 MB a layer and step
    ->Args({2, 8, 1024, 32, 32, 96, 0})
    ->Args({1, 8, 1024, 32, 32, 96, 1})
    ->Args({2, 8, 1024, 32, 32, 96, 1})
    ->Args({1, 8, 4096, 32, 8, 128, 0})  // Llama 3's group of 4
    ->Args({1, 8, 4096, 32, 8, 128, 1})
    ->Args({2, 1, 32768, 32, 8, 128, 1})  // One long sequence.
    ->Args({1, 1, 200, 4, 2, 32, 0});     // A tiny model's.

}  // namespace
}  // namespace kaito::kernels
#endif  // HWY_ONCE

// Rotations of a batch's q and k in place, beside a copy of as many bytes: judge
// by the ratio of two lines of one run. Numbers, and what they were taken on,
// are in docs/kernels/rope.md.
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/rope/rope.h"
#include "kaito/kernels/rope/rope_params.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kHeads = 32;  // phi-3-mini's
constexpr int64_t kHeadDim = 96;
constexpr int64_t kRow = 3 * kHeads * kHeadDim;

// Bytes read and written, twice each value of q and k.
int64_t Bytes(int64_t tokens) { return tokens * 2 * kHeads * kHeadDim * 8; }

void CpuRope(benchmark::State& state) {
  const int64_t tokens = state.range(0);
  const RopeTable table =
      MakeRopeTable({.rotary_dim = kHeadDim, .theta = 10000}, tokens).value();
  std::vector<float> qkv(tokens * kRow, 0.5f);
  std::vector<int32_t> positions;
  for (int64_t t = 0; t < tokens; ++t) {
    positions.push_back(static_cast<int32_t>(t));
  }
  const RopeParams params = {
      .q = {.data = qkv.data(), .heads = kHeads, .token_stride = kRow},
      .k = {.data = qkv.data() + kHeads * kHeadDim,
            .heads = kHeads,
            .token_stride = kRow},
      .tokens = tokens,
      .head_dim = kHeadDim,
      .rotary_dim = kHeadDim,
      .positions = positions.data(),
      .cos = table.cos.data(),
      .sin = table.sin.data(),
      .table_positions = tokens};
  for (auto _ : state) {
    const absl::Status status = Rope(params, Stream::Cpu());
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * Bytes(tokens));
}
BENCHMARK(CpuRope)->Arg(1)->Arg(16)->Arg(2048);

void CpuCopy(benchmark::State& state) {
  const int64_t tokens = state.range(0);
  std::vector<char> from(Bytes(tokens) / 2, 1);
  std::vector<char> to(from.size());
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * Bytes(tokens));
}
BENCHMARK(CpuCopy)->Arg(1)->Arg(16)->Arg(2048);

}  // namespace
}  // namespace kaito::kernels

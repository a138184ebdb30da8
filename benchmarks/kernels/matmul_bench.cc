// Dense products in f32: flops a second by shape and number of workers. Judge
// by the ratio of two lines of one run. Numbers, and what they were taken on,
// are in docs/kernels/matmul.md.
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/matmul/matmul.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

std::vector<float> Normal(int64_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> x(count);
  for (float& value : x) value = normal(random);
  return x;
}

// Arguments: workers, m, n, k, and whether b is [n, k].
void Matmul(benchmark::State& state) {
  const auto team = WorkerTeam::Create(state.range(0));
  const int64_t m = state.range(1);
  const int64_t n = state.range(2);
  const int64_t k = state.range(3);
  const std::vector<float> a = Normal(m * k);
  const std::vector<float> b = Normal(k * n);
  std::vector<float> c(m * n);
  for (auto _ : state) {
    const absl::Status status =
        kernels::Matmul({.a = a.data(),
                         .b = b.data(),
                         .c = c.data(),
                         .m = m,
                         .n = n,
                         .k = k,
                         .b_transposed = state.range(4) != 0},
                        Stream::Cpu(team->get()));
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
  }
  state.counters["flop/s"] =
      benchmark::Counter(2.0 * static_cast<double>(state.iterations()) *
                             static_cast<double>(m * n * k),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(Matmul)
    ->ArgNames({"workers", "m", "n", "k", "bT"})
    ->ArgsProduct({{1, 2}, {512}, {3072}, {3072}, {0, 1}})
    ->ArgsProduct({{1, 2}, {1, 16, 64}, {3072}, {3072}, {1}})
    // A low rank: its two sides, and a weight's gradient.
    ->ArgsProduct({{1}, {512}, {16}, {3072}, {0, 1}})
    ->ArgsProduct({{1}, {512}, {3072}, {16}, {0, 1}})
    // What the product of a tiny model is like.
    ->ArgsProduct({{1, 2}, {64, 256}, {256}, {256}, {1}})
    ->ArgsProduct({{1}, {16}, {16}, {16}, {1}})
    ->UseRealTime();

}  // namespace
}  // namespace kaito::kernels

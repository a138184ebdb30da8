#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"

namespace {

void Sum(benchmark::State& state) {
  const std::vector<int64_t> x(state.range(0), 3);
  for (auto _ : state) {
    int64_t sum = 0;
    for (const int64_t v : x) sum += v;
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}
BENCHMARK(Sum)->Arg(1000);

}  // namespace

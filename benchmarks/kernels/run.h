#ifndef BENCHMARKS_KERNELS_RUN_H_
#define BENCHMARKS_KERNELS_RUN_H_

// What the CPU benchmarks of operations share: a team of workers, and a loop
// that ends with an operation's error.
//
//   RunOnTeam(state, /*workers=*/state.range(0), [&](Stream stream) {
//     return RmsNorm(params, stream);
//   });

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

inline void RunOnTeam(benchmark::State& state, int64_t workers,
                      absl::FunctionRef<absl::Status(Stream)> operation) {
  const absl::StatusOr<std::unique_ptr<WorkerTeam>> team =
      WorkerTeam::Create(workers);
  if (!team.ok()) {
    state.SkipWithError(team.status().ToString().c_str());
    return;
  }
  for (auto _ : state) {
    const absl::Status status = operation(Stream::Cpu(team->get()));
    if (!status.ok()) {
      state.SkipWithError(status.ToString().c_str());
      return;
    }
    benchmark::ClobberMemory();
  }
}

// Floating-point operations a second, from those of one call.
inline void CountFlops(benchmark::State& state, double flops) {
  state.counters["flops"] =
      benchmark::Counter(flops * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}

}  // namespace kaito::kernels

#endif  // BENCHMARKS_KERNELS_RUN_H_

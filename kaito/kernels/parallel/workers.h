#ifndef KAITO_KERNELS_PARALLEL_WORKERS_H_
#define KAITO_KERNELS_PARALLEL_WORKERS_H_

// Workers: the threads that a CPU operation may use, given by its caller
// through Stream::Cpu(workers). Operations start no threads of their own.
// WorkerTeam (worker_team.h) is the implementation; a test may bring another.
//
//   ParallelFor(stream.workers(), rows, /*grain=*/16,
//               [&](int64_t begin, int64_t end) { Rows(begin, end); });
//
// Results must not depend on the number of workers: a body may write only what
// belongs to its own items, and computes an item the same way in whichever
// range it falls. A sum over items is made from partial sums of fixed chunks.

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace kaito::kernels {

class Workers {
 public:
  virtual ~Workers() = default;

  // At least 1: the calling thread is one of them.
  virtual int64_t count() const = 0;

  // Calls body(w) once for each w of [0, count()), body(0) on the calling
  // thread, and returns when all have returned: what they wrote is then visible
  // to the caller. From one thread at a time, and not from within a body.
  virtual void Run(absl::FunctionRef<void(int64_t worker)> body) = 0;
};

// Items of one range.
struct WorkRange {
  int64_t begin = 0;
  int64_t end = 0;
};

// The part of [0, size) that worker `worker` of `count` gets: contiguous, in
// the order of the workers, starting at a multiple of `grain`, and of equal
// length but for a grain. Empty where there are fewer grains than workers.
WorkRange RangeOfWorker(int64_t size, int64_t grain, int64_t worker,
                        int64_t count);

// Calls body(begin, end) for the parts of [0, size), one for each worker that
// has any. Where `workers` is null or one grain holds all, that is
// body(0, size) on the calling thread; where size is 0 nothing is called. The
// grain should be some 10 us of work: less isn't worth waking a thread.
void ParallelFor(Workers* workers, int64_t size, int64_t grain,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> body);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_PARALLEL_WORKERS_H_

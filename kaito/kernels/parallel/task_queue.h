#ifndef KAITO_KERNELS_PARALLEL_TASK_QUEUE_H_
#define KAITO_KERNELS_PARALLEL_TASK_QUEUE_H_

// ForEachTask: tasks of unequal length, taken by whichever worker is free. For
// equal items ParallelFor (workers.h) is cheaper and keeps each worker's data
// together.
//
//   ForEachTask(stream.workers(), tiles, [&](int64_t worker, int64_t tile) {
//     Tile(tile, scratch + worker * kScratchFloats);
//   });
//
// Which worker runs a task changes from call to call: a result may depend on
// the task's number and not on the worker's. Long tasks belong first.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// Calls body(worker, task) once for each task of [0, tasks), in their order on
// any one worker; worker is in [0, WorkerCount(workers)). Null workers are the
// calling thread alone.
void ForEachTask(Workers* workers, int64_t tasks,
                 absl::FunctionRef<void(int64_t worker, int64_t task)> body);

// 1 for null.
int64_t WorkerCount(const Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_PARALLEL_TASK_QUEUE_H_

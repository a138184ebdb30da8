#include "kaito/kernels/parallel/task_queue.h"

#include <atomic>

namespace kaito::kernels {

int64_t WorkerCount(const Workers* workers) {
  return workers == nullptr ? 1 : workers->count();
}

void ForEachTask(Workers* workers, int64_t tasks,
                 absl::FunctionRef<void(int64_t worker, int64_t task)> body) {
  if (tasks <= 1 || WorkerCount(workers) == 1) {
    for (int64_t task = 0; task < tasks; ++task) body(0, task);
    return;
  }
  // Only numbers are handed out by it; Workers::Run orders the data.
  std::atomic<int64_t> next = 0;
  workers->Run([&](int64_t worker) {
    while (true) {
      const int64_t task = next.fetch_add(1, std::memory_order_relaxed);
      if (task >= tasks) return;
      body(worker, task);
    }
  });
}

}  // namespace kaito::kernels

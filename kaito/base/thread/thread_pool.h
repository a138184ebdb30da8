#ifndef KAITO_BASE_THREAD_THREAD_POOL_H_
#define KAITO_BASE_THREAD_THREAD_POOL_H_

// ThreadPool: a fixed number of threads that run tasks from a bounded queue.
// For short tasks that don't wait for one another; a task that runs for the
// life of the program wants a Thread.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<ThreadPool> pool,
//                          ThreadPool::Create({.name = "reconcile",
//                                              .threads = 4,
//                                              .queue_capacity = 100}));
//   KAITO_RETURN_IF_ERROR(pool->Submit([=] { Reconcile(key); }));

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/bounded_queue.h"
#include "kaito/base/thread/thread.h"

namespace kaito {

struct ThreadPoolOptions {
  std::string name;  // The threads are called name/0, name/1, ...
  int64_t threads = 1;
  int64_t queue_capacity = 1024;  // Tasks that wait for a thread.
};

class ThreadPool {
 public:
  // Must not throw: that ends the process.
  using Task = absl::AnyInvocable<void()>;

  // What becomes of the tasks that still wait at a shutdown.
  enum class Pending { kRun, kDiscard };

  // InvalidArgument for sizes below 1; ResourceExhausted where the system gives
  // no more threads.
  static absl::StatusOr<std::unique_ptr<ThreadPool>> Create(
      const ThreadPoolOptions& options);

  // Discards, and waits for the tasks that run: those that may run long look at
  // a StopToken of their own.
  ~ThreadPool() { Shutdown(Pending::kDiscard); }

  // ResourceExhausted when the queue is full, FailedPrecondition after
  // Shutdown().
  absl::Status Submit(Task task);

  // As Submit(), but waits for room until `stop`. Not from a task of this pool:
  // all threads might wait.
  absl::Status SubmitOrWait(Task task, const StopToken& stop);

  // Takes no more tasks, and returns when the threads have ended. Not from a
  // task of this pool, and from one thread only.
  void Shutdown(Pending pending);

  int64_t pending() const { return queue_.size(); }

 private:
  ThreadPool(std::string name, int64_t queue_capacity);
  void Run();

  const std::string name_;
  BoundedQueue<Task> queue_;
  std::vector<Thread> threads_;
};

}  // namespace kaito

#endif  // KAITO_BASE_THREAD_THREAD_POOL_H_

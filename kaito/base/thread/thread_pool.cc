#include "kaito/base/thread/thread_pool.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"

namespace kaito {

absl::StatusOr<std::unique_ptr<ThreadPool>> ThreadPool::Create(
    const ThreadPoolOptions& options) {
  if (options.threads < 1 || options.queue_capacity < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "thread pool ", options.name, ": ", options.threads, " threads and ",
        options.queue_capacity, " places in the queue; give at least 1 each"));
  }
  // The constructor is private.
  std::unique_ptr<ThreadPool> pool(
      new ThreadPool(options.name, options.queue_capacity));
  for (int64_t i = 0; i < options.threads; ++i) {
    KAITO_ASSIGN_OR_RETURN(Thread thread,
                           Thread::Start(absl::StrCat(options.name, "/", i),
                                         [p = pool.get()] { p->Run(); }));
    pool->threads_.push_back(std::move(thread));
  }
  return pool;
}

ThreadPool::ThreadPool(std::string name, int64_t queue_capacity)
    : name_(std::move(name)), queue_(queue_capacity) {}

absl::Status ThreadPool::Submit(Task task) {
  return Annotate(queue_.TryPush(std::move(task)), name_);
}

absl::Status ThreadPool::SubmitOrWait(Task task, const StopToken& stop) {
  return Annotate(queue_.Push(std::move(task), stop), name_);
}

void ThreadPool::Shutdown(Pending pending) {
  queue_.Close();
  if (pending == Pending::kDiscard) queue_.Clear();
  threads_.clear();  // Joins.
}

void ThreadPool::Run() {
  while (std::optional<Task> task = queue_.Pop(StopToken())) (*task)();
}

}  // namespace kaito

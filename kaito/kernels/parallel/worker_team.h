#ifndef KAITO_KERNELS_PARALLEL_WORKER_TEAM_H_
#define KAITO_KERNELS_PARALLEL_WORKER_TEAM_H_

// WorkerTeam: Workers of a fixed number of threads that wait between calls.
// The program's main makes one and hands it to the operations; not for tasks
// that wait for I/O or for one another (ThreadPool).
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<WorkerTeam> team,
//                          WorkerTeam::Create(8));
//   KAITO_RETURN_IF_ERROR(Nf4Matmul(params, Stream::Cpu(team.get())));
//
// Operations follow one another by microseconds in a decode step, which a sleep
// and a wake-up would double: a worker looks for the next call for some 50 us
// before it sleeps, and so does the caller for the end of the others.

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

class WorkerTeam : public Workers {
 public:
  // `count` workers: the caller of Run() and count - 1 threads. InvalidArgument
  // below 1; ResourceExhausted where the system gives no more threads.
  static absl::StatusOr<std::unique_ptr<WorkerTeam>> Create(int64_t count);

  // Not during a Run().
  ~WorkerTeam() override;

  int64_t count() const override { return count_; }

  // KAITO_CHECK: not from two threads at once, nor from within a body.
  void Run(absl::FunctionRef<void(int64_t worker)> body) override;

 private:
  using Body = absl::FunctionRef<void(int64_t worker)>;

  explicit WorkerTeam(int64_t count) : count_(count) {}
  void Work(int64_t worker);

  const int64_t count_;
  std::vector<Thread> threads_;

  std::atomic<bool> running_ = false;
  // The body of call `call_`, written before call_ is raised and read after it
  // was seen to be; null to end. Points into the stack of Run().
  const Body* body_ = nullptr;
  // The futexes that std::atomic::wait uses are 32 bits wide. Both wrap.
  alignas(64) std::atomic<uint32_t> call_ = 0;
  alignas(64) std::atomic<uint32_t> unfinished_ = 0;
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_PARALLEL_WORKER_TEAM_H_

#include "kaito/kernels/parallel/worker_team.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/check/check.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::kernels {
namespace {

// A pause takes 40 to 140 cycles on x86 from Skylake on (Zen: some 40), so this
// is 30 to 100 us. Long enough for the gap between two operations of a decode
// step, and nothing beside the milliseconds of an idle server.
constexpr int kLooksBeforeSleep = 2000;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Returns when `value` is no longer `old`.
void WaitWhile(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int look = 0; look < kLooksBeforeSleep; ++look) {
    if (value.load(std::memory_order_acquire) != old) return;
    Pause();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerTeam>> WorkerTeam::Create(int64_t count) {
  if (count < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("worker team: ", count, " workers, want 1 or more"));
  }
  // Where a thread is refused, the destructor ends those that were given.
  std::unique_ptr<WorkerTeam> team = absl::WrapUnique(new WorkerTeam(count));
  for (int64_t worker = 1; worker < count; ++worker) {
    KAITO_ASSIGN_OR_RETURN(
        Thread thread,
        Thread::Start(absl::StrCat("kernels/", worker),
                      [t = team.get(), worker] { t->Work(worker); }));
    team->threads_.push_back(std::move(thread));
  }
  return team;
}

WorkerTeam::~WorkerTeam() {
  body_ = nullptr;
  call_.fetch_add(1, std::memory_order_release);
  call_.notify_all();
}

void WorkerTeam::Run(Body body) {
  KAITO_CHECK(!running_.exchange(true)) << "worker team: it is running already";
  if (!threads_.empty()) {
    body_ = &body;
    unfinished_.store(static_cast<uint32_t>(threads_.size()),
                      std::memory_order_relaxed);
    call_.fetch_add(1, std::memory_order_release);
    call_.notify_all();
  }
  body(0);
  while (true) {
    const uint32_t left = unfinished_.load(std::memory_order_acquire);
    if (left == 0) break;
    WaitWhile(unfinished_, left);
  }
  running_.store(false);
}

void WorkerTeam::Work(int64_t worker) {
  // Threads start before the first call, which is number 1.
  for (uint32_t seen = 0;; ++seen) {
    WaitWhile(call_, seen);
    const Body* body = body_;
    if (body == nullptr) return;
    (*body)(worker);
    if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      unfinished_.notify_one();
    }
  }
}

}  // namespace kaito::kernels

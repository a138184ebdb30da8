#include "kaito/base/thread/thread_pool.h"

#include <pthread.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

std::unique_ptr<ThreadPool> MakePool(ThreadPoolOptions options) {
  auto pool = ThreadPool::Create(options);
  EXPECT_TRUE(pool.ok()) << pool.status();
  return *std::move(pool);
}

TEST(ThreadPool, RunsTasksOnNamedThreads) {
  auto pool = MakePool({.name = "work", .threads = 2});
  char name[16] = {};
  Notification done;
  auto owned = std::make_unique<int>(1);  // Tasks may be move-only.
  KAITO_ASSERT_OK(pool->Submit([&, owned = std::move(owned)] {
    pthread_getname_np(pthread_self(), name, sizeof(name));
    done.Notify();
  }));
  done.Wait();
  EXPECT_THAT(std::string(name), ::testing::MatchesRegex("work/[01]"));
}

TEST(ThreadPool, RunsPendingTasksBeforeShutdownWhenAsked) {
  auto pool = MakePool({.name = "work", .threads = 2});
  std::atomic<int> ran = 0;
  for (int i = 0; i < 100; ++i) {
    KAITO_ASSERT_OK(pool->Submit([&] { ++ran; }));
  }
  pool->Shutdown(ThreadPool::Pending::kRun);
  EXPECT_EQ(ran, 100);
  EXPECT_THAT(pool->Submit([] {}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("work: queue: is closed")));
}

// Occupies the one thread of a pool until Release().
class Blocker {
 public:
  explicit Blocker(ThreadPool& pool) {
    KAITO_EXPECT_OK(pool.Submit([this] {
      started_.Notify();
      release_.Wait();
    }));
    started_.Wait();
  }
  void Release() { release_.Notify(); }

 private:
  Notification started_;
  Notification release_;
};

TEST(ThreadPool, RefusesTasksWhenFull) {
  auto pool = MakePool({.name = "work", .threads = 1, .queue_capacity = 1});
  Blocker blocker(*pool);
  KAITO_EXPECT_OK(pool->Submit([] {}));
  EXPECT_EQ(pool->pending(), 1);
  EXPECT_THAT(pool->Submit([] {}),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("work: queue: is full")));
  StopSource stop;
  stop.RequestStop();
  EXPECT_THAT(pool->SubmitOrWait([] {}, stop.token()),
              StatusIs(absl::StatusCode::kCancelled));
  blocker.Release();
  KAITO_EXPECT_OK(pool->SubmitOrWait([] {}, StopToken()));
}

TEST(ThreadPool, DiscardsPendingTasksAndFinishesTheRunningOne) {
  auto pool = MakePool({.name = "work", .threads = 1, .queue_capacity = 2});
  auto blocker = std::make_unique<Blocker>(*pool);
  auto owned = std::make_shared<int>(1);
  KAITO_EXPECT_OK(pool->Submit([owned] { ADD_FAILURE(); }));
  std::thread shutdown([&] { pool->Shutdown(ThreadPool::Pending::kDiscard); });
  // Discarded while the running task goes on.
  while (owned.use_count() > 1) std::this_thread::yield();
  blocker->Release();
  shutdown.join();
}

TEST(ThreadPool, NeedsThreadsAndAQueue) {
  EXPECT_THAT(ThreadPool::Create({.name = "none", .threads = 0}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("none: 0 threads")));
  EXPECT_THAT(ThreadPool::Create({.name = "q", .queue_capacity = 0}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito

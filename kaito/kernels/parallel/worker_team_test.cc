#include "kaito/kernels/parallel/worker_team.h"

#include <cstdint>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;

TEST(WorkerTeam, RunsEachWorkerOnceOnAThreadOfItsOwn) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(4));
  ASSERT_EQ(team->count(), 4);
  std::vector<int> calls(4);
  std::vector<std::thread::id> threads(4);
  team->Run([&](int64_t worker) {
    ++calls[worker];
    threads[worker] = std::this_thread::get_id();
  });
  EXPECT_EQ(calls, (std::vector<int>{1, 1, 1, 1}));
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_EQ(std::set<std::thread::id>(threads.begin(), threads.end()).size(),
            4);
}

TEST(WorkerTeam, ShowsEachCallWhatTheOneBeforeWrote) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  // Few calls: with more threads than idle cores each costs a time slice.
  // Each worker reads its neighbour's number of the call before.
  std::vector<int64_t> last(3);
  std::vector<int64_t> next(3);
  constexpr int64_t kCalls = 100;
  for (int64_t call = 0; call < kCalls; ++call) {
    team->Run([&](int64_t w) { next[w] = last[(w + 1) % 3] + 1; });
    last.swap(next);
  }
  EXPECT_EQ(last, (std::vector<int64_t>{kCalls, kCalls, kCalls}));
}

TEST(WorkerTeam, WakesThreadsThatFellAsleep) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(2));
  for (int call = 0; call < 3; ++call) {
    // Each waits for the other to arrive, in turn longer than it looks.
    int64_t sum = 0;
    team->Run([&](int64_t worker) {
      if (worker != call % 2) return;
      for (int64_t i = 0; i < 3000000; ++i) {
        sum += i;
        asm volatile("" : "+r"(sum));
      }
    });
    EXPECT_EQ(sum, int64_t{3000000} * 2999999 / 2);
  }
}

TEST(WorkerTeam, OfOneIsTheCaller) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(1));
  std::thread::id thread;
  team->Run([&](int64_t) { thread = std::this_thread::get_id(); });
  EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST(WorkerTeam, RefusesNoWorkers) {
  EXPECT_THAT(WorkerTeam::Create(0).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(WorkerTeamDeathTest, ARunWithinARunIsABug) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(1));
  EXPECT_DEATH(team->Run([&](int64_t) { team->Run([](int64_t) {}); }),
               "running already");
}

}  // namespace
}  // namespace kaito::kernels

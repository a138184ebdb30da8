#include "kaito/kernels/parallel/task_queue.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/parallel/worker_team.h"

namespace kaito::kernels {
namespace {

TEST(ForEachTask, RunsEachTaskOnceWithAWorkersNumber) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  EXPECT_EQ(WorkerCount(team.get()), 3);
  std::vector<int> runs(1000);
  std::vector<int64_t> worker_of(1000, -1);
  ForEachTask(team.get(), 1000, [&](int64_t worker, int64_t task) {
    ++runs[task];
    worker_of[task] = worker;
  });
  EXPECT_EQ(runs, std::vector<int>(1000, 1));
  for (const int64_t worker : worker_of) {
    EXPECT_GE(worker, 0);
    EXPECT_LT(worker, 3);
  }
}

TEST(ForEachTask, RunsInOrderOnTheCallersThreadWithoutWorkers) {
  EXPECT_EQ(WorkerCount(nullptr), 1);
  std::vector<int64_t> order;
  ForEachTask(nullptr, 3, [&](int64_t worker, int64_t task) {
    EXPECT_EQ(worker, 0);
    order.push_back(task);
  });
  EXPECT_EQ(order, (std::vector<int64_t>{0, 1, 2}));
  ForEachTask(nullptr, 0, [&](int64_t, int64_t) { FAIL(); });
}

}  // namespace
}  // namespace kaito::kernels

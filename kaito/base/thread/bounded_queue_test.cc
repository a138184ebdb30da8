#include "kaito/base/thread/bounded_queue.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;

const StopToken kNever;

TEST(BoundedQueue, KeepsOrderAndMovesValues) {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  KAITO_EXPECT_OK(queue.Push(std::make_unique<int>(1), kNever));
  KAITO_EXPECT_OK(queue.Push(std::make_unique<int>(2), kNever));
  EXPECT_EQ(**queue.Pop(kNever), 1);
  EXPECT_EQ(**queue.TryPop(), 2);
  EXPECT_FALSE(queue.TryPop().has_value());
}

TEST(BoundedQueue, TryPushLeavesTheValueWhenItCannot) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  KAITO_EXPECT_OK(queue.TryPush(std::move(first)));
  EXPECT_THAT(queue.TryPush(std::move(second)),
              StatusIs(absl::StatusCode::kResourceExhausted));
  ASSERT_NE(second, nullptr);  // NOLINT(bugprone-use-after-move): promised.
  queue.Close();
  EXPECT_THAT(queue.TryPush(std::move(second)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_NE(second, nullptr);  // NOLINT(bugprone-use-after-move)
}

TEST(BoundedQueue, CloseRefusesNewValuesAndGivesTheOldOnes) {
  BoundedQueue<int> queue(3);
  KAITO_EXPECT_OK(queue.Push(1, kNever));
  queue.Close();
  EXPECT_THAT(queue.Push(2, kNever),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(queue.Pop(kNever), 1);
  EXPECT_EQ(queue.Pop(kNever), std::nullopt);
}

TEST(BoundedQueue, CloseWakesThoseThatWait) {
  BoundedQueue<int> full(1);
  BoundedQueue<int> empty(1);
  KAITO_EXPECT_OK(full.Push(1, kNever));
  absl::Status pushed;
  std::optional<int> popped = 1;
  std::thread producer([&] { pushed = full.Push(2, kNever); });
  std::thread consumer([&] { popped = empty.Pop(kNever); });
  full.Close();
  empty.Close();
  producer.join();
  consumer.join();
  EXPECT_THAT(pushed, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(popped, std::nullopt);
}

TEST(BoundedQueue, StopEndsEveryWait) {
  StopSource source;
  BoundedQueue<int> full(1);
  BoundedQueue<int> empty(1);
  KAITO_EXPECT_OK(full.Push(1, kNever));
  absl::Status pushed;
  std::optional<int> popped = 1;
  std::thread producer([&] { pushed = full.Push(2, source.token()); });
  std::thread consumer([&] { popped = empty.Pop(source.token()); });
  source.RequestStop(absl::AbortedError("enough"));
  producer.join();
  consumer.join();
  EXPECT_THAT(pushed, StatusIs(absl::StatusCode::kAborted, "enough"));
  EXPECT_EQ(popped, std::nullopt);
  EXPECT_EQ(full.Pop(source.token()), std::nullopt);
  EXPECT_EQ(full.size(), 1);
}

TEST(BoundedQueue, ClearMakesRoom) {
  BoundedQueue<int> queue(1);
  KAITO_EXPECT_OK(queue.Push(1, kNever));
  EXPECT_EQ(queue.Clear(), 1);
  KAITO_EXPECT_OK(queue.TryPush(2));
}

TEST(BoundedQueue, PassesEachValueOnceBetweenManyThreads) {
  BoundedQueue<int> queue(3);
  constexpr int kEach = 500;
  std::atomic<int64_t> sum = 0;
  std::atomic<int> count = 0;
  std::vector<std::thread> producers;
  std::vector<std::thread> consumers;
  for (int t = 0; t < 3; ++t) {
    producers.emplace_back([&] {
      for (int i = 1; i <= kEach; ++i) (void)queue.Push(i, kNever);
    });
    consumers.emplace_back([&] {
      while (const std::optional<int> value = queue.Pop(kNever)) {
        sum += *value;
        ++count;
      }
    });
  }
  for (std::thread& thread : producers) thread.join();
  queue.Close();
  for (std::thread& thread : consumers) thread.join();
  EXPECT_EQ(count, 3 * kEach);
  EXPECT_EQ(sum, 3 * kEach * (kEach + 1) / 2);
}

TEST(BoundedQueueDeathTest, RefusesACapacityOfNothing) {
  EXPECT_DEATH(BoundedQueue<int>(0), "capacity > 0");
}

}  // namespace
}  // namespace kaito

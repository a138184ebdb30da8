#include "kaito/kube/queue/work_queue.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/random/random.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {
namespace {

using ::testing::HasSubstr;

ObjectKey Key(absl::string_view name) { return {"ns", std::string(name)}; }

class WorkQueueTest : public ::testing::Test {
 protected:
  // The next key of those that are ready.
  std::string Take() { return queue_.Get(StopToken())->name; }
  // As Take(); "" where none is ready, also of those that were delayed.
  std::string TakeDue() {
    // A key that is behind all others makes Get() return at once.
    queue_.Add(Key("sentinel"), -1'000'000);
    const std::string name = queue_.Get(StopToken())->name;
    if (name != "sentinel") {
      EXPECT_EQ(queue_.Get(StopToken())->name, "sentinel");
    }
    queue_.Done(Key("sentinel"));
    return name == "sentinel" ? "" : name;
  }

  FakeClock clock_;
  MetricRegistry metrics_;
  WorkQueue queue_{clock_, {.name = "w", .metrics = &metrics_}};
};

TEST_F(WorkQueueTest, R26RunsAKeyOnceHoweverOftenItWasAdded) {
  for (int i = 0; i < 3; ++i) queue_.Add(Key("a"));
  EXPECT_EQ(Take(), "a");
  EXPECT_EQ(queue_.size(), 0);
  EXPECT_EQ(queue_.running(), 1);
}

TEST_F(WorkQueueTest, R26RunsAgainOnceWhatWasAddedWhileItRan) {
  queue_.Add(Key("a"));
  EXPECT_EQ(Take(), "a");
  queue_.Add(Key("a"));
  queue_.Add(Key("a"));
  EXPECT_EQ(queue_.size(), 0);  // Not twice at once.
  queue_.Done(Key("a"));
  EXPECT_EQ(Take(), "a");
  queue_.Done(Key("a"));
  EXPECT_EQ(queue_.size(), 0);
}

TEST_F(WorkQueueTest, R27R29KeepsTheEarliestTimeAndTheHighestPriority) {
  queue_.AddAfter(Key("a"), absl::Seconds(5));
  queue_.AddAfter(Key("a"), absl::Seconds(9));
  clock_.Advance(absl::Seconds(4));
  EXPECT_EQ(TakeDue(), "");
  queue_.AddAfter(Key("a"), absl::Milliseconds(500), 7);
  clock_.Advance(absl::Milliseconds(500));
  queue_.Add(Key("b"), 6);
  EXPECT_EQ(Take(), "a");
  EXPECT_EQ(Take(), "b");
  EXPECT_EQ(queue_.delayed(), 0);
  queue_.Done(Key("b"));
  // Now is earlier than later.
  queue_.AddAfter(Key("b"), absl::Seconds(5));
  queue_.Add(Key("b"));
  EXPECT_EQ(queue_.delayed(), 0);
  EXPECT_EQ(Take(), "b");
}

TEST_F(WorkQueueTest, R29ServesByPriorityThenInOrder) {
  queue_.Add(Key("old1"), kLowPriority);
  queue_.Add(Key("old2"), kLowPriority);
  queue_.Add(Key("b"));
  queue_.Add(Key("a"));
  queue_.Add(Key("old2"));  // An edit lifts it; it has waited longest.
  queue_.Add(Key("a"), kLowPriority);
  std::string order;
  while (queue_.size() > 0) absl::StrAppend(&order, Take(), " ");
  EXPECT_EQ(order, "old2 b a old1 ");
}

TEST_F(WorkQueueTest, R28WaitsTwiceAsLongEachTimeUpToACap) {
  const ObjectKey key = Key("a");
  absl::Duration expected = absl::Milliseconds(5);
  for (int failures = 0; failures < 20; ++failures) {
    queue_.AddRateLimited(key);
    const absl::Duration wait = std::min(expected, absl::Seconds(1000));
    clock_.Advance(wait - absl::Nanoseconds(1));
    EXPECT_EQ(TakeDue(), "") << failures;
    clock_.Advance(absl::Nanoseconds(1));
    EXPECT_EQ(TakeDue(), "a") << failures;
    queue_.Done(key);
    expected *= 2;
  }
  EXPECT_EQ(queue_.failures(key), 20);
  queue_.Forget(key);
  queue_.AddRateLimited(key);
  clock_.Advance(absl::Milliseconds(5));
  EXPECT_EQ(TakeDue(), "a");
}

TEST_F(WorkQueueTest, R27WakesAWorkerWhenADelayIsOver) {
  std::optional<ObjectKey> got;
  {
    auto worker = Thread::Start("w", [&] { got = queue_.Get(StopToken()); });
    ASSERT_TRUE(worker.ok());
    queue_.AddAfter(Key("late"), absl::Seconds(9));
    queue_.AddAfter(Key("soon"), absl::Seconds(1));
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(got, Key("soon"));
}

TEST_F(WorkQueueTest, R30ShutsDownWithOrWithoutWhatWaits) {
  queue_.Add(Key("running"));
  Take();
  queue_.Add(Key("running"));
  queue_.Add(Key("waits"));
  queue_.AddAfter(Key("later"), absl::Seconds(1));
  queue_.ShutDown(WorkQueue::Pending::kRun);
  queue_.Add(Key("new"));
  EXPECT_EQ(queue_.Get(StopToken()), Key("waits"));
  queue_.Done(Key("running"));
  EXPECT_EQ(queue_.Get(StopToken()), Key("running"));
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(queue_.Get(StopToken()), std::nullopt);

  WorkQueue other(clock_, {});
  other.Add(Key("waits"));
  other.ShutDown(WorkQueue::Pending::kDiscard);
  EXPECT_EQ(other.Get(StopToken()), std::nullopt);
}

TEST_F(WorkQueueTest, StopsWaitingWhenAsked) {
  StopSource stop;
  std::optional<ObjectKey> got = Key("x");
  {
    auto worker = Thread::Start("w", [&] { got = queue_.Get(stop.token()); });
    ASSERT_TRUE(worker.ok());
    stop.RequestStop();
  }
  EXPECT_EQ(got, std::nullopt);
}

TEST_F(WorkQueueTest, R30R76CountsAsControllerRuntimeDoes) {
  queue_.Add(Key("a"));
  queue_.Add(Key("b"));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("workqueue_depth{controller=\"w\",name=\"w\","
                        "priority=\"\"} 2\n"));
  clock_.Advance(absl::Seconds(3));
  Take();
  clock_.Advance(absl::Seconds(2));
  Take();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(queue_.unfinished().total, absl::Seconds(4));
  EXPECT_EQ(queue_.unfinished().longest, absl::Seconds(3));
  queue_.Done(Key("a"));
  queue_.AddRateLimited(Key("a"));
  const std::string text = metrics_.Text();
  const std::string labels = "{controller=\"w\",name=\"w\"}";
  for (const std::string& line :
       {absl::StrCat("workqueue_adds_total", labels, " 2\n"),
        absl::StrCat("workqueue_retries_total", labels, " 1\n"),
        absl::StrCat("workqueue_queue_duration_seconds_sum", labels, " 8\n"),
        absl::StrCat("workqueue_work_duration_seconds_sum", labels, " 3\n"),
        absl::StrCat("workqueue_unfinished_work_seconds", labels, " 4\n"),
        absl::StrCat("workqueue_longest_running_processor_seconds", labels,
                     " 3\n")}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

// Against a model that is plainly right: what is wanted, and what runs.
TEST_F(WorkQueueTest, R26KeepsItsInvariantsUnderRandomUse) {
  const uint64_t seed = 20261124;
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  Random random(seed);
  std::set<ObjectKey> wanted;
  std::set<ObjectKey> running;
  for (int step = 0; step < 20'000; ++step) {
    const ObjectKey key = Key(absl::StrCat("k", random.UniformInt(6)));
    switch (random.UniformInt(3)) {
      case 0:
        queue_.Add(key, static_cast<int>(random.UniformInt(3)));
        wanted.insert(key);
        break;
      case 1: {
        int64_t ready = 0;
        for (const ObjectKey& k : wanted) ready += running.contains(k) ? 0 : 1;
        ASSERT_EQ(queue_.size(), ready);
        if (ready == 0) break;
        const ObjectKey got = *queue_.Get(StopToken());
        ASSERT_EQ(wanted.erase(got), 1);
        ASSERT_TRUE(running.insert(got).second) << got.name << " runs twice";
        break;
      }
      default:
        queue_.Done(key);
        running.erase(key);
    }
  }
}

}  // namespace
}  // namespace kaito::kube

#include "kaito/base/sync/stop_token.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/notification.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;

TEST(StopToken, EmptyOneNeverStops) {
  const StopToken token;
  bool called = false;
  const StopCallback callback = token.OnStop([&] { called = true; });
  EXPECT_FALSE(token.stopped());
  KAITO_EXPECT_OK(token.status());
  EXPECT_EQ(token.deadline(), SteadyTime::InfiniteFuture());
  EXPECT_FALSE(called);
}

TEST(StopSource, StopsOnceAndKeepsTheFirstReason) {
  StopSource source;
  const StopToken token = source.token();
  EXPECT_FALSE(token.stopped());
  EXPECT_TRUE(source.RequestStop(absl::AbortedError("lease lost")));
  EXPECT_FALSE(source.RequestStop());
  EXPECT_TRUE(token.stopped());
  EXPECT_THAT(token.status(),
              StatusIs(absl::StatusCode::kAborted, "lease lost"));
}

TEST(StopSource, OkIsNoReason) {
  StopSource source;
  source.RequestStop(absl::OkStatus());
  EXPECT_THAT(source.token().status(), StatusIs(absl::StatusCode::kCancelled));
}

TEST(StopSource, StopsChildrenButNotParents) {
  StopSource process;
  StopSource manager(process.token());
  StopSource request(manager.token());
  StopSource sibling(process.token());
  manager.RequestStop(absl::AbortedError("why"));
  EXPECT_FALSE(process.token().stopped());
  EXPECT_FALSE(sibling.token().stopped());
  EXPECT_THAT(request.token().status(),
              StatusIs(absl::StatusCode::kAborted, "why"));
  StopSource late(request.token());
  EXPECT_TRUE(late.token().stopped());
}

TEST(StopSource, ParentReachesTokensWhoseSourceIsGone) {
  StopSource parent;
  StopToken token;
  {
    StopSource child(parent.token());
    token = child.token();
  }
  EXPECT_FALSE(token.stopped());
  parent.RequestStop();
  EXPECT_TRUE(token.stopped());
}

TEST(StopSource, StopsAtItsDeadline) {
  FakeClock clock;
  const SteadyTime deadline = clock.NowSteady() + absl::Seconds(10);
  StopSource source(StopToken(), clock, deadline);
  bool called = false;
  const StopCallback callback = source.token().OnStop([&] { called = true; });
  EXPECT_EQ(source.token().deadline(), deadline);
  clock.Advance(absl::Seconds(9));
  EXPECT_FALSE(source.token().stopped());
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(called);
  EXPECT_THAT(source.token().status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(StopSource, DeadlineOfThePastStopsAtOnce) {
  FakeClock clock;
  StopSource source(StopToken(), clock, clock.NowSteady());
  EXPECT_TRUE(source.token().stopped());
}

TEST(StopSource, TakesTheEarlierDeadline) {
  FakeClock clock;
  const SteadyTime near = clock.NowSteady() + absl::Seconds(1);
  const SteadyTime far = clock.NowSteady() + absl::Seconds(9);
  StopSource parent(StopToken(), clock, near);
  StopSource child(parent.token(), clock, far);
  StopSource grandchild(child.token());
  EXPECT_EQ(grandchild.token().deadline(), near);
  clock.Advance(absl::Seconds(1));
  EXPECT_THAT(grandchild.token().status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(StopCallback, RunsWhenStoppedUnlessDestroyed) {
  StopSource source;
  std::string calls;
  const StopCallback a = source.token().OnStop([&] { calls += 'a'; });
  std::optional<StopCallback> b = source.token().OnStop([&] { calls += 'b'; });
  StopCallback c = source.token().OnStop([&] { calls += 'c'; });
  const StopCallback moved = std::move(c);
  b.reset();
  source.RequestStop();
  EXPECT_EQ(calls, "ac");
  const StopCallback late = source.token().OnStop([&] { calls += 'd'; });
  EXPECT_EQ(calls, "acd");
}

TEST(StopCallback, DestructionWaitsForARunningCallback) {
  StopSource source;
  Notification started;
  Notification go_on;
  bool ended = false;
  std::optional<StopCallback> callback = source.token().OnStop([&] {
    started.Notify();
    go_on.Wait();
    ended = true;
  });
  std::thread stopper([&] { source.RequestStop(); });
  started.Wait();
  std::thread release([&] { go_on.Notify(); });
  callback.reset();
  EXPECT_TRUE(ended);
  stopper.join();
  release.join();
}

TEST(StopCallback, MayDestroyItselfItsSourceAndStopAgain) {
  auto source = std::make_unique<StopSource>();
  std::optional<StopCallback> callback;
  callback = source->token().OnStop([&] {
    source->RequestStop();
    source.reset();
    callback.reset();
  });
  source->RequestStop();
  EXPECT_EQ(source, nullptr);
}

TEST(StopSource, ManyThreadsMayStopAndRegister) {
  StopSource parent;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        StopSource child(parent.token());
        const StopCallback callback = child.token().OnStop([] {});
        if (i % 50 == 49) child.RequestStop();
      }
    });
  }
  threads.emplace_back([&] { parent.RequestStop(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(parent.token().stopped());
}

TEST(WaitFor, EndsWithTheTimeOrTheStop) {
  FakeClock clock;
  StopSource source;
  absl::Status first = absl::UnknownError("");
  std::thread a(
      [&] { first = WaitFor(clock, absl::Seconds(5), source.token()); });
  clock.AwaitWaiters(1);
  clock.Advance(absl::Seconds(5));
  a.join();
  KAITO_EXPECT_OK(first);

  absl::Status second;
  std::thread b(
      [&] { second = WaitFor(clock, absl::Seconds(5), source.token()); });
  clock.AwaitWaiters(1);
  source.RequestStop();
  b.join();
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(WaitFor(clock, absl::ZeroDuration(), source.token()),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace kaito

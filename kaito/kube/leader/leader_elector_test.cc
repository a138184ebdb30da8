#include "kaito/kube/leader/leader_elector.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/kube/leader/lease_record.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

const api::GroupVersionResource kLeases = {"coordination.k8s.io", "v1",
                                           "leases"};
const ObjectKey kLease = {"kaito", "operator"};
const absl::Time kNow = absl::FromUnixSeconds(1704067200);

TEST(LeaseWatch, R39R40JudgesSilenceByItsOwnSteadyClock) {
  const LeaseRecord other = Held({}, "other", absl::Seconds(15), kNow);
  LeaseWatch watch;
  const SteadyTime start = SteadyTime() + absl::Hours(1);
  EXPECT_TRUE(watch.MayTake("me", start));  // Nobody holds it.
  watch.Observe(other, start);
  EXPECT_FALSE(watch.MayTake("me", start));
  EXPECT_TRUE(watch.MayTake("other", start));
  // The same record again does not start the time anew; another one does,
  // though its wall time goes back.
  watch.Observe(other, start + absl::Seconds(10));
  EXPECT_FALSE(watch.MayTake("me", start + absl::Milliseconds(14'999)));
  EXPECT_TRUE(watch.MayTake("me", start + absl::Seconds(15)));
  watch.Observe(Held(other, "other", absl::Seconds(15), kNow - absl::Hours(5)),
                start + absl::Seconds(14));
  EXPECT_FALSE(watch.MayTake("me", start + absl::Seconds(28)));
  EXPECT_TRUE(watch.MayTake("me", start + absl::Seconds(29)));
}

TEST(LeaseRecord, R41CountsChangesOfHolderAndKeepsTheTimeOfAcquisition) {
  const LeaseRecord first = Held({}, "a", absl::Seconds(15), kNow);
  EXPECT_EQ(first.transitions, 0);
  EXPECT_EQ(first.acquire_time, "2024-01-01T00:00:00.000000Z");
  const LeaseRecord renewed =
      Held(first, "a", absl::Seconds(15), kNow + absl::Seconds(2));
  EXPECT_EQ(renewed.transitions, 0);
  EXPECT_EQ(renewed.acquire_time, first.acquire_time);
  EXPECT_EQ(renewed.renew_time, "2024-01-01T00:00:02.000000Z");
  const LeaseRecord taken =
      Held(renewed, "b", absl::Seconds(15), kNow + absl::Seconds(9));
  EXPECT_EQ(taken.transitions, 1);
  EXPECT_EQ(taken.acquire_time, taken.renew_time);
  const LeaseRecord released = Released(taken, kNow);
  EXPECT_EQ(released.holder, "");
  EXPECT_EQ(released.duration, absl::Seconds(1));  // R43.
  json::Value lease;
  WriteLease(taken, &lease);
  EXPECT_EQ(ReadLease(lease), taken);
}

// Time that goes on by each wait, which takes none: one thread is enough to
// play hours. Timers, which are for requests that hang, never fire.
class SteppingClock final : public Clock {
 public:
  absl::Time Now() const override {
    return kNow + absl::Nanoseconds(steady_ns_.load() + wall_ns_.load());
  }
  SteadyTime NowSteady() const override {
    return SteadyTime() + absl::Nanoseconds(steady_ns_.load());
  }
  bool WaitUntil(CondVar& cond, Mutex& mutex, SteadyTime deadline) override
      KAITO_REQUIRES(mutex) {
    if (deadline == SteadyTime::InfiniteFuture()) {
      cond.Wait(mutex);
      return false;
    }
    const int64_t ns = absl::ToInt64Nanoseconds(deadline - SteadyTime());
    if (ns > steady_ns_.load()) steady_ns_.store(ns);
    return true;
  }
  void JumpWall(absl::Duration step) {
    wall_ns_.fetch_add(absl::ToInt64Nanoseconds(step));
  }

 private:
  int64_t AddTimer(SteadyTime, absl::AnyInvocable<void()>) override {
    return ++last_timer_;
  }
  void CancelTimer(int64_t) override {}

  std::atomic<int64_t> steady_ns_ = int64_t{3600} * 1'000'000'000;
  std::atomic<int64_t> wall_ns_ = 0;
  std::atomic<int64_t> last_timer_ = 0;
};

class LeaderElectorTest : public ::testing::Test {
 protected:
  // A copy that leads until it is stopped.
  struct Copy {
    Copy(LeaderElectorTest& test, absl::string_view identity)
        : elector(test.clock_, test.api_,
                  {.lease = kLease,
                   .identity = std::string(identity),
                   .metrics = &test.metrics_}) {
      auto started = Thread::Start("copy", [this, &test] {
        result = elector.Run(
            [&](const StopToken& token) {
              leads = true;
              const absl::Status status =
                  WaitFor(test.clock_, absl::InfiniteDuration(), token);
              leads = false;
              return status;
            },
            stop.token());
        ended = true;
      });
      EXPECT_TRUE(started.ok());
      thread = *std::move(started);
    }

    LeaderElector elector;
    StopSource stop;
    std::atomic<bool> leads = false;
    std::atomic<bool> ended = false;
    absl::Status result;
    Thread thread;
  };

  // Time goes on by itself.
  void Until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }
  std::string Holder() {
    return std::string(
        api_.Read(kLeases, kLease).StringAt({"spec", "holderIdentity"}));
  }

  SteppingClock clock_;
  FakeApiClient api_{clock_};
  MetricRegistry metrics_;
};

TEST_F(LeaderElectorTest, R38RefusesTimesThatCannotWork) {
  const auto check = [&](absl::Duration duration, absl::Duration deadline,
                         absl::Duration retry) {
    LeaderElector elector(clock_, api_,
                          {.lease = kLease,
                           .identity = "a",
                           .duration = duration,
                           .renew_deadline = deadline,
                           .retry = retry});
    StopSource stopped;
    stopped.RequestStop();
    return elector.Run([](const StopToken&) { return absl::OkStatus(); },
                       stopped.token());
  };
  KAITO_EXPECT_OK(
      check(absl::Seconds(15), absl::Seconds(10), absl::Seconds(2)));
  EXPECT_THAT(check(absl::Seconds(10), absl::Seconds(10), absl::Seconds(2)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(check(absl::Seconds(15), absl::Seconds(10), absl::Seconds(9)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("above 1.2 times the retry of 9s")));
}

TEST_F(LeaderElectorTest, R40RenewsWithoutReadingAndGivesBackAtTheEnd) {
  Copy copy(*this, "a");
  Until([&] { return copy.leads.load(); });
  EXPECT_EQ(Holder(), "a");
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("leader_election_master_status{name=\"operator\"} 1"));
  const int64_t reads = api_.calls("get");
  Until([&] { return api_.calls("update") >= 5; });
  EXPECT_EQ(api_.calls("get"), reads);
  copy.stop.RequestStop();
  copy.thread.Join();
  KAITO_EXPECT_OK(copy.result);
  EXPECT_EQ(Holder(), "");
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("leader_election_master_status{name=\"operator\"} 0"));
}

TEST_F(LeaderElectorTest, R40ReadsFirstWhereItsWriteFails) {
  Copy copy(*this, "a");
  Until([&] { return copy.leads.load(); });
  // F22: someone edits the lease.
  const int64_t reads = api_.calls("get");
  json::Value lease = api_.Read(kLeases, kLease);
  lease["metadata"]["labels"]["edited"] = "yes";
  api_.Put(kLeases, lease);
  Until([&] { return api_.calls("get") > reads; });
  const int64_t updates = api_.calls("update");
  Until([&] { return api_.calls("update") >= updates + 3; });
  EXPECT_TRUE(copy.leads);
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("leader_election_slowpath_total{name=\"operator\"} 1"));
  copy.stop.RequestStop();
}

TEST_F(LeaderElectorTest, S6TakesOverWhenTheHolderIsSilent) {
  json::Value lease;
  lease["metadata"]["name"] = kLease.name;
  lease["metadata"]["namespace"] = kLease.ns;
  WriteLease(Held({}, "dead", absl::Seconds(15), clock_.Now()), &lease);
  api_.Put(kLeases, lease);
  // F21: its clock is an hour ahead of ours, and ours jumps.
  clock_.JumpWall(-absl::Hours(1));
  const SteadyTime start = clock_.NowSteady();
  SteadyTime taken;  // Of its first write, before it leads.
  api_.OnAnswer([&](const FakeCall& call) {
    if (call.verb == "update" && taken == SteadyTime()) {
      taken = clock_.NowSteady();
    }
    return absl::OkStatus();
  });
  Copy copy(*this, "b");
  Until([&] { return copy.leads.load(); });
  EXPECT_GE(taken - start, absl::Seconds(15));
  EXPECT_LE(taken - start, absl::Seconds(20));
  EXPECT_EQ(ReadLease(api_.Read(kLeases, kLease)).transitions, 1);
  copy.stop.RequestStop();
}

TEST_F(LeaderElectorTest, R43LosesTheLeaseWhenItCannotRenewAndKeepsOff) {
  Copy copy(*this, "a");
  Until([&] { return copy.leads.load(); });
  api_.OnCall([](const FakeCall&) { return absl::UnavailableError("down"); });
  Until([&] { return copy.ended.load(); });
  EXPECT_FALSE(copy.leads);
  EXPECT_THAT(copy.result, StatusIs(absl::StatusCode::kAborted,
                                    HasSubstr("leader election lost")));
  EXPECT_EQ(Holder(), "a");  // Not given back: it runs out by itself.
}

TEST_F(LeaderElectorTest, F20LosesTheLeaseAtOnceWhenAnotherHasIt) {
  Copy copy(*this, "a");
  Until([&] { return copy.leads.load(); });
  json::Value lease = api_.Read(kLeases, kLease);
  WriteLease(Held(ReadLease(lease), "b", absl::Seconds(15), clock_.Now()),
             &lease);
  api_.Put(kLeases, lease);
  Until([&] { return copy.ended.load(); });
  EXPECT_THAT(copy.result,
              StatusIs(absl::StatusCode::kAborted, HasSubstr("is held by b")));
  EXPECT_EQ(Holder(), "b");
}

TEST_F(LeaderElectorTest, EndsWithWhatItsWorkReturns) {
  LeaderElector elector(clock_, api_, {.lease = kLease, .identity = "a"});
  EXPECT_THAT(
      elector.Run([](const StopToken&) { return absl::DataLossError("x"); },
                  StopToken()),
      StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(Holder(), "");
}

}  // namespace
}  // namespace kaito::kube

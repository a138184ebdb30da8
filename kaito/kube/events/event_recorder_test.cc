#include "kaito/kube/events/event_recorder.h"

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/events/event_correlator.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Action = EventDecision::Action;

const api::GroupVersionResource kEvents = {"", "v1", "events"};
const absl::Time kNow = absl::FromUnixSeconds(1704067200);

EventDraft Draft(absl::string_view message, absl::string_view name = "ws") {
  return {.target = {.api_version = "kaito.sh/v1beta1",
                     .kind = "Workspace",
                     .ns = "team",
                     .name = std::string(name),
                     .uid = "u-1"},
          .warning = true,
          .reason = "WeightsMissing",
          .message = std::string(message)};
}

TEST(EventCorrelator, R47CountsTheSameEventAgain) {
  EventCorrelator correlator;
  const EventDecision first = correlator.Judge(Draft("m"), kNow, SteadyTime());
  EXPECT_EQ(first.action, Action::kCreate);
  const EventDecision second = correlator.Judge(
      Draft("m"), kNow + absl::Seconds(9), SteadyTime() + absl::Seconds(9));
  EXPECT_EQ(second.action, Action::kCount);
  EXPECT_EQ(second.count, 2);
  EXPECT_EQ(second.name, first.name);
  EXPECT_EQ(second.first, kNow);
  EXPECT_EQ(correlator.Judge(Draft("m", "other"), kNow, SteadyTime()).action,
            Action::kCreate);
}

TEST(EventCorrelator, R47CombinesMoreThanTenSimilarOnes) {
  EventCorrelator correlator;
  std::vector<EventDecision> decisions;
  for (int i = 0; i < 13; ++i) {
    decisions.push_back(correlator.Judge(Draft(absl::StrCat("m", i)), kNow,
                                         SteadyTime() + absl::Seconds(i)));
  }
  EXPECT_EQ(decisions[9].message, "m9");
  EXPECT_EQ(decisions[10].message, "(combined from similar events): m10");
  EXPECT_EQ(decisions[10].action, Action::kCreate);
  EXPECT_EQ(decisions[12].message, "(combined from similar events): m12");
  EXPECT_EQ(decisions[12].action, Action::kCount);
  EXPECT_EQ(decisions[12].count, 3);
  EXPECT_EQ(decisions[12].name, decisions[10].name);
  // Quiet for ten minutes: each for itself again.
  EXPECT_EQ(
      correlator.Judge(Draft("later"), kNow, SteadyTime() + absl::Minutes(11))
          .message,
      "later");
}

TEST(EventCorrelator, R47DropsWhatOneObjectSaysTooOften) {
  EventCorrelator correlator;
  const auto judge = [&](absl::string_view name, absl::Duration at) {
    return correlator.Judge(Draft("m", name), kNow, SteadyTime() + at).action;
  };
  for (int i = 0; i < 25; ++i) {
    EXPECT_NE(judge("ws", absl::ZeroDuration()), Action::kDrop) << i;
  }
  EXPECT_EQ(judge("ws", absl::Seconds(299)), Action::kDrop);
  EXPECT_EQ(judge("ws", absl::Seconds(301)), Action::kCount);
  EXPECT_EQ(judge("other", absl::Seconds(301)), Action::kCreate);
}

TEST(EventCorrelator, R47RemembersNoMoreThanItsBound) {
  EventCorrelator correlator({.max_remembered = 2});
  const auto judge = [&](absl::string_view name) {
    return correlator.Judge(Draft("m", name), kNow, SteadyTime()).action;
  };
  judge("a");
  judge("b");
  EXPECT_EQ(judge("a"), Action::kCount);
  judge("c");
  EXPECT_EQ(judge("a"), Action::kCount);
  EXPECT_EQ(judge("b"), Action::kCreate);
}

TEST(EventCorrelator, R50NamesEventsOfOneInstantApart) {
  EventCorrelator correlator;
  EXPECT_NE(correlator.Judge(Draft("1"), kNow, SteadyTime()).name,
            correlator.Judge(Draft("2"), kNow, SteadyTime()).name);
}

TEST(EventName, R50IsANameOfBoundedLength) {
  EXPECT_EQ(EventName("ws", kNow), "ws.17a6101701650000");
  EXPECT_EQ(EventName(std::string(300, 'x'), kNow).size(), 253);
}

class EventRecorderTest : public ::testing::Test {
 protected:
  EventRecorder Make(EventRecorderOptions options) {
    options.component = "kaito";
    options.metrics = &metrics_;
    return EventRecorder(clock_, api_, options);
  }
  std::string Dropped() {
    const std::string text = metrics_.Text();
    const std::string line = "events_dropped_total{component=\"kaito\"} ";
    const size_t at = text.find(line) + line.size();
    return text.substr(at, text.find('\n', at) - at);
  }

  FakeClock clock_;
  FakeApiClient api_{clock_};
  MetricRegistry metrics_;
  StopToken stop_;
};

TEST_F(EventRecorderTest, R46WritesWhatDescribeShows) {
  EventRecorder recorder = Make({});
  recorder.Record(Draft("no weights"));
  recorder.Record(Draft("no weights"));
  KAITO_ASSERT_OK(recorder.Start(stop_));
  recorder.Stop();
  ASSERT_THAT(api_.ReadAll(kEvents), SizeIs(1));
  const json::Value event = api_.ReadAll(kEvents)[0];
  EXPECT_EQ(event.StringAt({"involvedObject", "name"}), "ws");
  EXPECT_EQ(event.StringAt({"involvedObject", "namespace"}), "team");
  EXPECT_EQ(event.StringAt({"involvedObject", "kind"}), "Workspace");
  EXPECT_EQ(event.StringAt({"involvedObject", "uid"}), "u-1");
  EXPECT_EQ(event.StringAt({"metadata", "namespace"}), "team");
  EXPECT_EQ(event.StringAt({"type"}), "Warning");
  EXPECT_EQ(event.StringAt({"reason"}), "WeightsMissing");
  EXPECT_EQ(event.StringAt({"source", "component"}), "kaito");
  EXPECT_EQ(event.StringAt({"firstTimestamp"}), "2024-01-01T00:00:00Z");
  EXPECT_EQ(event.Find("count")->integer(), 2);
  EXPECT_THAT(api_.writes(), ElementsAre(StartsWith("create events team/ws."),
                                         StartsWith("patch events team/ws.")));
}

TEST_F(EventRecorderTest, R50PutsEventsOfTheClusterIntoDefaultAndCutsThem) {
  EventRecorder recorder = Make({});
  EventDraft draft = Draft(absl::StrCat(std::string(1023, 'x'), "é"));
  draft.target.ns.clear();
  recorder.Record(draft);
  KAITO_ASSERT_OK(recorder.Start(stop_));
  recorder.Stop();
  ASSERT_THAT(api_.ReadAll(kEvents), SizeIs(1));
  const json::Value event = api_.ReadAll(kEvents)[0];
  EXPECT_EQ(event.StringAt({"metadata", "namespace"}), "default");
  EXPECT_EQ(event.StringAt({"message"}), std::string(1023, 'x'));
}

TEST_F(EventRecorderTest, R49MakesAnewWhatHasVanished) {
  EventRecorder recorder = Make({});
  api_.OnCall([](const FakeCall& call) {
    return call.verb == "patch" ? absl::NotFoundError("expired")
                                : absl::OkStatus();
  });
  // The name has the time in it.
  api_.OnAnswer([this](const FakeCall&) {
    clock_.Advance(absl::Seconds(1));
    return absl::OkStatus();
  });
  recorder.Record(Draft("m"));
  recorder.Record(Draft("m"));
  KAITO_ASSERT_OK(recorder.Start(stop_));
  recorder.Stop();
  ASSERT_THAT(api_.ReadAll(kEvents), SizeIs(2));
  EXPECT_EQ(api_.ReadAll(kEvents)[1].Find("count")->integer(), 2);
}

TEST_F(EventRecorderTest, R49F33TriesTwelveTimesAndNeverHoldsUpItsCaller) {
  EventRecorder recorder = Make({.queue_capacity = 2});
  std::atomic<int> calls = 0;
  api_.OnCall([&](const FakeCall&) {
    ++calls;
    return absl::UnavailableError("429");
  });
  recorder.Record(Draft("1"));
  recorder.Record(Draft("2"));
  recorder.Record(Draft("3"));
  EXPECT_EQ(Dropped(), "1");
  KAITO_ASSERT_OK(recorder.Start(stop_));
  for (int wait = 0; wait < 22; ++wait) {
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(10));
  }
  recorder.Stop();
  EXPECT_EQ(calls, 24);
  EXPECT_EQ(Dropped(), "3");
}

TEST_F(EventRecorderTest, R49F25DoesNotRetryWhatIsRefused) {
  EventRecorder recorder = Make({});
  std::atomic<int> calls = 0;
  api_.OnCall([&](const FakeCall&) {
    return ++calls == 1 ? absl::AlreadyExistsError("")
                        : absl::PermissionDeniedError("namespace terminating");
  });
  recorder.Record(Draft("1"));
  recorder.Record(Draft("2"));
  KAITO_ASSERT_OK(recorder.Start(stop_));
  recorder.Stop();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(Dropped(), "2");
}

}  // namespace
}  // namespace kaito::kube

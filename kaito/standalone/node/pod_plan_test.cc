// The rules by which pods run: plans, back-off, records and statuses.
#include "kaito/standalone/node/pod_plan.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/node/pod_record.h"
#include "kaito/standalone/node/pod_status.h"

namespace kaito::standalone {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = ContainerRecord::State;

const SteadyTime kNow = SteadyTime::FromOrigin(absl::Hours(5));
const absl::Time kWall = absl::FromUnixSeconds(1700000000);

class PodRules : public ::testing::Test {
 protected:
  PodRules() {
    pod_.metadata.uid = "u";
    pod_.metadata.name = "p";
    pod_.spec.init_containers.resize(2);
    pod_.spec.init_containers[0].name = "i0";
    pod_.spec.init_containers[1].name = "i1";
    pod_.spec.containers.resize(2);
    pod_.spec.containers[0].name = "c0";
    pod_.spec.containers[1].name = "c1";
    record_ = NewPodRecord("u", "ns", "p", pod_.spec);
  }

  PodActions Plan(bool must_end = false) {
    return PlanPod(pod_.spec, record_, must_end, kNow);
  }
  static void End(ContainerRecord& record, int exit_code,
                  absl::Duration ran = absl::Seconds(1)) {
    record.attempt = record.attempt + 1;
    RecordEnd({.exit_code = exit_code,
               .reason = exit_code == 0 ? "Completed" : "Error",
               .started_at = kWall,
               .finished_at = kWall + ran,
               .attempt = record.attempt},
              kNow, record);
  }
  static void Run(ContainerRecord& record) {
    record.state = State::kRunning;
    record.attempt = 1;
    record.started = record.ready = true;
  }
  void FinishInit() {
    for (ContainerRecord& record : record_.init_containers) End(record, 0);
    record_.initialized = true;
  }
  api::PodStatus Status(bool ended = false) {
    return MakePodStatus(
        pod_, record_, {.host_ip = "127.0.0.1", .now = kWall, .ended = ended});
  }

  api::Pod pod_;
  PodRecord record_;
};

TEST_F(PodRules, InitContainersRunOneAfterTheOther) {
  EXPECT_THAT(Plan().start, ElementsAre(ContainerRef{true, 0}));
  Run(record_.init_containers[0]);
  EXPECT_THAT(Plan().start, IsEmpty());
  End(record_.init_containers[0], 0);
  EXPECT_THAT(Plan().start, ElementsAre(ContainerRef{true, 1}));
  End(record_.init_containers[1], 0);
  const PodActions actions = Plan();
  EXPECT_TRUE(actions.initialized);
  EXPECT_THAT(actions.start,
              ElementsAre(ContainerRef{false, 0}, ContainerRef{false, 1}));
}

TEST_F(PodRules, AFailedInitContainerEndsAPodThatMayNotRunAgain) {
  pod_.spec.restart_policy = "Never";
  End(record_.init_containers[0], 1);
  EXPECT_TRUE(Plan().ended);
  EXPECT_EQ(Status(true).phase, "Failed");
  pod_.spec.restart_policy = "OnFailure";
  EXPECT_FALSE(Plan().ended);
  EXPECT_THAT(Plan().start, ElementsAre(ContainerRef{true, 0}));
}

TEST_F(PodRules, TheRestartPolicyDecidesWhoRunsAgain) {
  const struct {
    const char* policy;
    int exit_code;
    bool again;
    const char* phase;
  } cases[] = {{"", 0, true, "Running"},
               {"Always", 1, true, "Running"},
               {"OnFailure", 0, false, "Succeeded"},
               {"OnFailure", 1, true, "Running"},
               {"Never", 0, false, "Succeeded"},
               {"Never", 1, false, "Failed"}};
  for (const auto& c : cases) {
    pod_.spec.restart_policy = c.policy;
    record_ = NewPodRecord("u", "ns", "p", pod_.spec);
    FinishInit();
    End(record_.containers[0], c.exit_code);
    End(record_.containers[1], 0);
    const PodActions actions = Plan();
    EXPECT_EQ(actions.ended, !c.again) << c.policy << c.exit_code;
    EXPECT_EQ(!actions.start.empty(), c.again) << c.policy << c.exit_code;
    EXPECT_EQ(Status(actions.ended).phase, c.phase) << c.policy << c.exit_code;
  }
}

TEST_F(PodRules, TheBackOffStartsWithTheSecondEndAndDoublesToFiveMinutes) {
  ContainerRecord& record = record_.containers[0];
  std::vector<int64_t> pauses;
  for (int i = 0; i < 8; ++i) {
    End(record, 1);
    pauses.push_back(absl::ToInt64Seconds(record.not_before - kNow));
  }
  EXPECT_THAT(pauses, ElementsAre(0, 10, 20, 40, 80, 160, 300, 300));
  End(record, 1, absl::Minutes(10));  // It ran well: from the start.
  EXPECT_EQ(record.not_before, kNow);
}

TEST_F(PodRules, APauseIsWaitedFor) {
  FinishInit();
  Run(record_.containers[1]);
  End(record_.containers[0], 1);
  End(record_.containers[0], 1);
  const PodActions actions = Plan();
  EXPECT_THAT(actions.start, IsEmpty());
  EXPECT_EQ(actions.wake, kNow + absl::Seconds(10));
  const api::PodStatus status = Status();
  EXPECT_EQ(status.container_statuses[0].state.waiting->reason,
            "CrashLoopBackOff");
  EXPECT_EQ(status.container_statuses[0].last_state.terminated->exit_code, 1);
}

TEST_F(PodRules, APodThatMustEndStopsWhatRunsAndStartsNothing) {
  FinishInit();
  Run(record_.containers[1]);
  const PodActions actions = Plan(/*must_end=*/true);
  EXPECT_THAT(actions.start, IsEmpty());
  EXPECT_THAT(actions.stop, ElementsAre(ContainerRef{false, 1}));
  EXPECT_FALSE(actions.ended);
  End(record_.containers[1], 143);
  EXPECT_TRUE(Plan(true).ended);
}

TEST_F(PodRules, StatusOfANewPodIsPending) {
  const api::PodStatus status = Status();
  EXPECT_EQ(status.phase, "Pending");
  EXPECT_EQ(status.init_container_statuses[0].state.waiting->reason,
            "ContainerCreating");
  EXPECT_EQ(status.container_statuses[0].state.waiting->reason,
            "PodInitializing");
  std::vector<std::string> conditions;
  for (const api::PodCondition& condition : status.conditions) {
    conditions.push_back(absl::StrCat(
        condition.type, "=", api::ConditionStatusName(condition.status), " ",
        condition.reason));
  }
  EXPECT_THAT(conditions,
              ElementsAre("PodScheduled=True ",
                          "Initialized=False ContainersNotInitialized",
                          "ContainersReady=False ContainersNotReady",
                          "Ready=False ContainersNotReady"));
}

TEST_F(PodRules, ReadyNeedsAllContainersAndGates) {
  FinishInit();
  Run(record_.containers[0]);
  Run(record_.containers[1]);
  record_.containers[1].ready = false;
  pod_.status = Status();
  EXPECT_EQ(pod_.status->phase, "Running");
  EXPECT_FALSE(api::IsPodReady(pod_));
  EXPECT_EQ(api::FindPodCondition(pod_, "Ready")->message,
            "containers with unready status: [c1]");
  record_.containers[1].ready = true;
  pod_.spec.readiness_gates.resize(1);
  pod_.spec.readiness_gates[0].condition_type = "example.com/gate";
  pod_.status = Status();
  EXPECT_EQ(api::FindPodCondition(pod_, "Ready")->reason,
            "ReadinessGatesNotReady");
  pod_.status->conditions.push_back(
      {.type = "example.com/gate", .status = api::ConditionStatus::kTrue});
  pod_.status = Status();
  EXPECT_TRUE(api::IsPodReady(pod_));
}

TEST_F(PodRules, AConditionsTimeChangesOnlyWithItsStatus) {
  pod_.status = Status();
  const absl::Time later = kWall + absl::Minutes(5);
  const api::PodStatus again =
      MakePodStatus(pod_, record_, {.host_ip = "127.0.0.1", .now = later});
  EXPECT_EQ(again, *pod_.status);  // Nothing to write.
  FinishInit();
  pod_.status = MakePodStatus(pod_, record_, {.now = later});
  EXPECT_EQ(api::FindPodCondition(pod_, "Initialized")->last_transition_time,
            api::Timestamp{later});
  EXPECT_EQ(api::FindPodCondition(pod_, "Ready")->last_transition_time,
            api::Timestamp{kWall});
}

TEST_F(PodRules, ATerminalPhaseStays) {
  pod_.status = api::PodStatus();
  pod_.status->phase = "Failed";
  EXPECT_EQ(Status().phase, "Failed");
}

TEST_F(PodRules, ARecordComesBackFromItsText) {
  FinishInit();
  record_.ip = "127.64.0.9";
  record_.start_time = kWall;
  End(record_.containers[0], 3);
  End(record_.containers[0], 137);
  record_.containers[0].last->message = "line\n\"quoted\"";
  record_.containers[0].restart_count = 2;
  record_.containers[1].interrupted = true;
  KAITO_ASSERT_OK_AND_ASSIGN(PodRecord again,
                             ParsePodRecord(FormatPodRecord(record_)));
  EXPECT_TRUE(Fits(again, pod_.spec));
  EXPECT_EQ(again.containers[0].previous->exit_code, 3);
  // When they may run again is found out anew.
  for (auto* list : {&again.init_containers, &again.containers}) {
    for (ContainerRecord& record : *list) record.not_before = kNow;
  }
  for (auto* list : {&record_.init_containers, &record_.containers}) {
    for (ContainerRecord& record : *list) record.not_before = kNow;
  }
  EXPECT_EQ(again, record_);
  EXPECT_FALSE(ParsePodRecord("{}").ok());
  EXPECT_FALSE(ParsePodRecord("not json").ok());
}

}  // namespace
}  // namespace kaito::standalone

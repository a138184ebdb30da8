// The rules of the workload controllers, without a server. golden_run_test has
// them all together, with the node agent.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/standalone/workloads/endpoints_controller.h"
#include "kaito/standalone/workloads/job_plan.h"
#include "kaito/standalone/workloads/replica_sets.h"
#include "kaito/standalone/workloads/scheduler.h"

namespace kaito::standalone {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

api::Pod JobPod(absl::string_view phase, int32_t restarts = 0) {
  api::Pod pod;
  pod.status = api::PodStatus{.phase = std::string(phase)};
  pod.status->container_statuses = {{.name = "c", .restart_count = restarts}};
  if (phase == "Failed") {
    pod.status->container_statuses[0].state.terminated =
        api::ContainerStateTerminated{.exit_code = 1,
                                      .finished_at = api::Timestamp{kNow}};
  }
  return pod;
}

std::string FailureReason(const JobPlan& plan) {
  const api::WorkloadCondition* failed =
      api::FindCondition(plan.status.conditions, api::job_condition::kFailed);
  return failed == nullptr ? "" : failed->reason;
}

TEST(PlanJob, StartsOnePodAndCompletesWithIt) {
  api::Job job;
  JobPlan plan = PlanJob(job, {}, kNow);
  EXPECT_EQ(plan.create, 1);
  EXPECT_EQ(plan.status.active, 1);
  EXPECT_EQ(plan.status.start_time, api::Timestamp{kNow});
  job.status = plan.status;
  plan = PlanJob(job, {JobPod("Running")}, kNow);
  EXPECT_EQ(plan.create, 0);
  EXPECT_EQ(plan.status, *job.status);  // Nothing to write.
  plan = PlanJob(job, {JobPod("Succeeded")}, kNow);
  EXPECT_EQ(plan.create, 0);
  EXPECT_TRUE(api::IsConditionTrue(plan.status.conditions, "Complete"));
  EXPECT_EQ(plan.status.succeeded, 1);
  EXPECT_EQ(plan.status.completion_time, api::Timestamp{kNow});
}

TEST(PlanJob, GivesUpWhenTheBackOffLimitIsReached) {
  api::Job job;
  job.spec.backoff_limit = 2;
  std::vector<api::Pod> pods = {JobPod("Failed"), JobPod("Failed")};
  JobPlan plan = PlanJob(job, pods, kNow);
  EXPECT_EQ(FailureReason(plan), "");
  EXPECT_EQ(plan.create, 0);  // Not yet: 10 s, then 20 s.
  EXPECT_EQ(plan.again_after, absl::Seconds(20));
  EXPECT_EQ(PlanJob(job, pods, kNow + absl::Seconds(20)).create, 1);
  pods.push_back(JobPod("Failed"));
  pods.push_back(JobPod("Running"));
  plan = PlanJob(job, pods, kNow);
  EXPECT_EQ(FailureReason(plan), "BackoffLimitExceeded");
  EXPECT_THAT(plan.remove, ElementsAre(&pods[3]));

  job.spec.pod_template.spec.restart_policy = "OnFailure";
  EXPECT_EQ(FailureReason(PlanJob(job, {JobPod("Running", 1)}, kNow)), "");
  EXPECT_EQ(FailureReason(PlanJob(job, {JobPod("Running", 2)}, kNow)),
            "BackoffLimitExceeded");
}

TEST(PlanJob, WaitsForAPodThatIsGoing) {
  api::Pod pod = JobPod("Running");
  pod.metadata.deletion_timestamp = api::Timestamp{kNow};
  EXPECT_EQ(PlanJob(api::Job(), {pod}, kNow).create, 0);
}

TEST(PlanJob, DeadlineSuspensionAndTimeToLive) {
  api::Job job;
  job.spec.active_deadline_seconds = 60;
  job.status = PlanJob(job, {}, kNow).status;
  const std::vector<api::Pod> pods = {JobPod("Running")};
  EXPECT_EQ(PlanJob(job, pods, kNow + absl::Seconds(59)).again_after,
            absl::Seconds(1));
  JobPlan plan = PlanJob(job, pods, kNow + absl::Seconds(60));
  EXPECT_EQ(FailureReason(plan), "DeadlineExceeded");
  EXPECT_EQ(plan.remove.size(), 1u);

  job.status = plan.status;
  job.spec.ttl_seconds_after_finished = 5;
  EXPECT_FALSE(PlanJob(job, {}, kNow + absl::Seconds(64)).remove_job);
  EXPECT_TRUE(PlanJob(job, {}, kNow + absl::Seconds(65)).remove_job);

  api::Job suspended;
  suspended.spec.suspend = true;
  plan = PlanJob(suspended, pods, kNow);
  EXPECT_TRUE(api::IsConditionTrue(plan.status.conditions, "Suspended"));
  EXPECT_EQ(plan.remove.size(), 1u);
}

TEST(PlanRollout, MovesToTheNewSetWithinItsLimits) {
  const struct {
    const char* what;
    RolloutLimits limits;
    Scale current;
    std::vector<Scale> old;
    int64_t new_wanted;
    std::vector<int64_t> old_wanted;
  } cases[] = {
      {"first", {1, 0, 1, false}, {0, 0, 0}, {}, 1, {}},
      // The golden Deployment: the old pod goes first.
      {"no surge", {1, 0, 1, false}, {0, 0, 0}, {{1, 1, 1}}, 0, {0}},
      {"then new", {1, 0, 1, false}, {0, 0, 0}, {{0, 1, 0}}, 1, {0}},
      {"surge", {2, 1, 0, false}, {0, 0, 0}, {{2, 2, 2}}, 1, {2}},
      {"surge, new not ready",
       {2, 1, 0, false},
       {1, 1, 0},
       {{2, 2, 2}},
       1,
       {2}},
      {"surge, new ready", {2, 1, 0, false}, {1, 1, 1}, {{2, 2, 2}}, 1, {1}},
      {"broken old goes", {1, 1, 0, false}, {1, 1, 0}, {{1, 1, 0}}, 1, {0}},
      {"recreate waits", {1, 1, 0, true}, {0, 0, 0}, {{1, 1, 1}}, 0, {0}},
      {"recreate", {1, 1, 0, true}, {0, 0, 0}, {{0, 0, 0}}, 1, {0}},
      {"scale down", {1, 1, 0, false}, {3, 3, 3}, {}, 1, {}},
  };
  for (const auto& c : cases) {
    const RolloutStep step = PlanRollout(c.limits, c.current, c.old);
    EXPECT_EQ(step.new_wanted, c.new_wanted) << c.what;
    EXPECT_EQ(step.old_wanted, c.old_wanted) << c.what;
  }
}

json::Value Golden(absl::string_view name) {
  const auto text = ReadFile(absl::StrCat("kaito/api/golden/", name), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  const auto document = yaml::Parse(*text);
  EXPECT_TRUE(document.ok()) << document.status();
  return document->value;
}

TEST(SubsetsOf, NamesReadyPodsOfTheRoleOnly) {
  const api::Service service =
      *api::DecodeOrError<api::Service>(Golden("service.yaml"), "service");
  api::Pod serving;
  serving.metadata.name = "s";
  serving.metadata.labels = service.spec.selector;
  serving.status = api::PodStatus{.phase = "Running", .pod_ip = "127.64.8.1"};
  api::Pod tuning = serving;
  tuning.metadata.labels["kaito.sh/role"] = "tuning";
  std::vector<api::EndpointSubset> subsets =
      SubsetsOf(service, {serving, tuning});
  ASSERT_EQ(subsets.size(), 1u);
  EXPECT_THAT(subsets[0].addresses, IsEmpty());
  EXPECT_EQ(subsets[0].not_ready_addresses.size(), 1u);
  serving.status->conditions = {
      {.type = "Ready", .status = api::ConditionStatus::kTrue}};
  subsets = SubsetsOf(service, {serving, tuning});
  ASSERT_EQ(subsets[0].addresses.size(), 1u);
  EXPECT_EQ(subsets[0].addresses[0].ip, "127.64.8.1");
  EXPECT_EQ(subsets[0].ports[0].port, 5000);
  serving.metadata.deletion_timestamp = api::Timestamp{kNow};
  EXPECT_THAT(SubsetsOf(service, {serving}), IsEmpty());
}

TEST(WhyNot, SaysWhatKeepsThePodOffTheNode) {
  const api::Job job = *api::DecodeOrError<api::Job>(Golden("job.yaml"), "job");
  api::Pod pod;
  pod.spec = job.spec.pod_template.spec;
  api::Node node;
  node.metadata.name = "n";
  EXPECT_EQ(WhyNot(pod, node, {}), "it is not ready");
  node.status = api::NodeStatus();
  node.status->conditions = {
      {.type = "Ready", .status = api::ConditionStatus::kTrue}};
  node.status->allocatable["pods"] = api::Quantity(10);
  EXPECT_THAT(*WhyNot(pod, node, {}), HasSubstr("node affinity"));
  node.metadata.labels["app"] = "tuning-phi-3";
  EXPECT_EQ(WhyNot(pod, node, {}),
            "insufficient nvidia.com/gpu: the pod asks for 1, 0 is free");
  node.status->allocatable["nvidia.com/gpu"] = api::Quantity(1);
  EXPECT_EQ(WhyNot(pod, node, {}), std::nullopt);
  api::Pod other = pod;
  other.spec.node_name = "n";
  EXPECT_THAT(*WhyNot(pod, node, {&other}), HasSubstr("nvidia.com/gpu"));
  other.status = api::PodStatus{.phase = "Succeeded"};
  EXPECT_EQ(WhyNot(pod, node, {&other}), std::nullopt);
  node.spec.taints = {{.key = "special", .effect = "NoSchedule"}};
  EXPECT_THAT(*WhyNot(pod, node, {}), HasSubstr("taint special"));
}

TEST(PodsOfMachine, AreThoseOfAllNodesThatReportIt) {
  const auto node = [](const std::string& name, const std::string& machine) {
    api::Node made;
    made.metadata.name = name;
    made.status = api::NodeStatus();
    if (!machine.empty()) {
      made.status->node_info = json::Object{{"machineID", machine}};
    }
    return made;
  };
  const std::vector<api::Node> nodes = {node("a", "m"), node("b", "m"),
                                        node("c", "other"), node("d", ""),
                                        node("e", "")};
  std::vector<api::Pod> pods(5);
  for (size_t i = 0; i < nodes.size(); ++i) {
    pods[i].spec.node_name = nodes[i].metadata.name;
  }
  const auto on = [&](size_t i) {
    return PodsOfMachine(nodes[i], nodes, pods);
  };
  EXPECT_THAT(on(0), ElementsAre(&pods[0], &pods[1]));
  EXPECT_THAT(on(1), ElementsAre(&pods[0], &pods[1]));
  EXPECT_THAT(on(2), ElementsAre(&pods[2]));
  EXPECT_THAT(on(3), ElementsAre(&pods[3]));
}

}  // namespace
}  // namespace kaito::standalone

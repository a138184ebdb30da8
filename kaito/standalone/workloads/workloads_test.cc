// The rules of the workload controllers, and the golden objects run by all of
// them together with the node agent: real processes and sockets, a fake API
// server.
#include "kaito/standalone/workloads/workloads.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/endpoints.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/standalone/network/forwarder.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/node_agent.h"
#include "kaito/standalone/testing/fake_api_client.h"
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

// The runtime of the walk-through, without its mathematics.
constexpr char kRuntime[] = R"sh(
case "$1" in
  pull) mkdir -p "$4" && echo "$2" > "$4/pulled" ;;
  fetch) echo rows > "$3/rows" ;;
  tune) cat "$3" "$5/pulled" "$7/rows" > "$9/adapter" ;;
  serve)
    for last; do :; done
    exec python3 -c '
import http.server, sys
host, port = sys.argv[1].split(":")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answer of " + host.encode())
    def log_message(self, *args):
        pass
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
' "$last" ;;
esac
)sh";

class GoldenRun : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    const std::string script = JoinPath(dir_.path(), "runtime.sh");
    KAITO_ASSERT_OK(WriteFileAtomic(script, kRuntime));
    KAITO_ASSERT_OK_AND_ASSIGN(network_, Network::Create(dir_.path()));
    char cwd[4096];
    ASSERT_NE(getcwd(cwd, sizeof(cwd)), nullptr);
    NodeAgentOptions options = {
        .data_dir = dir_.path(),
        .node_name = "here",
        .labels = {{"app", "tuning-phi-3"}},
        .images = {{.repository = "kaito/runtime",
                    .entrypoint = {"/bin/sh", script},
                    .names = {"runtime"}}},
        .shim_command = {
            JoinPath(cwd, "kaito/standalone/node/container_shim_main")}};
    UseNetwork(*network_, options);
    KAITO_ASSERT_OK_AND_ASSIGN(
        agent_, StartNodeAgent(options, client_, clock_, StopToken()));
    KAITO_ASSERT_OK_AND_ASSIGN(
        workloads_, StartWorkloads(client_, clock_, *network_, StopToken()));
    client_.Put(Golden("configmap.yaml"));
    api::Secret secret;
    secret.metadata.name = "registry-push";
    secret.metadata.ns = "default";
    api::SetSecretValue(secret, ".dockerconfigjson", ::kaito::Secret("{}"));
    client_.Put(api::Encode(secret));
  }
  void TearDown() override {
    workloads_.reset();
    if (agent_ != nullptr) agent_->ShutDown();
  }

  // This machine may have no GPU, and a test no ten seconds between probes; the
  // rest is as it is.
  static json::Value ForThisMachine(json::Value workload) {
    json::Value& spec = workload["spec"]["template"]["spec"];
    for (json::Value& container : *spec["containers"].array()) {
      (void)container.object()->Erase("resources");
      for (const absl::string_view probe : {"startupProbe", "readinessProbe"}) {
        if (json::Value* found = container.Find(probe)) {
          (*found)["periodSeconds"] = 1;
        }
      }
    }
    return workload;
  }

  TempDir dir_;
  RealClock clock_;
  FakeApiClient client_{clock_};
  std::unique_ptr<Network> network_;
  std::unique_ptr<NodeAgent> agent_;
  std::unique_ptr<Workloads> workloads_;
};

TEST_F(GoldenRun, TheJobRunsToItsEnd) {
  client_.Put(ForThisMachine(Golden("job.yaml")));
  ASSERT_TRUE(client_.Await("jobs", "default", "workspace-tuning-phi-3",
                            [](const json::Value& value) {
                              const auto job =
                                  api::DecodeOrError<api::Job>(value, "job");
                              return job.ok() && api::IsJobFinished(*job);
                            }))
      << json::Write(client_.At("jobs", "default", "workspace-tuning-phi-3"));
  const api::Job job = *api::DecodeOrError<api::Job>(
      client_.At("jobs", "default", "workspace-tuning-phi-3"), "job");
  EXPECT_TRUE(api::IsConditionTrue(job.status->conditions, "Complete"));
  EXPECT_EQ(job.status->succeeded, 1);
  EXPECT_EQ(job.status->active, 0);
  const std::vector<json::Value> pods = client_.All("pods");
  ASSERT_EQ(pods.size(), 1u);
  EXPECT_EQ(pods[0].StringAt({"metadata", "labels", "kaito.sh/role"}),
            "tuning");
  EXPECT_EQ(pods[0].StringAt({"spec", "nodeName"}), "here");
}

TEST_F(GoldenRun, TheDeploymentAnswersThroughItsService) {
  client_.Put(Golden("service.yaml"));
  client_.Put(ForThisMachine(Golden("deployment.yaml")));
  ASSERT_TRUE(
      client_.Await("deployments", "default", "workspace-tuning-phi-3",
                    [](const json::Value& deployment) {
                      const json::Value* available =
                          deployment.FindPath({"status", "availableReplicas"});
                      return available != nullptr && available->integer() == 1;
                    }))
      << json::Write(client_.All("pods"));
  ASSERT_TRUE(client_.Await("endpoints", "default", "workspace-tuning-phi-3",
                            [](const json::Value& endpoints) {
                              return absl::StrContains(json::Write(endpoints),
                                                       "\"addresses\"");
                            }));
  const std::string address(
      client_.At("services", "default", "workspace-tuning-phi-3")
          .StringAt({"spec", "clusterIP"}));
  EXPECT_EQ(address.substr(0, 4), "127.");
  // Root may bind port 80; others find it elsewhere, and the Service says so.
  int32_t port = 80;
  for (const auto& [at, bound] : network_->forwarder().Moved()) {
    if (at == ForwardAddress{address, 80}) port = bound;
  }
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<http::Client> http,
      http::Client::Create(clock_, {.proxy_from = http::ProxyFrom::kNowhere}));
  // The Service learns of its Endpoints a moment after they are written.
  absl::StatusOr<http::Response> response = absl::UnavailableError("");
  for (int i = 0; i < 500 && !response.ok(); ++i) {
    response =
        http->Do({.url = absl::StrCat("http://", address, ":", port, "/chat")},
                 StopToken());
    (void)WaitFor(clock_, absl::Milliseconds(10), StopToken());
  }
  KAITO_ASSERT_OK(response);
  EXPECT_THAT(response->body, HasSubstr("answer of 127."));
  // At rest nobody writes.
  const int64_t writes = client_.writes();
  KAITO_ASSERT_OK(WaitFor(clock_, absl::Milliseconds(300), StopToken()));
  EXPECT_LE(client_.writes(), writes + 1);  // A heartbeat may fall into it.
}

TEST_F(GoldenRun, ADeletedPodOfADeploymentIsReplaced) {
  client_.Put(ForThisMachine(Golden("deployment.yaml")));
  std::string first;
  const auto running = [&](const json::Value& deployment) {
    const json::Value* available =
        deployment.FindPath({"status", "availableReplicas"});
    return available != nullptr && available->integer() == 1;
  };
  ASSERT_TRUE(client_.Await("deployments", "default", "workspace-tuning-phi-3",
                            running));
  for (const json::Value& pod : client_.All("pods")) {
    first = std::string(pod.StringAt({"metadata", "name"}));
  }
  KAITO_ASSERT_OK(client_.Delete(api::Pod::kKind.gvr(), {"default", first}, {},
                                 StopToken()));
  ASSERT_TRUE(
      client_.Await("pods", "default", first,
                    [](const json::Value& pod) { return pod.is_null(); }));
  ASSERT_TRUE(client_.Await("deployments", "default", "workspace-tuning-phi-3",
                            running));
  std::vector<json::Value> pods = client_.All("pods");
  ASSERT_EQ(pods.size(), 1u);
  EXPECT_NE(pods[0].StringAt({"metadata", "name"}), first);
}

}  // namespace
}  // namespace kaito::standalone

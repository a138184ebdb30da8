// The agent as a whole, against a fake API server.
#include "kaito/standalone/node/node_agent.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/machine.h"
#include "kaito/standalone/node/node_object.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/process_plan.h"
#include "kaito/standalone/testing/fake_api_client.h"

namespace kaito::standalone {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::SizeIs;

class NodeAgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    char cwd[4096];
    ASSERT_NE(getcwd(cwd, sizeof(cwd)), nullptr);
    options_ = {
        .data_dir = dir_.path(),
        .node_name = "here",
        .images = {{.repository = "kaito/runtime",
                    .entrypoint = {"/bin/sh", "-c"},
                    .names = {"runtime"}}},
        .shim_command = {JoinPath(cwd,
                                  "kaito/standalone/node/container_shim_main")},
        .acquire_ip =
            [](const std::string&, const std::string&) {
              return std::string("127.64.200.8");
            },
        .release_ip = [](const std::string&) {},
        .port_remaps = [] { return std::vector<PortRemap>(); },
    };
  }
  void TearDown() override {
    agent_.reset();
    const auto uids = ListDir(JoinPath(dir_.path(), "pods"), 1000);
    if (!uids.ok()) return;
    for (const std::string& uid : *uids) {
      KAITO_EXPECT_OK(PodDirectory::Of(JoinPath(dir_.path(), "pods"), uid)
                          ->Remove(clock_, StopToken()));
    }
  }

  void Start() {
    KAITO_ASSERT_OK_AND_ASSIGN(
        agent_, StartNodeAgent(options_, client_, clock_, StopToken()));
  }
  void PutPod(const std::string& name, const std::string& script) {
    client_.Put(json::Object{
        {"apiVersion", "v1"},
        {"kind", "Pod"},
        {"metadata", json::Object{{"name", name}, {"namespace", "default"}}},
        {"spec",
         json::Object{{"nodeName", "here"},
                      {"restartPolicy", "Never"},
                      {"containers", json::Array{json::Object{
                                         {"name", "main"},
                                         {"image", "kaito/runtime"},
                                         {"args", json::Array{script}}}}}}}});
  }
  bool AwaitPhase(const std::string& name, absl::string_view phase) {
    return client_.Await("pods", "default", name,
                         [phase](const json::Value& pod) {
                           return pod.StringAt({"status", "phase"}) == phase;
                         });
  }
  std::string Uid(const std::string& name) const {
    return std::string(
        client_.At("pods", "default", name).StringAt({"metadata", "uid"}));
  }

  TempDir dir_;
  RealClock clock_;
  FakeApiClient client_{clock_};
  NodeAgentOptions options_;
  std::unique_ptr<NodeAgent> agent_;
};

TEST_F(NodeAgentTest, RegistersTheMachineAndItsLease) {
  Start();
  ASSERT_TRUE(
      client_.Await("leases", "kube-node-lease", "here",
                    [](const json::Value& lease) { return !lease.is_null(); }));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const api::Node node,
      api::DecodeOrError<api::Node>(client_.At("nodes", "", "here"), "node"));
  EXPECT_TRUE(api::IsNodeReady(node));
  EXPECT_EQ(node.metadata.labels.at("kubernetes.io/hostname"), "here");
  EXPECT_GT(node.status->allocatable.at("memory").Value(), 1 << 20);
  agent_->ShutDown();
  KAITO_ASSERT_OK_AND_ASSIGN(
      const api::Node gone,
      api::DecodeOrError<api::Node>(client_.At("nodes", "", "here"), "node"));
  EXPECT_FALSE(api::IsNodeReady(gone));
}

TEST_F(NodeAgentTest, RunsPodsAndGivesTheirLogs) {
  Start();
  PutPod("quick", "echo one; echo two");
  ASSERT_TRUE(AwaitPhase("quick", "Succeeded"));
  std::string log;
  const auto append = [&log](absl::string_view piece) {
    absl::StrAppend(&log, piece);
    return absl::OkStatus();
  };
  PodLogRequest request = {.pod_uid = Uid("quick"), .container = "main"};
  request.read.tail_lines = 1;
  KAITO_EXPECT_OK(agent_->ReadLog(request, append, StopToken()));
  EXPECT_EQ(log, "two\n");
  request.follow = true;  // It has ended: so does the answer.
  KAITO_EXPECT_OK(agent_->ReadLog(request, append, StopToken()));
  EXPECT_EQ(log, "two\ntwo\n");
  request.previous = true;
  EXPECT_THAT(agent_->ReadLog(request, append, StopToken()),
              StatusIs(absl::StatusCode::kNotFound));
  request.pod_uid = "../etc";
  EXPECT_THAT(agent_->ReadLog(request, append, StopToken()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(client_.All("events"), SizeIs(1));  // Started.
}

TEST_F(NodeAgentTest, KillsWhatWasDeletedByForce) {
  Start();
  PutPod("long", "sleep 1000 & wait");
  ASSERT_TRUE(AwaitPhase("long", "Running"));
  const std::string uid = Uid("long");
  KAITO_ASSERT_OK(client_.Delete(api::Pod::kKind.gvr(), {"default", "long"},
                                 {.grace_period_seconds = 0}, StopToken()));
  const PodDirectory dir =
      *PodDirectory::Of(JoinPath(dir_.path(), "pods"), uid);
  while (access(dir.path().c_str(), F_OK) == 0) {
    KAITO_ASSERT_OK(WaitFor(clock_, absl::Milliseconds(5), StopToken()));
  }
}

TEST_F(NodeAgentTest, RemovesPodsThatWereDeletedWhileItWasAway) {
  Start();
  PutPod("long", "sleep 1000 & wait");
  ASSERT_TRUE(AwaitPhase("long", "Running"));
  const std::string uid = Uid("long");
  agent_.reset();  // Killed; the process runs on.
  const PodDirectory dir =
      *PodDirectory::Of(JoinPath(dir_.path(), "pods"), uid);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto process,
      FindContainer(dir.RunDir("main", 1), clock_, StopToken()));
  ASSERT_TRUE(process.has_value());
  KAITO_ASSERT_OK(client_.Delete(api::Pod::kKind.gvr(), {"default", "long"},
                                 {.grace_period_seconds = 0}, StopToken()));
  Start();
  EXPECT_NE(access(dir.path().c_str(), F_OK), 0);
}

TEST(NodeStatus, IsWrittenOnlyWhereMoreThanTheHeartbeatChanged) {
  const Machine machine = {.host_name = "m", .cpus = 2, .memory_bytes = 1024};
  const absl::Time now = absl::FromUnixSeconds(1700000000);
  const api::NodeStatus first = MakeNodeStatus("m", machine, {}, true, now);
  const api::NodeStatus later =
      MakeNodeStatus("m", machine, first, true, now + absl::Minutes(1));
  EXPECT_FALSE(NodeStatusChanged(first, later));
  EXPECT_TRUE(NodeStatusChanged(
      first, MakeNodeStatus("m", machine, first, false, now)));
  EXPECT_EQ(first.capacity.at("nvidia.com/gpu").Value(), 0);
}

}  // namespace
}  // namespace kaito::standalone

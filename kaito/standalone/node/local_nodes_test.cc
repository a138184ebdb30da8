#include "kaito/standalone/node/local_nodes.h"

#include <stdlib.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/machine.h"
#include "kaito/standalone/node/node_records.h"
#include "kaito/standalone/testing/fake_api_client.h"

namespace kaito::standalone {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LocalNodesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    Open();
  }
  void Open() {
    nodes_.reset();
    KAITO_ASSERT_OK_AND_ASSIGN(
        nodes_, LocalNodes::Open({.dir = JoinPath(dir_.path(), "nodes"),
                                  .name = "here",
                                  .labels = {{"own", "1"}},
                                  .machine = {.host_name = "here", .id = "m"}},
                                 client_, clock_));
    KAITO_ASSERT_OK(nodes_->Start(StopToken()));
  }
  LocalNode Add(const std::string& claim) {
    auto node = nodes_->Add(
        {.claim = claim,
         .labels = {{"app", claim}},
         .taints = {{.key = "sku", .value = "gpu", .effect = "NoSchedule"}}});
    KAITO_EXPECT_OK(node);
    return node.ok() ? *std::move(node) : LocalNode();
  }
  bool AwaitReady(const std::string& name) {
    return client_.Await("nodes", "", name, [](const json::Value& value) {
      const auto node = api::DecodeOrError<api::Node>(value, "node");
      return node.ok() && api::IsNodeReady(*node);
    });
  }
  bool AwaitGone(absl::string_view resource, absl::string_view ns,
                 absl::string_view name) {
    return client_.Await(resource, ns, name, [](const json::Value& value) {
      return value.is_null();
    });
  }
  void PutPod(const std::string& name, const std::string& node) {
    client_.Put(json::Object{
        {"apiVersion", "v1"},
        {"kind", "Pod"},
        {"metadata", json::Object{{"name", name}, {"namespace", "default"}}},
        {"spec", json::Object{{"nodeName", node}}}});
  }
  absl::Status EndPod(const std::string& name) {
    return client_.Delete(api::Pod::kKind.gvr(), {"default", name},
                          {.grace_period_seconds = 0}, StopToken());
  }

  TempDir dir_;
  RealClock clock_;
  FakeApiClient client_{clock_};
  std::unique_ptr<LocalNodes> nodes_;
};

TEST_F(LocalNodesTest, TheFirstClaimGetsTheMachinesOwnNodeOthersEachTheirs) {
  ASSERT_TRUE(AwaitReady("here"));
  EXPECT_EQ(Add("ws1").name, "here");
  EXPECT_EQ(Add("ws2").name, "here-ws2");
  EXPECT_EQ(Add("ws2").name, "here-ws2");  // Again: no third one.
  ASSERT_TRUE(AwaitReady("here-ws2"));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const api::Node own,
      api::DecodeOrError<api::Node>(client_.At("nodes", "", "here"), "node"));
  KAITO_ASSERT_OK_AND_ASSIGN(const api::Node second,
                             api::DecodeOrError<api::Node>(
                                 client_.At("nodes", "", "here-ws2"), "node"));
  EXPECT_EQ(own.spec.provider_id, "kaito-local://here");
  EXPECT_EQ(own.metadata.labels.at("own"), "1");
  EXPECT_THAT(own.spec.taints, IsEmpty());
  EXPECT_EQ(second.spec.provider_id, "kaito-local://here/ws2");
  EXPECT_EQ(second.metadata.labels.at("app"), "ws2");
  EXPECT_EQ(second.metadata.labels.at("kubernetes.io/hostname"), "here-ws2");
  EXPECT_THAT(second.spec.taints, SizeIs(1));
  EXPECT_EQ(second.status->node_info.StringAt({"machineID"}), "m");
  EXPECT_TRUE(
      client_.Await("leases", "kube-node-lease", "here-ws2",
                    [](const json::Value& lease) { return !lease.is_null(); }));
  EXPECT_THAT(nodes_->Claimed(), SizeIs(2));
  nodes_->Withdraw(StopToken());
  KAITO_ASSERT_OK_AND_ASSIGN(const api::Node ended,
                             api::DecodeOrError<api::Node>(
                                 client_.At("nodes", "", "here-ws2"), "node"));
  EXPECT_FALSE(api::IsNodeReady(ended));
}

TEST_F(LocalNodesTest, ANodeGoesWithItsPodsOnlyAndTheMachinesOwnStays) {
  Add("ws1");
  Add("ws2");
  ASSERT_TRUE(AwaitReady("here-ws2"));
  PutPod("own", "here");
  PutPod("theirs", "here-ws2");
  // The pod takes its time, and so the node is still going.
  KAITO_EXPECT_OK(nodes_->Remove("ws2", StopToken()));
  EXPECT_FALSE(client_.At("pods", "default", "theirs")
                   .StringAt({"metadata", "deletionTimestamp"})
                   .empty());
  EXPECT_TRUE(client_.At("nodes", "", "here-ws2").is_null());
  EXPECT_TRUE(nodes_->Has("here-ws2"));  // Somebody must end the pod.
  EXPECT_THAT(nodes_->Add({.claim = "ws2"}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(nodes_->Claimed(), SizeIs(1));
  KAITO_ASSERT_OK(EndPod("theirs"));
  EXPECT_THAT(nodes_->Remove("ws2", StopToken()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(nodes_->Has("here-ws2"));

  EXPECT_THAT(nodes_->Remove("ws1", StopToken()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(client_.At("pods", "default", "own")
                  .StringAt({"metadata", "deletionTimestamp"})
                  .empty());
  EXPECT_FALSE(client_.At("nodes", "", "here").is_null());
  EXPECT_EQ(Add("ws3").name, "here");  // It is free again.
}

TEST_F(LocalNodesTest, ComeBackWithTheNextProgramAndAfterTheirObjectsAreLost) {
  Add("ws1");
  const LocalNode second = Add("ws2");
  ASSERT_TRUE(AwaitReady("here-ws2"));
  nodes_.reset();  // Killed.
  for (const char* name : {"here", "here-ws2"}) {
    KAITO_ASSERT_OK(
        client_.Delete(api::Node::kKind.gvr(), {"", name}, {}, StopToken()));
  }
  KAITO_ASSERT_OK(
      WriteFileAtomic(JoinPath(dir_.path(), "nodes/torn.json"), "{\"na"));
  Open();
  ASSERT_TRUE(AwaitReady("here"));
  ASSERT_TRUE(AwaitReady("here-ws2"));
  EXPECT_EQ(
      client_.At("nodes", "", "here").StringAt({"metadata", "labels", "app"}),
      "ws1");
  EXPECT_EQ(Add("ws2"), second);
  EXPECT_THAT(nodes_->Remove("ws2", StopToken()),
              StatusIs(absl::StatusCode::kNotFound));
  Open();
  EXPECT_FALSE(nodes_->Has("here-ws2"));
  EXPECT_TRUE(nodes_->Has("here"));
}

TEST_F(LocalNodesTest, DeletesPodsWhoseNodeIsGone) {
  nodes_.reset();
  client_.Put(json::Object{{"apiVersion", "v1"},
                           {"kind", "Node"},
                           {"metadata", json::Object{{"name", "foreign"}}}});
  PutPod("lost", "here-ws7");
  PutPod("foreign", "foreign");
  PutPod("own", "here");
  Open();
  ASSERT_TRUE(AwaitGone("pods", "default", "lost"));
  EXPECT_FALSE(client_.At("pods", "default", "foreign").is_null());
  EXPECT_FALSE(client_.At("pods", "default", "own").is_null());
}

TEST_F(LocalNodesTest, RefusesNamesThatNoNodeCanHave) {
  EXPECT_THAT(nodes_->Add({.claim = "../x"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Add("ws1").name, "here");  // It was given back.
  EXPECT_THAT(nodes_->Add({.claim = std::string(64, 'a')}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Add(std::string(60, 'a')).name, std::string(60, 'a'));
  EXPECT_THAT(nodes_->Remove("unknown", StopToken()),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace kaito::standalone

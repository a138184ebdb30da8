#include "kaito/operator/standalone.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;

class StandaloneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<TempDir> dir = TempDir::Create(::testing::TempDir());
    ASSERT_TRUE(dir.ok()) << dir.status();
    dir_ = *std::move(dir);
    Start();
  }
  void Start() {
    absl::StatusOr<std::unique_ptr<Standalone>> started = Standalone::Start(
        clock_, {.data_dir = absl::StrCat(dir_.path(), "/data"),
                 .port = 0,
                 .node_name = "test-node"});
    ASSERT_TRUE(started.ok()) << started.status();
    standalone_ = *std::move(started);
  }

  static bool IsReady(const json::Value& machine) {
    const json::Value* list = machine.FindPath({"status", "conditions"});
    if (list == nullptr || list->array() == nullptr) return false;
    for (const json::Value& condition : *list->array()) {
      if (condition.StringAt({"type"}) == "Ready") {
        return condition.StringAt({"status"}) == "True";
      }
    }
    return false;
  }

  json::Value Workspace(absl::string_view preset) {
    absl::StatusOr<json::Value> value =
        json::Parse(absl::StrCat(R"({
      "apiVersion": "kaito.sh/v1alpha1", "kind": "Workspace",
      "metadata": {"name": "w"},
      "resource": {"instanceType": "Standard_NC6s_v3",
                   "labelSelector": {"matchLabels": {"app": "w"}}},
      "inference": {"preset": {"name": ")",
                                 preset, "\"}}}"));
    EXPECT_TRUE(value.ok()) << value.status();
    return *value;
  }

  const api::GroupVersionResource workspaces_ = {"kaito.sh", "v1alpha1",
                                                 "workspaces"};
  RealClock clock_;
  TempDir dir_;
  std::unique_ptr<Standalone> standalone_;
};

TEST_F(StandaloneTest, AdmitsWorkspacesAsAClusterWould) {
  const absl::StatusOr<json::Value> made = standalone_->client().Create(
      workspaces_, "default", Workspace("Tiny-Phi-3-Instruct"), {},
      StopToken());
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->StringAt({"inference", "preset", "name"}),
            "tiny-phi-3-instruct");

  const absl::Status refused =
      standalone_->client()
          .Create(workspaces_, "default", Workspace("no-such-model"), {},
                  StopToken())
          .status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("no-such-model"));
}

TEST_F(StandaloneTest, KeepsObjectsAndRefusesASecondInstance) {
  ASSERT_TRUE(standalone_->client()
                  .Create(workspaces_, "default",
                          Workspace("tiny-phi-3-instruct"), {}, StopToken())
                  .ok());
  EXPECT_EQ(
      Standalone::Start(
          clock_, {.data_dir = absl::StrCat(dir_.path(), "/data"), .port = 0})
          .status()
          .code(),
      absl::StatusCode::kFailedPrecondition);
  standalone_->Stop();
  standalone_.reset();
  Start();
  EXPECT_TRUE(standalone_->client()
                  .Get(workspaces_, {"default", "w"}, StopToken())
                  .ok());
}

TEST_F(StandaloneTest, TwoInstancesNeverGiveTheSameServiceAddress) {
  const api::GroupVersionResource services = {"", "v1", "services"};
  absl::StatusOr<std::unique_ptr<Standalone>> second = Standalone::Start(
      clock_, {.data_dir = absl::StrCat(dir_.path(), "/second"),
               .port = 0,
               .node_name = "test-node"});
  ASSERT_TRUE(second.ok()) << second.status();
  const json::Value service = json::Object{
      {"apiVersion", "v1"},
      {"kind", "Service"},
      {"metadata", json::Object{{"name", "s"}}},
      {"spec",
       json::Object{{"ports", json::Array{json::Object{{"port", 80}}}}}}};
  // 127.64.0.0/10 has 1024 blocks of 4096 addresses.
  const auto block = [&](Standalone& instance) {
    const absl::StatusOr<json::Value> made =
        instance.client().Create(services, "default", service, {}, StopToken());
    EXPECT_TRUE(made.ok()) << made.status();
    if (!made.ok()) return std::string();
    const std::vector<std::string> parts =
        absl::StrSplit(made->StringAt({"spec", "clusterIP"}), '.');
    int third = 0;
    EXPECT_TRUE(parts.size() == 4 && absl::SimpleAtoi(parts[2], &third));
    return absl::StrCat(parts[1], "/", third / 16);
  };
  EXPECT_NE(block(*standalone_), block(**second));
}

TEST_F(StandaloneTest, GivesEachMachineANodeAndTakesItBack) {
  const api::GroupVersionResource machines = {"karpenter.sh", "v1alpha5",
                                              "machines"};
  const api::GroupVersionResource nodes = {"", "v1", "nodes"};
  for (const char* name : {"ws1", "ws2"}) {
    const json::Value machine = json::Object{
        {"apiVersion", "karpenter.sh/v1alpha5"},
        {"kind", "Machine"},
        {"metadata",
         json::Object{{"name", name},
                      {"labels", json::Object{{"kaito.sh/workspace", name},
                                              {"app", name}}}}},
        {"spec", json::Object{{"requirements", json::Array()}}}};
    ASSERT_TRUE(standalone_->client()
                    .Create(machines, "", machine, {}, StopToken())
                    .ok());
    // Asks until it is ready; the test's own time limit ends it.
    json::Value status;
    while (status.StringAt({"status", "nodeName"}).empty() ||
           !IsReady(status)) {
      WaitFor(clock_, absl::Milliseconds(10), StopToken()).IgnoreError();
      absl::StatusOr<json::Value> now =
          standalone_->client().Get(machines, {"", name}, StopToken());
      ASSERT_TRUE(now.ok()) << now.status();
      status = *std::move(now);
    }
    const std::string node(status.StringAt({"status", "nodeName"}));
    EXPECT_EQ(node,
              name == absl::string_view("ws1") ? "test-node" : "test-node-ws2");
    const absl::StatusOr<json::Value> object =
        standalone_->client().Get(nodes, {"", node}, StopToken());
    ASSERT_TRUE(object.ok()) << object.status();
    EXPECT_EQ(object->StringAt({"metadata", "labels", "app"}), name);
  }
  // The second one's Node goes with it, and the first one keeps its labels.
  ASSERT_TRUE(standalone_->client()
                  .Delete(machines, {"", "ws2"}, {}, StopToken())
                  .ok());
  while (standalone_->client()
             .Get(machines, {"", "ws2"}, StopToken())
             .status()
             .code() != absl::StatusCode::kNotFound) {
    WaitFor(clock_, absl::Milliseconds(10), StopToken()).IgnoreError();
  }
  const absl::StatusOr<kube::ObjectList> left =
      standalone_->client().List(nodes, "", {}, StopToken());
  ASSERT_TRUE(left.ok()) << left.status();
  ASSERT_EQ(left->items.size(), 1u);
  EXPECT_EQ(left->items[0].StringAt({"metadata", "labels", "app"}), "ws1");
}

}  // namespace
}  // namespace kaito::controller

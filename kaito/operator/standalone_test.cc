#include "kaito/operator/standalone.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"

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

}  // namespace
}  // namespace kaito::controller

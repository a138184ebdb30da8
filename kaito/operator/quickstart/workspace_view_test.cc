#include "kaito/operator/quickstart/workspace_view.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

json::Value Parse(const char* text) {
  const absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

constexpr char kRunning[] = R"({
  "metadata": {"name": "acme"},
  "resource": {"instanceType": "Standard_NC6s_v3"},
  "status": {
    "progress": {"step": 120, "totalSteps": 450, "loss": 0.41,
                 "tokensPerSecond": 6100.5, "etaSeconds": 33},
    "conditions": [
      {"type": "ResourceReady", "status": "True", "message": "ready"},
      {"type": "InferenceReady", "status": "False"},
      {"type": "WorkspaceReady", "status": "Unknown"}]}})";

TEST(WorkspaceView, HasKubectlsColumns) {
  const json::Value ws = Parse(kRunning);
  EXPECT_EQ(ColumnHeader(ws),
            "NAME   INSTANCE           RESOURCEREADY   INFERENCEREADY   "
            "WORKSPACEREADY   AGE");
  EXPECT_EQ(ColumnValues(ws, absl::Seconds(34)),
            "acme   Standard_NC6s_v3   True            False            "
            "Unknown          34s");
  EXPECT_EQ(ProgressLine(ws),
            "step 120/450  loss 0.410  6100 tok/s  33 s left");
  EXPECT_EQ(ConditionMessage(ws, "ResourceReady"), "ready");
  EXPECT_EQ(ConditionStatus(ws, "JobStarted"), "");
}

TEST(WorkspaceView, SaysNothingOfStepsBeforeTheFirst) {
  json::Value ws = Parse(kRunning);
  ws["status"]["progress"] = json::Object{{"step", 0}, {"totalSteps", 0}};
  EXPECT_EQ(ProgressLine(ws), "");
  ws["status"]["progress"] = json::Object{{"step", 0}, {"totalSteps", 450}};
  EXPECT_EQ(ProgressLine(ws), "step 0/450");
}

TEST(WorkspaceView, APipeGetsALineForEachChange) {
  json::Value ws = Parse(kRunning);
  WorkspaceView view(/*terminal=*/false);
  EXPECT_THAT(view.Update(ws, absl::Seconds(1)), StartsWith("NAME "));
  EXPECT_EQ(view.Update(ws, absl::Seconds(2)), "");
  ws["status"]["progress"]["step"] = 121;
  const std::string changed = view.Update(ws, absl::Seconds(3));
  EXPECT_THAT(changed, HasSubstr("step 121/450"));
  EXPECT_THAT(changed, Not(HasSubstr("acme")));
}

TEST(WorkspaceView, ATerminalIsDrawnInPlace) {
  const json::Value ws = Parse(kRunning);
  WorkspaceView view(/*terminal=*/true);
  EXPECT_THAT(view.Update(ws, absl::Seconds(1)), Not(HasSubstr("\x1b[1A")));
  EXPECT_THAT(view.Update(ws, absl::Seconds(125)),
              StartsWith("\x1b[1A\x1b[1A\r\x1b[2Kacme "));
}

TEST(WorkspaceView, AnEmptyObjectIsNoReasonToFail) {
  WorkspaceView view(/*terminal=*/false);
  EXPECT_THAT(view.Update(json::Value(json::Object{}), absl::ZeroDuration()),
              HasSubstr("0s"));
}

}  // namespace
}  // namespace kaito::controller

#include "kaito/cli/status/describe.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/cli/status/change_lines.h"
#include "kaito/cli/status/workspace_report.h"

namespace kaito::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

json::Value Parse(absl::string_view text) {
  const absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

absl::Time At(absl::string_view time) {
  const absl::StatusOr<absl::Time> parsed = api::ParseTimestamp(time);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.value_or(absl::UnixEpoch());
}

const absl::Time kNow = At("2026-01-02T03:04:35Z");

// A tuning whose pod was killed once and runs again.
WorkspaceReport Tuning() {
  WorkspaceReport report;
  report.workspace = Parse(R"({
    "metadata": {"name": "acme", "namespace": "default",
                 "creationTimestamp": "2026-01-02T03:04:01Z"},
    "resource": {"instanceType": "Standard_NC6s_v3"},
    "tuning": {"preset": {"name": "tiny-phi-3-instruct"}, "method": "qlora",
               "output": {"image": "127.64.0.2:5000/acme:1.0.0"}},
    "status": {
      "state": "Running",
      "progress": {"step": 120, "totalSteps": 450, "loss": 0.41,
                   "tokensPerSecond": 6100.5, "etaSeconds": 33},
      "conditions": [
        {"type": "ResourceReady", "status": "True",
         "reason": "workspaceResourceStatusSuccess",
         "message": "1 node is ready: host1."},
        {"type": "WorkspaceReady", "status": "False",
         "reason": "workspacePending",
         "message": "The tuning job runs again, after: it was killed; this text is longer than a line of the terminal is wide."}]}})");
  report.objects = {
      Parse(R"({"kind": "Machine", "metadata": {"name": "ws1", "uid": "m"},
        "status": {"nodeName": "host1",
          "conditions": [{"type": "Ready", "status": "True"}]}})"),
      Parse(R"({"kind": "Job", "metadata": {"name": "acme", "uid": "j"},
        "status": {"active": 1, "failed": 1}})"),
      Parse(R"({"kind": "Pod", "metadata": {"name": "acme-x", "uid": "p"},
        "status": {"phase": "Running",
          "initContainerStatuses": [
            {"name": "data", "state": {"terminated": {"exitCode": 0}}}],
          "containerStatuses": [{"name": "acme", "restartCount": 2,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}})"),
      Parse(R"({"kind": "Service", "metadata": {"name": "acme", "uid": "s"},
        "spec": {"clusterIP": "127.64.0.3", "ports": [
          {"port": 80, "protocol": "TCP"},
          {"port": 29500, "protocol": "TCP"}]}})")};
  report.events = {Parse(R"({"metadata": {"uid": "e"}, "type": "Warning",
        "reason": "workspacePending", "message": "It was killed.", "count": 3,
        "lastTimestamp": "2026-01-02T03:04:30Z"})")};
  report.notes = {"NodeClaim not shown: forbidden"};
  return report;
}

TEST(DescribeWorkspace, IsTheGolden) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string golden,
      ReadFile("kaito/cli/status/testdata/tuning.txt", 1 << 20));
  EXPECT_EQ(DescribeWorkspace(Tuning(), kNow, 72), golden);
}

TEST(DescribeWorkspace, ShowsNothingThatATerminalObeys) {
  WorkspaceReport report = Tuning();
  report.workspace["metadata"]["name"] = "a\x1b]0;owned\x07";
  report.workspace["status"]["state"] =
      "\xc2\x9b"
      "2J";
  report.objects[0]["metadata"]["name"] = "\x1b[2J";
  report.events[0]["message"] = "\x1b[31m";
  report.notes = {"\x1b[H"};
  const std::string text = DescribeWorkspace(report, kNow, 0);
  EXPECT_THAT(text, AllOf(HasSubstr("a\\x1b]0;owned\\x07"),
                          Not(HasSubstr("\x1b")), Not(HasSubstr("\xc2\x9b"))));
  ChangeLines lines;
  EXPECT_THAT(lines.Update(report, kNow), Not(HasSubstr("\x1b")));
}

TEST(DescribeWorkspace, AnEmptyObjectIsNoReasonToFail) {
  const WorkspaceReport empty = {.workspace = json::Object{}};
  EXPECT_THAT(DescribeWorkspace(empty, kNow, 0), HasSubstr("NAME"));
  // Nor are members of other types than ours.
  const WorkspaceReport odd = {
      .workspace = Parse(R"({"metadata": [], "status": {"conditions": {},
                              "progress": 3}})"),
      .objects = {Parse(R"({"kind": 4, "status": "x"})")}};
  EXPECT_THAT(DescribeWorkspace(odd, kNow, 0), HasSubstr("NAME"));
  EXPECT_EQ(WorkspaceToJson(odd).StringAt({"name"}), "");
}

TEST(ListWorkspaces, HasARowEach) {
  EXPECT_EQ(
      ListWorkspaces({Tuning().workspace}, kNow, /*with_namespace=*/true),
      "NAMESPACE   NAME   INSTANCE           RESOURCEREADY   INFERENCEREADY   "
      "WORKSPACEREADY   STATE     STEP   LOSS    AGE\n"
      "default     acme   Standard_NC6s_v3   True                             "
      "False            Running   120    0.410   34s\n");
}

TEST(WorkspaceToJson, KeepsTheStatus) {
  const json::Value json = WorkspaceToJson(Tuning());
  EXPECT_EQ(json.StringAt({"status", "state"}), "Running");
  EXPECT_EQ(json.Find("objects")->array()->at(2).StringAt({"state"}),
            "Running, acme waiting (CrashLoopBackOff), 2 restarts");
  EXPECT_EQ(json.Find("events")->array()->size(), 1);
}

TEST(ChangeLines, TellsEachThingWhenItChanges) {
  WorkspaceReport report = Tuning();
  ChangeLines lines;
  EXPECT_THAT(
      lines.Update(report, kNow),
      AllOf(HasSubstr("03:04:35 Machine ws1: ready, node host1\n"),
            HasSubstr("03:04:35 ResourceReady True "),
            HasSubstr("03:04:35 step 120/450  loss 0.410"),
            HasSubstr("03:04:35 Warning event workspacePending: It was")));
  EXPECT_EQ(lines.Update(report, kNow + absl::Seconds(1)), "");
  report.workspace["status"]["progress"]["step"] = 121;
  report.events[0]["count"] = 4;
  EXPECT_EQ(lines.Update(report, kNow + absl::Seconds(2)),
            "03:04:37 step 121/450  loss 0.410  6100 tok/s  33 s left\n"
            "03:04:37 Warning event workspacePending: It was killed.\n");
}

}  // namespace
}  // namespace kaito::cli

#include "kaito/cli/status/status_command.h"

#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/machine/machine.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/access/connect.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/status/screen.h"
#include "kaito/kube/fake/fake_api_client.h"

namespace kaito::cli {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

json::Value Parse(absl::string_view text) {
  const absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

class StatusTest : public ::testing::Test {
 protected:
  StatusTest() : api_(clock_) {
    api_.Put(WorkspaceGvr(), Workspace("acme", "Running"));
    api_.Put(WorkspaceGvr(), Workspace("other", "Ready"));
    api_.Put(api::Machine::kKind.gvr(), Parse(R"({
      "metadata": {"name": "ws1", "labels": {
        "kaito.sh/workspace": "acme",
        "kaito.sh/workspacenamespace": "default"}}})"));
    api_.Put(api::Pod::kKind.gvr(), Parse(R"({
      "metadata": {"name": "acme-x", "namespace": "default",
                   "labels": {"kaito.sh/workspace": "acme"}},
      "status": {"phase": "Running"}})"));
    api_.Put(api::Pod::kKind.gvr(), Parse(R"({
      "metadata": {"name": "other-y", "namespace": "default",
                   "labels": {"kaito.sh/workspace": "other"}}})"));
  }

  static json::Value Workspace(absl::string_view name,
                               absl::string_view state) {
    json::Value workspace = Parse(R"({
      "metadata": {"namespace": "default"},
      "resource": {"instanceType": "Standard_NC6s_v3"},
      "inference": {"preset": {"name": "phi-4"}}})");
    workspace["metadata"]["name"] = name;
    workspace["status"]["state"] = state;
    return workspace;
  }

  absl::Status Show(const StatusOptions& options, bool terminal = false) {
    return ShowStatus(options, api_,
                      {.clock = clock_,
                       .stop = stop_.token(),
                       .out = out_,
                       .err = err_,
                       .out_is_terminal = terminal});
  }

  FakeClock clock_;
  kube::FakeApiClient api_;
  StopSource stop_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(StatusTest, ShowsOneWithItsObjects) {
  KAITO_ASSERT_OK(Show({.ns = "default", .name = "acme"}));
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("State     Running"), HasSubstr("Machine ws1"),
                    HasSubstr("Pod acme-x: Running"), Not(HasSubstr("other"))));
}

TEST_F(StatusTest, ListsThemAll) {
  KAITO_ASSERT_OK(Show({.ns = "default"}));
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\nacme "), HasSubstr("\nother ")));
}

TEST_F(StatusTest, SaysWhatToDoWhereThereAreNone) {
  KAITO_ASSERT_OK(Show({.ns = "empty"}));
  EXPECT_THAT(out_.str(), HasSubstr("no Workspaces in namespace empty"));
}

TEST_F(StatusTest, WritesJson) {
  KAITO_ASSERT_OK(
      Show({.ns = "default", .name = "acme", .output = OutputFormat::kJson}));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value json, json::Parse(out_.str()));
  EXPECT_EQ(json.StringAt({"status", "state"}), "Running");
}

TEST_F(StatusTest, NamesTheWorkspaceThatIsNotThere) {
  EXPECT_THAT(Show({.ns = "default", .name = "nobody"}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nobody")));
  EXPECT_THAT(Show({.ns = "default", .name = "nobody", .watch = true}),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(StatusTest, NotesWhatItMayNotRead) {
  api_.OnCall([](const kube::FakeCall& call) {
    return call.gvr == api::Job::kKind.gvr()
               ? absl::PermissionDeniedError("jobs are forbidden")
               : absl::OkStatus();
  });
  KAITO_ASSERT_OK(Show({.ns = "default", .name = "acme"}));
  EXPECT_THAT(out_.str(), HasSubstr("Job not shown: "));
}

TEST_F(StatusTest, AWatchTellsChangesUntilItIsStopped) {
  // Each look at the Workspace is a turn of the story.
  int looks = 0;
  api_.OnCall([&](const kube::FakeCall& call) {
    if (call.verb != "get" || call.gvr != WorkspaceGvr()) {
      return absl::OkStatus();
    }
    ++looks;
    if (looks == 2) return absl::UnavailableError("connection refused");
    if (looks == 4) {
      json::Value changed = Workspace("acme", "Ready");
      changed["status"]["progress"] =
          json::Object{{"step", 7}, {"totalSteps", 9}};
      api_.Put(WorkspaceGvr(), changed);
    }
    if (looks == 5) stop_.RequestStop();
    return absl::OkStatus();
  });
  KAITO_ASSERT_OK(Show({.ns = "default",
                        .name = "acme",
                        .watch = true,
                        .interval = absl::ZeroDuration()}));
  EXPECT_THAT(out_.str(), HasSubstr(" step 7/9\n"));
  EXPECT_THAT(err_.str(), HasSubstr("connection refused; trying again"));
}

TEST(Screen, DrawsWhatFits) {
  std::ostringstream out;
  {
    Screen screen(out);
    out.str("");
    screen.Show("12345\ngrüße\nthird\n", {.columns = 4, .rows = 2});
    EXPECT_EQ(out.str(), "\x1b[H1234\x1b[K\r\ngrüß\x1b[K\x1b[J");
    out.str("");
  }
  EXPECT_EQ(out.str(), "\x1b[?25h\x1b[?1049l");
}

}  // namespace
}  // namespace kaito::cli

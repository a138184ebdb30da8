#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/cli/doctor/cluster_facts.h"
#include "kaito/cli/doctor/doctor_command.h"
#include "kaito/cli/doctor/findings.h"
#include "kaito/cli/doctor/machine_facts.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/kube/fake/fake_api_client.h"

namespace kaito::cli {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Level = Finding::Level;

// One on which all is well.
MachineFacts Healthy() {
  return {.programs = {{"curl", "/usr/bin/curl"}},
          .missing_packages = std::vector<std::string>(),
          .data_dir = "/data",
          .disk_free_bytes = int64_t{100} << 30,
          .memory_available_bytes = int64_t{16} << 30};
}

const Finding& Of(const std::vector<Finding>& findings,
                  absl::string_view check) {
  static const auto* none = new Finding{.check = "none"};
  for (const Finding& finding : findings) {
    if (finding.check == check) return finding;
  }
  ADD_FAILURE() << "no finding of " << check;
  return *none;
}

TEST(JudgeMachine, AHealthyOneNeedsNothing) {
  for (const Finding& finding : JudgeMachine(Healthy())) {
    EXPECT_EQ(finding.level, Level::kOk) << finding.check << finding.what;
    EXPECT_EQ(finding.remedy, "") << finding.check;
  }
}

TEST(JudgeMachine, EachLackHasItsRemedy) {
  MachineFacts facts = Healthy();
  facts.programs = {{"docker-registry", ""}};
  facts.missing_packages = {"libcurl4-openssl-dev", "clang"};
  facts.service_port = absl::PermissionDeniedError("127.64.0.1:80: no");
  facts.api_port = absl::AlreadyExistsError("127.0.0.1:6443: in use");
  facts.disk_free_bytes = 1000;
  facts.memory_available_bytes = 1000;
  facts.gpu_driver = "535.1";
  facts.wanted_preset = "phi-4";
  const std::vector<Finding> findings = JudgeMachine(facts);
  const auto expect = [&](absl::string_view check, Level level,
                          absl::string_view remedy) {
    EXPECT_EQ(Of(findings, check).level, level) << check;
    EXPECT_THAT(Of(findings, check).remedy, HasSubstr(std::string(remedy)));
  };
  expect("program docker-registry", Level::kWarn, "tools/fetch_tools.sh");
  expect("packages", Level::kFail, "libcurl4-openssl-dev clang");
  expect("port 80", Level::kWarn, "ip_unprivileged_port_start");
  expect("port 6443", Level::kWarn, "running already");
  expect("disk", Level::kFail, "--data-dir");
  expect("memory", Level::kFail, "another machine");
  expect("GPU", Level::kWarn, "nvidia-smi");
  expect("weights of phi-4", Level::kFail, "microsoft/phi-4");
}

TEST(JudgeMachine, FindsWeightsWhereTheyAre) {
  MachineFacts facts = Healthy();
  facts.local_weights = {"phi-4"};
  facts.wanted_preset = "phi-4";
  EXPECT_EQ(Of(JudgeMachine(facts), "weights of phi-4").level, Level::kOk);
  facts.wanted_preset = "phi-5";
  EXPECT_EQ(Of(JudgeMachine(facts), "weights of phi-5").level, Level::kFail);
  facts.wanted_preset = "tiny-phi-3-instruct";
  EXPECT_EQ(Of(JudgeMachine(facts), "weights of tiny-phi-3-instruct").level,
            Level::kOk);
}

TEST(LookAtMachine, SeesWhatIsThere) {
  const std::string root = std::getenv("TEST_TMPDIR");
  const std::string models = JoinPath(root, "kaito/models/phi-4");
  KAITO_ASSERT_OK(MakeDirs(models));
  KAITO_ASSERT_OK(WriteFileAtomic(JoinPath(models, "config.json"), "{}"));
  KAITO_ASSERT_OK(MakeDirs(JoinPath(root, "third_party")));
  KAITO_ASSERT_OK(
      WriteFileAtomic(JoinPath(root, "third_party/packages.txt"),
                      "# All that is needed.\nno-such-package  # Why.\n"));
  const MachineFacts facts = LookAtMachine(
      {.env = [&](absl::string_view name) -> std::optional<std::string> {
        if (name == "XDG_DATA_HOME" || name == "BUILD_WORKSPACE_DIRECTORY") {
          return root;
        }
        return std::nullopt;
      }});
  EXPECT_THAT(facts.local_weights, ElementsAre("phi-4"));
  if (facts.missing_packages) {
    EXPECT_THAT(*facts.missing_packages, ElementsAre("no-such-package"));
  }
  EXPECT_GT(facts.disk_free_bytes.value_or(0), 0);
  EXPECT_GT(facts.memory_available_bytes.value_or(0), 0);
  KAITO_EXPECT_OK(facts.free_port);
  EXPECT_EQ(facts.programs[0].path, "");  // There is no PATH.
}

TEST(JudgeCluster, NamesCauseAndRemedy) {
  EXPECT_EQ(JudgeCluster({.access = absl::NotFoundError("")})[0].level,
            Level::kWarn);
  const Finding wrong =
      JudgeCluster({.access = absl::InvalidArgumentError("c: bad")})[0];
  EXPECT_EQ(wrong.level, Level::kFail);
  EXPECT_EQ(wrong.what, "c: bad");
  const Finding gone = JudgeCluster(
      {.origin = "o", .workspaces = absl::UnavailableError("x")})[0];
  EXPECT_EQ(gone.level, Level::kFail);
  EXPECT_THAT(gone.remedy, HasSubstr("running"));
  EXPECT_THAT(
      JudgeCluster({.origin = "o", .workspaces = absl::NotFoundError("x")})[0]
          .remedy,
      HasSubstr("CustomResourceDefinitions"));
}

TEST(LookAtCluster, AsksForKindsAndRights) {
  RealClock clock;
  kube::FakeApiClient api(clock);
  api.OnCall([](const kube::FakeCall& call) {
    if (call.gvr.group == "karpenter.sh") return absl::NotFoundError("kind");
    if (call.gvr.resource == "selfsubjectaccessreviews" &&
        call.body.StringAt({"spec", "resourceAttributes", "verb"}) ==
            "delete") {
      return absl::NotFoundError("no such kind");
    }
    return absl::OkStatus();
  });
  const ClusterFacts facts = LookAtCluster(api, "o", "default", {});
  KAITO_EXPECT_OK(facts.workspaces);
  // The fake gives no status, which is no permission.
  EXPECT_THAT(facts.denied, ElementsAre("create workspaces.kaito.sh"));
  const std::vector<Finding> findings = JudgeCluster(facts);
  EXPECT_EQ(Of(findings, "nodes").level, Level::kWarn);
  EXPECT_THAT(Of(findings, "permissions").what, HasSubstr("create workspaces"));
}

TEST(LookAtRegistry, TellsARegistryByItsAnswer) {
  RealClock clock;
  int code = 200;
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<http::Server> server,
      http::Server::Start(clock, {},
                          [&](const http::ServerRequest& request,
                              http::ResponseWriter& writer) {
                            EXPECT_EQ(request.target.path, "/v2/");
                            writer.Send({.code = code}).IgnoreError();
                          }));
  const std::string host = absl::StrCat("127.0.0.1:", server->port());
  const auto level = [&](absl::string_view registry) {
    return JudgeRegistry(LookAtRegistry(registry, clock, {})).level;
  };
  EXPECT_EQ(level(host), Level::kOk);
  code = 401;
  EXPECT_EQ(level(host + "/models"), Level::kOk);
  code = 404;
  EXPECT_EQ(level(host), Level::kFail);
  EXPECT_EQ(level("127.0.0.1:1"), Level::kFail);
}

TEST(ShowFindings, FailsWhereOneIsOfFailure) {
  RealClock clock;
  std::ostringstream out;
  std::ostringstream err;
  const Context context = {.clock = clock, .stop = {}, .out = out, .err = err};
  const std::vector<Finding> findings = {
      {.check = "disk", .what = "all is well"},
      {.check = "memory",
       .level = Level::kFail,
       .what = "none\x1b[2J",
       .remedy = "buy some"}};
  EXPECT_THAT(
      ShowFindings(findings, OutputFormat::kText, context),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("1 of 2")));
  EXPECT_EQ(out.str(),
            "ok    disk: all is well\n"
            "fail  memory: none\\x1b[2J\n"
            "      buy some\n");
  out.str("");
  EXPECT_FALSE(ShowFindings(findings, OutputFormat::kJson, context).ok());
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value json, json::Parse(out.str()));
  EXPECT_EQ(json.Find("failures")->integer(), 1);
}

}  // namespace
}  // namespace kaito::cli

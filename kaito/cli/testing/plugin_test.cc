// kubectl-kaito as users run it: the program itself, and real kubectl that finds
// it in its PATH, against the standalone API server over TLS.

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/machine/crd.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/process/subprocess.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/access_loader.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/standalone/apiserver/server/api_server.h"

namespace kaito::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr char kProgram[] = "kaito/cli/kubectl-kaito";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class PluginTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_,
                               TempDir::Create(Environment("TEST_TMPDIR")));
    KAITO_ASSERT_OK_AND_ASSIGN(
        server_, apiserver::ApiServer::Start(
                     clock_, {.data_dir = dir_.path(),
                              .definitions = {api::WorkspaceCrd({}),
                                              api::MachineCrd({})}}));
    KAITO_ASSERT_OK_AND_ASSIGN(
        kube::ClusterAccess access,
        kube::LoadClusterAccess({.kubeconfig = server_->kubeconfig_path()}));
    KAITO_ASSERT_OK_AND_ASSIGN(
        client_, kube::HttpApiClient::Connect(clock_, std::move(access), {}));
    CreateWorkspace();
  }

  void CreateWorkspace() {
    json::Value workspace = json::Object{{"apiVersion", "kaito.sh/v1alpha1"},
                                         {"kind", "Workspace"}};
    workspace["metadata"]["name"] = "acme";
    workspace["resource"]["labelSelector"]["matchLabels"]["app"] = "acme";
    workspace["resource"]["instanceType"] = "Standard_NC6s_v3";
    workspace["inference"]["preset"]["name"] = "phi-4";
    const api::GroupVersionResource gvr = {"kaito.sh", "v1alpha1",
                                           "workspaces"};
    KAITO_ASSERT_OK_AND_ASSIGN(
        json::Value created,
        client_->Create(gvr, "default", workspace, {}, StopToken()));
    created["status"]["state"] = "Pending";
    created["status"]["conditions"].Append(
        json::Object{{"type", "WorkspaceReady"},
                     {"status", "False"},
                     {"reason", "WeightsMissing"},
                     {"message", "The weights are \x1b[2J nowhere."},
                     {"lastTransitionTime", "2026-01-02T03:04:05Z"}});
    KAITO_ASSERT_OK(client_
                        ->Update(gvr, {"default", "acme"}, created,
                                 {.subresource = "status"}, StopToken())
                        .status());
  }

  // With the program's directory first in the PATH.
  ProcessResult Execute(std::vector<std::string> argv) {
    const absl::StatusOr<ProcessResult> result = Subprocess::Run(
        {.argv = std::move(argv),
         .env = {{"PATH",
                  absl::StrCat(Dirname(kProgram), ":", Environment("PATH"))},
                 {"HOME", dir_.path()},
                 {"KUBECONFIG", server_->kubeconfig_path()}},
         .out = Stdio::Capture(1 << 20),
         .err = Stdio::Capture(1 << 20)},
        {.clock = &clock_, .timeout = absl::Seconds(60)}, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : ProcessResult();
  }

  RealClock clock_;
  TempDir dir_;
  std::unique_ptr<apiserver::ApiServer> server_;
  std::unique_ptr<kube::HttpApiClient> client_;
};

TEST_F(PluginTest, ShowsAWorkspaceByItself) {
  const ProcessResult one = Execute({kProgram, "status", "acme"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out,
              AllOf(HasSubstr("State     Pending"), HasSubstr("WeightsMissing"),
                    HasSubstr("The weights are \\x1b[2J nowhere.")));
  const ProcessResult all =
      Execute({kProgram, "status", "-A", "--once", "-o", "json"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value json, json::Parse(all.out));
  EXPECT_EQ(json.Find("workspaces")->array()->size(), 1);
  const ProcessResult version = Execute({kProgram, "version"});
  EXPECT_THAT(version.out, ContainsRegex("API server v1\\.[0-9]+"));
}

TEST_F(PluginTest, SaysWhatIsWrong) {
  const ProcessResult absent = Execute({kProgram, "status", "nobody"});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.err, HasSubstr("nobody"));
  const ProcessResult chat = Execute({kProgram, "chat", "acme", "Hello"});
  EXPECT_EQ(chat.exit_code, 1);
  EXPECT_THAT(chat.err, HasSubstr("does not answer yet"));
  server_->Stop(absl::ZeroDuration());
  const ProcessResult gone = Execute({kProgram, "status"});
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_THAT(gone.err, HasSubstr("is it running?"));
}

TEST_F(PluginTest, DoctorLooksAtTheServer) {
  const ProcessResult doctor = Execute({kProgram, "doctor", "-o", "json"});
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value json, json::Parse(doctor.out));
  std::string of_cluster;
  for (const json::Value& finding : *json.Find("findings")->array()) {
    if (finding.StringAt({"check"}) != "cluster") continue;
    of_cluster = std::string(finding.StringAt({"what"}));
  }
  EXPECT_THAT(of_cluster, HasSubstr("answers, with Workspaces"));
}

// In PATH, or where tools/fetch_tools.sh puts it.
std::string FindKubectl() {
  std::string tools = Environment("KAITO_TOOLS_DIR");
  // Bazel gives tests another $HOME.
  const passwd* user = getpwuid(getuid());
  if (tools.empty() && user != nullptr) {
    tools = JoinPath(user->pw_dir, ".cache/kaito/tools");
  }
  for (const std::string& path :
       {std::string("/usr/bin/kubectl"), std::string("/usr/local/bin/kubectl"),
        tools + "/bin/kubectl"}) {
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

TEST_F(PluginTest, IsAPlugInOfKubectl) {
  const std::string kubectl = FindKubectl();
  if (kubectl.empty()) {
    GTEST_SKIP() << "no kubectl; tools/fetch_tools.sh kubectl";
  }
  const ProcessResult status =
      Execute({kubectl, "kaito", "status", "acme", "-n", "default"});
  EXPECT_EQ(status.exit_code, 0) << status.err;
  EXPECT_THAT(status.out, HasSubstr("WeightsMissing"));
  const ProcessResult wrong = Execute({kubectl, "kaito", "stauts"});
  EXPECT_NE(wrong.exit_code, 0);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean status?"));
}

}  // namespace
}  // namespace kaito::cli

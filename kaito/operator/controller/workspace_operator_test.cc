// The operator with its threads, over an API server's memory.
#include "kaito/operator/controller/workspace_operator.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/secret.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/controller/world.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;

const kube::ObjectKey kKey = {"default", "workspace-tuning-phi-3"};

json::Value Workspace() {
  const auto text = ReadFile("kaito/api/golden/workspace.yaml", 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  json::Value workspace = yaml::Parse(*text)->value;
  workspace["apiVersion"] = "kaito.sh/v1beta1";
  return workspace;
}

// Something has happened since it was last asked.
class Occasion {
 public:
  void Tell() {
    MutexLock lock(mutex_);
    told_ = true;
    changed_.NotifyAll();
  }
  // False: the deadline is there.
  bool Await(Clock& clock, SteadyTime deadline) {
    MutexLock lock(mutex_);
    while (!told_) {
      if (clock.WaitUntil(changed_, mutex_, deadline)) return false;
    }
    told_ = false;
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool told_ KAITO_GUARDED_BY(mutex_) = false;
};

TEST(StartOperator, BringsAWorkspaceToReadyByChangesAlone) {
  RealClock clock;
  kube::FakeApiClient api(clock);
  World world(api);
  world.termination = R"({"code":0,"reason":"Completed","digest":"sha256:1"})";
  api.Put(api::Secret::kKind.gvr(),
          json::Object{{"apiVersion", "v1"},
                       {"kind", "Secret"},
                       {"metadata", json::Object{{"name", "registry-push"},
                                                 {"namespace", "default"}}},
                       {"data", json::Object{{".dockerconfigjson", "e30="}}}});
  api.Put(WorkspaceResource(), Workspace());
  // Each of the operator's writes is an occasion for the world to go on.
  Occasion writes;
  api.OnAnswer([&](const kube::FakeCall&) {
    writes.Tell();
    return absl::OkStatus();
  });
  KAITO_ASSERT_OK_AND_ASSIGN(const auto running,
                             StartOperator({}, api, clock, StopToken()));
  const auto deadline = clock.NowSteady() + absl::Seconds(60);
  std::string state;
  while (state != "Ready" && writes.Await(clock, deadline)) {
    world.Step();
    state = std::string(
        api.Read(WorkspaceResource(), kKey).StringAt({"status", "state"}));
  }
  EXPECT_EQ(state, "Ready");
  EXPECT_TRUE(running->ready());

  KAITO_ASSERT_OK_AND_ASSIGN(const auto client,
                             http::Client::Create(clock, {}));
  const auto get = [&](absl::string_view path) {
    const auto response = client->Do(
        {.method = "GET",
         .url = absl::StrCat("http://127.0.0.1:", running->http_port(), path)},
        StopToken());
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->body : "";
  };
  EXPECT_EQ(get("/healthz"), "ok\n");
  EXPECT_EQ(get("/readyz"), "ok\n");
  EXPECT_THAT(get("/metrics"),
              HasSubstr("kaito_workspace_preset_count{preset_name="
                        "\"phi-3-mini-128k-instruct\"} 1"));
  running->Stop();
  EXPECT_FALSE(api.ReadAll({.group = "", .version = "v1", .resource = "events"})
                   .empty());
}

}  // namespace
}  // namespace kaito::controller

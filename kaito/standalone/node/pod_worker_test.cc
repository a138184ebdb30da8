// Whole pods, with real processes: the shell stands for the runtime.
#include "kaito/standalone/node/pod_worker.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/log/log_capture.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/standalone/node/container_files.h"
#include "kaito/standalone/node/container_log.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/exit_watcher.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/process_plan.h"
#include "kaito/standalone/testing/fake_api_client.h"

namespace kaito::standalone {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kPlanted = "planted-secret-4711";

class PodWorkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* tmp = getenv("TEST_TMPDIR");
    ASSERT_NE(tmp, nullptr);
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(tmp, "pods-"));
    KAITO_ASSERT_OK_AND_ASSIGN(watcher_, ExitWatcher::Create());
    KAITO_ASSERT_OK_AND_ASSIGN(
        http_, http::Client::Create(clock_,
                                    {.proxy_from = http::ProxyFrom::kNowhere}));
    KAITO_ASSERT_OK_AND_ASSIGN(pool_, ThreadPool::Create({.name = "probe"}));
    char cwd[4096];
    ASSERT_NE(getcwd(cwd, sizeof(cwd)), nullptr);
    node_ = std::make_unique<NodeContext>(NodeContext{
        .client = client_,
        .clock = clock_,
        .watcher = *watcher_,
        .probe_client = *http_,
        .probe_pool = *pool_,
        .images = images_,
        .pods_dir = dir_.path(),
        .host_ip = "127.0.0.1",
        .base_env = {{"PATH", "/usr/bin:/bin"}},
        .shim_command = {JoinPath(cwd,
                                  "kaito/standalone/node/container_shim_main")},
        .acquire_ip =
            [](const std::string&, const std::string&) {
              return std::string("127.64.200.7");
            },
        .release_ip = [](const std::string&) {},
        .port_remaps = [] { return std::vector<PortRemap>(); },
        .event =
            [this](const api::Pod&, absl::string_view, absl::string_view reason,
                   absl::string_view message) {
              MutexLock lock(mutex_);
              events_.push_back(absl::StrCat(reason, ": ", message));
            }});
    SetScript("exit 0");
  }

  void TearDown() override {
    worker_.reset();
    for (const json::Value& pod : client_.All("pods")) {
      KAITO_EXPECT_OK(DirOf(pod).Remove(clock_, StopToken()));
    }
  }

  // What the stand-in of kaito/runtime does.
  void SetScript(const std::string& script) {
    KAITO_ASSERT_OK(WriteFileAtomic(Script(), script));
  }
  std::string Script() const { return JoinPath(dir_.path(), "runtime.sh"); }

  // A pipe that scripts wait at, by `read go < "$GO"`.
  void MakeGate() {
    const std::string go = JoinPath(dir_.path(), "go");
    ASSERT_EQ(mkfifo(go.c_str(), 0600), 0);
    node_->base_env["GO"] = go;
  }
  void OpenGate() {
    // Waits until the script is there.
    const UniqueFd gate(open(node_->base_env["GO"].c_str(), O_WRONLY));
    ASSERT_EQ(write(gate.get(), "\n", 1), 1);
  }

  PodDirectory DirOf(const json::Value& pod) const {
    return *PodDirectory::Of(dir_.path(), pod.StringAt({"metadata", "uid"}));
  }

  // A pod with one container "main" of the runtime's image.
  static json::Value SimplePod(const std::string& restart_policy) {
    return json::Object{
        {"apiVersion", "v1"},
        {"kind", "Pod"},
        {"metadata", json::Object{{"name", "p"}, {"namespace", "default"}}},
        {"spec",
         json::Object{{"nodeName", "here"},
                      {"restartPolicy", restart_policy},
                      {"containers",
                       json::Array{json::Object{
                           {"name", "main"}, {"image", "kaito/runtime:1"}}}}}},
    };
  }

  // Stores the pod, and gives it a worker.
  void Run(const json::Value& pod) {
    client_.Put(pod);
    StartWorker();
  }
  void StartWorker() {
    KAITO_ASSERT_OK_AND_ASSIGN(const api::Pod pod,
                               api::DecodeOrError<api::Pod>(Pod(), "pod"));
    KAITO_ASSERT_OK_AND_ASSIGN(worker_,
                               PodWorker::Start(*node_, pod, StopToken()));
  }
  // Hands the pod as the server has it to the worker.
  void Refresh() {
    KAITO_ASSERT_OK_AND_ASSIGN(api::Pod pod,
                               api::DecodeOrError<api::Pod>(Pod(), "pod"));
    worker_->Update(std::move(pod));
  }
  json::Value Pod() const { return client_.At("pods", "default", "p"); }

  bool AwaitPhase(absl::string_view phase) {
    const bool came =
        client_.Await("pods", "default", "p", [phase](const json::Value& pod) {
          return pod.StringAt({"status", "phase"}) == phase;
        });
    EXPECT_TRUE(came) << json::Write(Pod(), {.indent = 1});
    return came;
  }
  // Of container status 0.
  const json::Value Container(const json::Value& pod) const {
    const json::Value* list = pod.FindPath({"status", "containerStatuses"});
    return list == nullptr || list->array() == nullptr || list->array()->empty()
               ? json::Value()
               : (*list->array())[0];
  }
  bool AwaitContainer(absl::FunctionRef<bool(const json::Value&)> holds) {
    const bool came = client_.Await(
        "pods", "default", "p",
        [&](const json::Value& pod) { return holds(Container(pod)); });
    EXPECT_TRUE(came) << json::Write(Pod(), {.indent = 1});
    return came;
  }

  std::string Log(const std::string& container, int64_t run = 1) const {
    absl::StatusOr<std::string> text = ReadContainerLog(
        JoinPath(DirOf(Pod()).RunDir(container, run), "log"), {});
    return text.ok() ? *text : text.status().ToString();
  }
  // Waits until the first run of "main" has printed it.
  bool AwaitLog(absl::string_view text) const {
    std::string all;
    const absl::Status found = FollowContainerLog(
        JoinPath(DirOf(Pod()).RunDir("main", 1), "log"), {},
        [] { return false; },
        [&](absl::string_view piece) {
          absl::StrAppend(&all, piece);
          return absl::StrContains(all, text) ? absl::AlreadyExistsError("")
                                              : absl::OkStatus();
        },
        clock_, StopToken());
    return absl::IsAlreadyExists(found);
  }
  std::vector<std::string> Events() {
    MutexLock lock(mutex_);
    return events_;
  }

  TempDir dir_;
  mutable RealClock clock_;
  FakeApiClient client_{clock_};
  std::unique_ptr<ExitWatcher> watcher_;
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<ThreadPool> pool_;
  // The script is found when a container starts.
  ImageTable images_{{{.repository = "kaito/runtime",
                       .entrypoint = {"/bin/sh", "-c", ". \"$SCRIPT\"", "sh"},
                       .names = {"runtime"}}}};
  std::unique_ptr<NodeContext> node_;
  std::unique_ptr<PodWorker> worker_;
  Mutex mutex_;
  std::vector<std::string> events_ KAITO_GUARDED_BY(mutex_);
};

bool IsRunning(const json::Value& container) {
  return container.FindPath({"state", "running"}) != nullptr;
}

int64_t Restarts(const json::Value& container) {
  const json::Value* count = container.Find("restartCount");
  return count == nullptr ? 0 : count->integer().value_or(0);
}

TEST_F(PodWorkerTest, RunsTheGoldenTuningPodToItsEnd) {
  node_->base_env["SCRIPT"] = Script();
  SetScript(R"(
    echo "arguments: $*"
    case "$1" in
      pull) echo weights > "$4/w" ;;
      fetch) echo rows > "$3/rows" ;;
      tune)
        cat "$3" "$5/w" "$7/rows"
        stat -c "mode %a" "${15}"
        echo adapter > "$9/adapter"
        echo '{"code":0,"reason":"Tuned"}' > "$KAITO_TERMINATION_LOG"
        ;;
    esac
  )");
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string yaml_text,
                             ReadFile("kaito/api/golden/job.yaml", 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const yaml::Document golden,
                             yaml::Parse(yaml_text));
  json::Value pod = SimplePod("OnFailure");
  pod["spec"] = *golden.value.FindPath({"spec", "template", "spec"});
  client_.Put(json::Object{
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", json::Object{{"name", "qlora-params-template"},
                                {"namespace", "default"}}},
      {"data", json::Object{{"training_config.yaml", "the recipe\n"}}}});
  api::Secret secret;
  secret.metadata.name = "registry-push";
  secret.metadata.ns = "default";
  api::SetSecretValue(secret, ".dockerconfigjson", ::kaito::Secret(kPlanted));
  client_.Put(api::Encode(secret));
  LogCapture captured;

  Run(pod);
  ASSERT_TRUE(AwaitPhase("Succeeded"));

  const std::string root = DirOf(Pod()).path();
  const std::string log = Log("workspace-tuning-phi-3");
  EXPECT_THAT(log, HasSubstr(absl::StrCat("--data ", root,
                                          "/volumes/data-volume", " --output ",
                                          root, "/volumes/results-volume")));
  EXPECT_THAT(log, HasSubstr("the recipe\nweights\nrows\nmode 600\n"));
  EXPECT_EQ(*ReadFile(JoinPath(root, "volumes/results-volume/adapter"), 100),
            "adapter\n");
  const json::Value main = Container(Pod());
  EXPECT_EQ(main.StringAt({"state", "terminated", "reason"}), "Completed");
  EXPECT_EQ(main.StringAt({"state", "terminated", "message"}),
            "{\"code\":0,\"reason\":\"Tuned\"}\n");
  // Planted secrets are in no log, status or event.
  EXPECT_THAT(json::Write(Pod()), Not(HasSubstr(std::string(kPlanted))));
  EXPECT_THAT(absl::StrJoin(Events(), "\n"),
              Not(HasSubstr(std::string(kPlanted))));
  EXPECT_THAT(captured.text(), Not(HasSubstr(std::string(kPlanted))));
}

TEST_F(PodWorkerTest, RunsAFailedContainerAgainAndCountsIt) {
  node_->base_env["SCRIPT"] = Script();
  SetScript(R"(
    echo "run in $PWD"
    if [ -e again ]; then exit 0; fi
    touch again
    echo "no luck" > "$KAITO_TERMINATION_LOG"
    exit 3
  )");
  Run(SimplePod("OnFailure"));
  ASSERT_TRUE(AwaitPhase("Succeeded"));
  const json::Value main = Container(Pod());
  EXPECT_EQ(Restarts(main), 1);
  EXPECT_EQ(main.FindPath({"lastState", "terminated", "exitCode"})->integer(),
            3);
  EXPECT_EQ(main.StringAt({"lastState", "terminated", "message"}), "no luck\n");
  EXPECT_THAT(Log("main", 1), HasSubstr("run in"));
  EXPECT_THAT(Log("main", 2), HasSubstr("run in"));
}

TEST_F(PodWorkerTest, FailsAPodThatMayNotRunAgain) {
  node_->base_env["SCRIPT"] = Script();
  SetScript("kill -KILL $$");
  Run(SimplePod("Never"));
  ASSERT_TRUE(AwaitPhase("Failed"));
  const json::Value main = Container(Pod());
  EXPECT_EQ(main.FindPath({"state", "terminated", "signal"})->integer(), 9);
  EXPECT_EQ(main.FindPath({"state", "terminated", "exitCode"})->integer(), 137);
}

TEST_F(PodWorkerTest, SaysWhichImagesItCanRun) {
  json::Value pod = SimplePod("Always");
  (*pod["spec"]["containers"].array())[0]["image"] = "nginx:1";
  Run(pod);
  ASSERT_TRUE(AwaitContainer([](const json::Value& main) {
    return main.StringAt({"state", "waiting", "reason"}) == "ErrImagePull";
  }));
  EXPECT_THAT(
      std::string(Container(Pod()).StringAt({"state", "waiting", "message"})),
      HasSubstr("kaito/runtime"));
  EXPECT_EQ(Pod().StringAt({"status", "phase"}), "Pending");
  EXPECT_THAT(Events(),
              Contains(HasSubstr("Failed: ErrImagePull: image nginx:1")));
}

TEST_F(PodWorkerTest, DeletionStopsTheProcessBeforeTheObjectGoes) {
  node_->base_env["SCRIPT"] = Script();
  SetScript("echo ready; sleep 1000 & wait");
  Run(SimplePod("Always"));
  ASSERT_TRUE(AwaitContainer(IsRunning));
  ASSERT_TRUE(AwaitLog("ready"));
  const PodDirectory dir = DirOf(Pod());
  KAITO_ASSERT_OK_AND_ASSIGN(
      auto process, FindContainer(dir.RunDir("main", 1), clock_, StopToken()));
  ASSERT_TRUE(process.has_value());
  KAITO_ASSERT_OK(
      client_.Delete(api::Pod::kKind.gvr(), {"default", "p"}, {}, StopToken()));
  Refresh();
  ASSERT_TRUE(client_.Await("pods", "default", "p", [](const json::Value& pod) {
    return pod.is_null();
  }));
  EXPECT_THAT(IdentifyProcess(process->shim_pid()),
              StatusIs(absl::StatusCode::kNotFound));
  worker_->AwaitFinished();
  EXPECT_EQ(access(dir.path().c_str(), F_OK), -1);
}

TEST_F(PodWorkerTest, KillsWhatDoesNotEndInItsGrace) {
  node_->base_env["SCRIPT"] = Script();
  SetScript("trap '' TERM; echo ready; sleep 1000 & wait");
  json::Value pod = SimplePod("Always");
  pod["spec"]["terminationGracePeriodSeconds"] = 1;
  Run(pod);
  ASSERT_TRUE(AwaitContainer(IsRunning));
  ASSERT_TRUE(AwaitLog("ready"));
  KAITO_ASSERT_OK(
      client_.Delete(api::Pod::kKind.gvr(), {"default", "p"}, {}, StopToken()));
  Refresh();
  EXPECT_TRUE(client_.Await("pods", "default", "p", [](const json::Value& now) {
    return now.is_null();
  }));
}

TEST_F(PodWorkerTest, TheNextAgentAdoptsWhatRuns) {
  node_->base_env["SCRIPT"] = Script();
  MakeGate();
  SetScript("read go < \"$GO\"; echo late; exit 5");
  Run(SimplePod("Never"));
  ASSERT_TRUE(AwaitContainer(IsRunning));
  const std::string run_dir = DirOf(Pod()).RunDir("main", 1);
  KAITO_ASSERT_OK_AND_ASSIGN(auto before,
                             FindContainer(run_dir, clock_, StopToken()));
  ASSERT_TRUE(before.has_value());

  worker_.reset();  // As when the agent is killed: nobody stops the process.
  StartWorker();
  KAITO_ASSERT_OK_AND_ASSIGN(auto after,
                             FindContainer(run_dir, clock_, StopToken()));
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->shim_pid(), before->shim_pid());

  OpenGate();
  ASSERT_TRUE(AwaitPhase("Failed"));
  const json::Value main = Container(Pod());
  EXPECT_EQ(main.FindPath({"state", "terminated", "exitCode"})->integer(), 5);
  EXPECT_EQ(Restarts(main), 0);
  EXPECT_EQ(Log("main"), "late\n");
}

TEST_F(PodWorkerTest, TheNextAgentLearnsHowARunEndedMeanwhile) {
  node_->base_env["SCRIPT"] = Script();
  MakeGate();
  SetScript("read go < \"$GO\"; exit 6");
  Run(SimplePod("Never"));
  ASSERT_TRUE(AwaitContainer(IsRunning));
  const std::string run_dir = DirOf(Pod()).RunDir("main", 1);
  worker_.reset();
  OpenGate();
  while (FindContainer(run_dir, clock_, StopToken())->has_value()) {
  }
  StartWorker();
  ASSERT_TRUE(AwaitPhase("Failed"));
  EXPECT_EQ(
      Container(Pod()).FindPath({"state", "terminated", "exitCode"})->integer(),
      6);
}

TEST_F(PodWorkerTest, AShutDownIsNoFailureOfThePod) {
  node_->base_env["SCRIPT"] = Script();
  MakeGate();
  SetScript("read go < \"$GO\"; exit 0");
  Run(SimplePod("Never"));
  ASSERT_TRUE(AwaitContainer(IsRunning));
  worker_->ShutDown();
  worker_->AwaitFinished();
  EXPECT_TRUE(worker_->finished());
  EXPECT_EQ(Pod().StringAt({"status", "phase"}), "Running");

  worker_.reset();
  StartWorker();
  OpenGate();
  ASSERT_TRUE(AwaitPhase("Succeeded"));
  EXPECT_EQ(Restarts(Container(Pod())), 0);
}

TEST_F(PodWorkerTest, WaitsForAConfigMapThatIsMissing) {
  json::Value pod = SimplePod("Never");
  (*pod["spec"]["containers"].array())[0]["envFrom"] = json::Array{
      json::Object{{"configMapRef", json::Object{{"name", "later"}}}}};
  Run(pod);
  ASSERT_TRUE(AwaitContainer([](const json::Value& main) {
    return main.StringAt({"state", "waiting", "reason"}) ==
           "CreateContainerConfigError";
  }));
  EXPECT_EQ(Container(Pod()).StringAt({"state", "waiting", "message"}),
            "ConfigMap later does not exist");
}

}  // namespace
}  // namespace kaito::standalone

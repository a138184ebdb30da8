// The golden objects on the real API server: controllers, node agent, processes
// and logs together, as the operator's main puts them together.
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/standalone/apiserver/server/api_server.h"
#include "kaito/standalone/apiserver/server/credentials.h"
#include "kaito/standalone/network/forwarder.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/node_agent.h"
#include "kaito/standalone/node/pod_log_answers.h"
#include "kaito/standalone/workloads/workloads.h"

namespace kaito::standalone {
namespace {

using ::testing::HasSubstr;

constexpr char kName[] = "workspace-tuning-phi-3";

// The runtime, without its mathematics.
constexpr char kRuntime[] = R"sh(
case "$1" in
  pull) mkdir -p "$4" && echo "$2" > "$4/pulled" ;;
  fetch) echo rows > "$3/rows" ;;
  answer) until [ -e "$2" ]; do sleep 0.01; done; echo "all of it" ;;
  tune) cat "$3" "$5/pulled" "$7/rows" > "$9/adapter"; echo "tuned" ;;
  serve)
    for last; do :; done
    exec python3 -c '
import http.server, sys
host, port = sys.argv[1].split(":")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answer of " + host.encode())
    def log_message(self, *args):
        pass
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
' "$last" ;;
esac
)sh";

class GoldenRunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    const std::string script = JoinPath(dir_.path(), "runtime.sh");
    KAITO_ASSERT_OK(WriteFileAtomic(script, kRuntime));
    KAITO_ASSERT_OK_AND_ASSIGN(logs_, PodLogAnswers::Create(clock_));
    KAITO_ASSERT_OK_AND_ASSIGN(
        server_,
        apiserver::ApiServer::Start(clock_, {.data_dir = dir_.path(),
                                             .pod_logs = logs_->function(),
                                             .pod_attach = logs_->refusal()}));
    const apiserver::Credentials& credentials = server_->credentials();
    KAITO_ASSERT_OK_AND_ASSIGN(
        client_,
        kube::HttpApiClient::Connect(
            clock_,
            {.server = server_->url(),
             .ca_pem = credentials.authority_pem,
             .client_certificate_pem = credentials.client.certificate_pem,
             .client_key_pem = credentials.client.key_pem,
             .origin = "test"},
            {.limit = {.per_second = 1000, .burst = 1000}}));
    KAITO_ASSERT_OK_AND_ASSIGN(network_, Network::Create(dir_.path()));
    char cwd[4096];
    ASSERT_NE(getcwd(cwd, sizeof(cwd)), nullptr);
    NodeAgentOptions options = {
        .data_dir = dir_.path(),
        .node_name = "here",
        .labels = {{"app", "tuning-phi-3"}},
        .images = {{.repository = "kaito/runtime",
                    .entrypoint = {"/bin/sh", script},
                    .names = {"runtime"}}},
        .shim_command = {
            JoinPath(cwd, "kaito/standalone/node/container_shim_main")}};
    UseNetwork(*network_, options);
    KAITO_ASSERT_OK_AND_ASSIGN(
        agent_, StartNodeAgent(options, *client_, clock_, StopToken()));
    logs_->SetAgent(agent_.get());
    KAITO_ASSERT_OK_AND_ASSIGN(
        workloads_, StartWorkloads(*client_, clock_, *network_, StopToken()));
    Create(api::ConfigMap::kKind, Golden("configmap.yaml"));
    api::Secret secret;
    secret.metadata.name = "registry-push";
    secret.type = std::string(api::secret_type::kDockerConfigJson);
    api::SetSecretValue(secret, ".dockerconfigjson",
                        ::kaito::Secret("{\"auths\":{}}"));
    Create(api::Secret::kKind, api::Encode(secret));
  }
  void TearDown() override {
    workloads_.reset();
    if (logs_ != nullptr) logs_->Stop();
    if (agent_ != nullptr) agent_->ShutDown();
    agent_.reset();
    if (server_ != nullptr) server_->Stop(absl::ZeroDuration());
  }

  static json::Value Golden(absl::string_view name) {
    const auto text =
        ReadFile(absl::StrCat("kaito/api/golden/", name), 1 << 20);
    EXPECT_TRUE(text.ok()) << text.status();
    const auto document = yaml::Parse(*text);
    EXPECT_TRUE(document.ok()) << document.status();
    json::Value value = document->value;
    // Their owner is not here, and the garbage collector would see to it.
    (void)value["metadata"].object()->Erase("ownerReferences");
    return value;
  }
  // This machine may have no GPU, and a test no ten seconds between probes.
  static json::Value ForThisMachine(json::Value workload) {
    json::Value& spec = workload["spec"]["template"]["spec"];
    for (json::Value& container : *spec["containers"].array()) {
      (void)container.object()->Erase("resources");
      for (const absl::string_view probe : {"startupProbe", "readinessProbe"}) {
        if (json::Value* found = container.Find(probe)) {
          (*found)["periodSeconds"] = 1;
        }
      }
    }
    return workload;
  }
  static bool IsAvailable(const json::Value& deployment) {
    const json::Value* available =
        deployment.FindPath({"status", "availableReplicas"});
    return available != nullptr && available->integer() == 1;
  }
  // The version of the newest write, of whatever kind.
  int64_t Version() {
    const absl::StatusOr<kube::ObjectList> list =
        client_->List(api::ConfigMap::kKind.gvr(), "default", {}, StopToken());
    int64_t version = 0;
    EXPECT_TRUE(list.ok() &&
                absl::SimpleAtoi(list->resource_version, &version));
    return version;
  }
  void Create(const api::KindInfo& kind, const json::Value& object) {
    KAITO_ASSERT_OK(
        client_->Create(kind.gvr(), "default", object, {}, StopToken()));
  }
  // Asks the server until it holds; a minute at most.
  bool Await(const api::KindInfo& kind,
             absl::FunctionRef<bool(const json::Value&)> holds) {
    absl::StatusOr<json::Value> value;
    for (int i = 0; i < 1200; ++i) {
      value = client_->Get(kind.gvr(), {"default", kName}, StopToken());
      if (value.ok() && holds(*value)) return true;
      (void)WaitFor(clock_, absl::Milliseconds(50), StopToken());
    }
    ADD_FAILURE() << (value.ok() ? json::Write(*value)
                                 : value.status().ToString());
    return false;
  }

  TempDir dir_;
  RealClock clock_;
  std::unique_ptr<PodLogAnswers> logs_;
  std::unique_ptr<apiserver::ApiServer> server_;
  std::unique_ptr<kube::HttpApiClient> client_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<NodeAgent> agent_;
  std::unique_ptr<Workloads> workloads_;
};

TEST_F(GoldenRunTest, TheJobRunsToItsEndAndItsLogIsServed) {
  Create(api::Job::kKind, ForThisMachine(Golden("job.yaml")));
  ASSERT_TRUE(Await(api::Job::kKind, [](const json::Value& value) {
    const auto job = api::DecodeOrError<api::Job>(value, "job");
    return job.ok() && api::IsJobFinished(*job);
  }));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const json::Value value,
      client_->Get(api::Job::kKind.gvr(), {"default", kName}, StopToken()));
  KAITO_ASSERT_OK_AND_ASSIGN(const api::Job job,
                             api::DecodeOrError<api::Job>(value, "job"));
  EXPECT_TRUE(api::IsConditionTrue(job.status->conditions, "Complete"));
  EXPECT_EQ(job.status->succeeded, 1);
  EXPECT_EQ(job.status->active, 0);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const kube::ObjectList pods,
      client_->List(api::Pod::kKind.gvr(), "default", {}, StopToken()));
  ASSERT_EQ(pods.items.size(), 1u);
  EXPECT_EQ(pods.items[0].StringAt({"metadata", "labels", "kaito.sh/role"}),
            "tuning");
  EXPECT_EQ(pods.items[0].StringAt({"spec", "nodeName"}), "here");
  EXPECT_EQ(pods.items[0].StringAt({"status", "phase"}), "Succeeded")
      << json::Write(pods.items[0]);
  EXPECT_THAT(
      client_->Log({"default",
                    std::string(pods.items[0].StringAt({"metadata", "name"}))},
                   {.container = kName}, StopToken()),
      ::kaito::testing::IsOkAndHolds("tuned\n"));
}

// What `kubectl run -it` does of it: attach, and the log once it is refused.
TEST_F(GoldenRunTest, AttachIsRefusedWhenTheContainerHasEnded) {
  const std::string go = JoinPath(dir_.path(), "go");
  Create(
      api::Pod::kKind,
      json::Object{
          {"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", json::Object{{"name", kName}}},
          {"spec", json::Object{{"restartPolicy", "Never"},
                                {"containers",
                                 json::Array{json::Object{
                                     {"name", "answer"},
                                     {"image", "kaito/runtime"},
                                     {"args", json::Array{"answer", go}}}}}}}});
  ASSERT_TRUE(Await(api::Pod::kKind, [](const json::Value& pod) {
    return pod.StringAt({"status", "phase"}) == "Running";
  }));
  const apiserver::Credentials& credentials = server_->credentials();
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<http::Client> http,
      http::Client::Create(clock_, {.ca_pem = credentials.authority_pem,
                                    .client_certificate = credentials.client,
                                    .proxy_from = http::ProxyFrom::kNowhere}));
  std::atomic<bool> answered = false;
  absl::StatusOr<http::Response> response = absl::UnknownError("");
  KAITO_ASSERT_OK_AND_ASSIGN(
      Thread attach, Thread::Start("attach", [&] {
        response = http->Do(
            {.method = "POST",
             .url = absl::StrCat(server_->url(), "/api/v1/namespaces/default/",
                                 "pods/", kName, "/attach?stdin=true")},
            StopToken());
        answered = true;
      }));
  // Long enough for an answer that would not wait.
  (void)WaitFor(clock_, absl::Milliseconds(200), StopToken());
  EXPECT_FALSE(answered);
  KAITO_ASSERT_OK(WriteFileAtomic(go, ""));
  attach.Join();
  KAITO_ASSERT_OK(response);
  EXPECT_EQ(response->code, 501);
  EXPECT_THAT(response->body, HasSubstr("see kubectl logs"));
  EXPECT_THAT(client_->Log({"default", kName}, {}, StopToken()),
              ::kaito::testing::IsOkAndHolds("all of it\n"));
}

TEST_F(GoldenRunTest, TheDeploymentAnswersThroughItsService) {
  Create(api::Service::kKind, Golden("service.yaml"));
  Create(api::Deployment::kKind, ForThisMachine(Golden("deployment.yaml")));
  ASSERT_TRUE(Await(api::Deployment::kKind, IsAvailable));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const json::Value service,
      client_->Get(api::Service::kKind.gvr(), {"default", kName}, StopToken()));
  const std::string address(service.StringAt({"spec", "clusterIP"}));
  int port = 80;
  for (const auto& [at, bound] : network_->forwarder().Moved()) {
    if (at == ForwardAddress{address, 80}) port = bound;
  }
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<http::Client> http,
      http::Client::Create(clock_, {.proxy_from = http::ProxyFrom::kNowhere}));
  // The Service learns of its Endpoints a moment after they are written.
  absl::StatusOr<http::Response> response = absl::UnavailableError("");
  for (int i = 0; i < 500 && !response.ok(); ++i) {
    response =
        http->Do({.url = absl::StrCat("http://", address, ":", port, "/chat")},
                 StopToken());
    (void)WaitFor(clock_, absl::Milliseconds(10), StopToken());
  }
  KAITO_ASSERT_OK(response);
  EXPECT_THAT(response->body, HasSubstr("answer of 127."));
  // At rest nobody writes.
  const int64_t version = Version();
  KAITO_ASSERT_OK(WaitFor(clock_, absl::Milliseconds(300), StopToken()));
  EXPECT_LE(Version(), version + 1);  // A heartbeat may fall into it.
}

TEST_F(GoldenRunTest, ADeletedPodOfADeploymentIsReplaced) {
  Create(api::Deployment::kKind, ForThisMachine(Golden("deployment.yaml")));
  ASSERT_TRUE(Await(api::Deployment::kKind, IsAvailable));
  KAITO_ASSERT_OK_AND_ASSIGN(
      kube::ObjectList pods,
      client_->List(api::Pod::kKind.gvr(), "default", {}, StopToken()));
  ASSERT_EQ(pods.items.size(), 1u);
  const std::string first(pods.items[0].StringAt({"metadata", "name"}));
  KAITO_ASSERT_OK(client_->Delete(api::Pod::kKind.gvr(), {"default", first}, {},
                                  StopToken()));
  bool gone = false;
  for (int i = 0; i < 1200 && !gone; ++i) {
    gone = absl::IsNotFound(
        client_->Get(api::Pod::kKind.gvr(), {"default", first}, StopToken())
            .status());
    if (!gone) (void)WaitFor(clock_, absl::Milliseconds(50), StopToken());
  }
  ASSERT_TRUE(gone);
  ASSERT_TRUE(Await(api::Deployment::kKind, IsAvailable));
  KAITO_ASSERT_OK_AND_ASSIGN(
      pods, client_->List(api::Pod::kKind.gvr(), "default", {}, StopToken()));
  ASSERT_EQ(pods.items.size(), 1u);
  EXPECT_NE(pods.items[0].StringAt({"metadata", "name"}), first);
}

}  // namespace
}  // namespace kaito::standalone

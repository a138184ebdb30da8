#ifndef KAITO_STANDALONE_APISERVER_SERVER_API_SERVER_FIXTURE_H_
#define KAITO_STANDALONE_APISERVER_SERVER_API_SERVER_FIXTURE_H_

// An API server of its own for each test, with faults on demand, and a client that holds
// its certificate.
//
//   class ListingTest : public ApiServerFixture {};
//   TEST_F(ListingTest, ...) { EXPECT_EQ(Do("GET", "/api/v1/pods").code, 200); }

#include <cstdlib>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/server/api_server.h"
#include "kaito/standalone/apiserver/server/fault_injector.h"
#include "kaito/standalone/apiserver/watch/watch_fault.h"

namespace kaito::apiserver {
struct Reply {
  int code = 0;
  json::Value body;
  http::Headers headers;

  // Of a Status, or an object.
  std::string At(std::initializer_list<absl::string_view> path) const {
    return std::string(body.StringAt(path));
  }
};

// Answers each request on configmaps with the next of its faults.
class TestFaults final : public FaultInjector {
 public:
  std::optional<RequestFault> OnRequest(const RequestFacts& facts) override {
    MutexLock lock(mutex_);
    if (facts.resource != "configmaps" || requests_.empty()) {
      return std::nullopt;
    }
    RequestFault fault = std::move(requests_.front());
    requests_.pop_front();
    return fault;
  }
  WatchFault OnWatchLine(absl::string_view, absl::string_view) override {
    MutexLock lock(mutex_);
    if (lines_.empty()) return WatchFault::kNone;
    const WatchFault fault = lines_.front();
    lines_.pop_front();
    return fault;
  }
  void AddRequest(RequestFault fault) {
    MutexLock lock(mutex_);
    requests_.push_back(std::move(fault));
  }
  void AddLine(WatchFault fault) {
    MutexLock lock(mutex_);
    lines_.push_back(fault);
  }

 private:
  Mutex mutex_;
  std::deque<RequestFault> requests_ KAITO_GUARDED_BY(mutex_);
  std::deque<WatchFault> lines_ KAITO_GUARDED_BY(mutex_);
};

class ApiServerFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    Start();
  }

  void Start() {
    server_ = nullptr;
    ApiServerOptions options;
    options.data_dir = dir_.path();
    options.definitions = {api::WorkspaceCrd({})};
    options.hooks["workspaces.kaito.sh"].validate =
        [](const json::Value*, const json::Value& after) {
          AdmissionVerdict verdict;
          verdict.warnings.push_back("looked at");
          if (after.StringAt({"tuning", "method"}) == "magic") {
            verdict.errors.NotSupported("tuning.Method", "magic", {"qlora"});
          }
          return verdict;
        };
    options.service_range = [this]() -> absl::StatusOr<ServiceRange> {
      return services_;
    };
    options.id_seed = 7;
    options.faults = &faults_;
    KAITO_ASSERT_OK_AND_ASSIGN(server_,
                               ApiServer::Start(clock_, std::move(options)));
    KAITO_ASSERT_OK_AND_ASSIGN(
        client_,
        http::Client::Create(
            clock_, {.ca_pem = server_->credentials().authority_pem,
                     .client_certificate = server_->credentials().client,
                     .proxy_from = http::ProxyFrom::kNowhere}));
  }

  Reply Do(absl::string_view method, absl::string_view path,
           absl::string_view body = "",
           absl::string_view type = "application/json",
           absl::string_view accept = "application/json") {
    http::Request request;
    request.method = std::string(method);
    request.url = absl::StrCat(server_->url(), path);
    request.headers = {{"Content-Type", std::string(type)},
                       {"Accept", std::string(accept)}};
    request.body = std::string(body);
    absl::StatusOr<http::Response> response = client_->Do(request, {});
    EXPECT_TRUE(response.ok()) << response.status();
    Reply reply;
    if (!response.ok()) return reply;
    reply.code = response->code;
    reply.headers = response->headers;
    absl::StatusOr<json::Value> parsed = json::Parse(response->body);
    if (parsed.ok()) reply.body = *std::move(parsed);
    return reply;
  }

  Reply MakeConfigMap(absl::string_view name) {
    return Do("POST", "/api/v1/namespaces/default/configmaps",
              absl::StrCat(R"({"metadata":{"name":")", name,
                           R"(","labels":{"n":")", name, R"("}}})"));
  }

  // "ADDED name", until the stream ends.
  std::vector<std::string> WatchAll(absl::string_view path) {
    absl::StatusOr<std::unique_ptr<http::ResponseStream>> stream =
        client_->Open({.url = absl::StrCat(server_->url(), path)}, {});
    EXPECT_TRUE(stream.ok()) << stream.status();
    if (!stream.ok()) return {};
    absl::StatusOr<http::Response> all = http::ReadAll(**stream, 1 << 20);
    EXPECT_TRUE(all.ok()) << all.status();
    std::vector<std::string> lines;
    if (!all.ok()) return lines;
    for (absl::string_view line :
         absl::StrSplit(all->body, '\n', absl::SkipEmpty())) {
      absl::StatusOr<json::Value> event = json::Parse(line);
      if (!event.ok()) return {"no JSON: " + std::string(line)};
      lines.push_back(
          absl::StrCat(event->StringAt({"type"}), " ",
                       event->StringAt({"object", "metadata", "name"}),
                       event->StringAt({"object", "message"})));
    }
    return lines;
  }

  // Waits until a watch from the beginning of time has that line.
  bool Sees(absl::string_view collection, absl::string_view wanted) {
    absl::StatusOr<std::unique_ptr<http::ResponseStream>> stream =
        client_->Open({.url = absl::StrCat(server_->url(), collection,
                                           "?watch=1&timeoutSeconds=20"
                                           "&resourceVersion=1"),
                       .timeout = absl::Seconds(25)},
                      {});
    std::string text;
    while (stream.ok()) {
      const absl::StatusOr<std::string> piece = (*stream)->Read();
      if (!piece.ok() || piece->empty()) break;
      text += *piece;
      for (absl::string_view line : absl::StrSplit(text, '\n')) {
        const absl::StatusOr<json::Value> event = json::Parse(line);
        if (event.ok() && absl::StrCat(event->StringAt({"type"}), " ",
                                       event->StringAt({"object", "metadata",
                                                        "name"})) == wanted) {
          return true;
        }
      }
    }
    return false;
  }

  // Returns the uid.
  std::string MakeOwned(absl::string_view name, absl::string_view owner,
                        absl::string_view uid) {
    return Do("POST", "/api/v1/namespaces/default/secrets",
              absl::StrCat(
                  R"({"metadata":{"name":")", name,
                  R"(","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap",
                      "blockOwnerDeletion":true,"name":")",
                  owner, R"(","uid":")", uid, R"("}]}})"))
        .At({"metadata", "uid"});
  }

  RealClock clock_;
  TestFaults faults_;
  ServiceRange services_;
  TempDir dir_;
  std::unique_ptr<ApiServer> server_;
  std::unique_ptr<http::Client> client_;
};

inline constexpr char kMaps[] = "/api/v1/namespaces/default/configmaps";
inline constexpr char kWorkspaces[] =
    "/apis/kaito.sh/v1alpha1/namespaces/default/workspaces";

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_API_SERVER_FIXTURE_H_

#include "kaito/standalone/apiserver/server/api_server.h"

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
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
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::apiserver {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Reply {
  int code = 0;
  json::Value body;
  http::Headers headers;

  // Of a Status, or an object.
  std::string At(std::initializer_list<absl::string_view> path) const {
    return std::string(body.StringAt(path));
  }
};

class ApiServerTest : public ::testing::Test {
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
    options.id_seed = 7;
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

  RealClock clock_;
  TempDir dir_;
  std::unique_ptr<ApiServer> server_;
  std::unique_ptr<http::Client> client_;
};

constexpr char kMaps[] = "/api/v1/namespaces/default/configmaps";
constexpr char kWorkspaces[] =
    "/apis/kaito.sh/v1alpha1/namespaces/default/workspaces";

TEST_F(ApiServerTest, ObjectsGetTheServersFieldsAndOutliveIt) {
  const Reply made = MakeConfigMap("a");
  EXPECT_EQ(made.code, 201);
  EXPECT_EQ(made.At({"metadata", "uid"}).size(), 36u);
  EXPECT_NE(made.At({"metadata", "creationTimestamp"}), "");
  EXPECT_EQ(MakeConfigMap("a").At({"reason"}), "AlreadyExists");
  Start();
  const Reply read = Do("GET", absl::StrCat(kMaps, "/a"));
  EXPECT_EQ(read.code, 200);
  EXPECT_EQ(read.body, made.body);
  const Reply none = Do("GET", absl::StrCat(kMaps, "/b"));
  EXPECT_EQ(none.code, 404);
  EXPECT_EQ(none.At({"message"}), "configmaps \"b\" not found");
}

TEST_F(ApiServerTest, OnlyTheCertificateLetsIn) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<http::Client> stranger,
      http::Client::Create(clock_,
                           {.ca_pem = server_->credentials().authority_pem,
                            .proxy_from = http::ProxyFrom::kNowhere}));
  EXPECT_FALSE(stranger->Do({.url = server_->url() + "/version"}, {}).ok());
}

TEST_F(ApiServerTest, AStaleWriteIsAConflict) {
  const Reply made = MakeConfigMap("a");
  json::Value next = made.body;
  next["data"]["x"] = "1";
  const std::string path = absl::StrCat(kMaps, "/a");
  EXPECT_EQ(Do("PUT", path, json::Write(next)).code, 200);
  const Reply stale = Do("PUT", path, json::Write(next));
  EXPECT_EQ(stale.code, 409);
  EXPECT_EQ(stale.At({"reason"}), "Conflict");
  EXPECT_THAT(stale.At({"message"}), HasSubstr("the object has been modified"));
}

TEST_F(ApiServerTest, AWriteThatChangesNothingKeepsTheVersion) {
  const Reply made = MakeConfigMap("a");
  const Reply same = Do("PATCH", absl::StrCat(kMaps, "/a"),
                        R"({"metadata":{"labels":{"n":"a"}}})",
                        "application/merge-patch+json");
  EXPECT_EQ(same.code, 200);
  EXPECT_EQ(same.body, made.body);
}

TEST_F(ApiServerTest, ADryRunAnswersAndStoresNothing) {
  EXPECT_EQ(Do("POST", absl::StrCat(kMaps, "?dryRun=All"),
               R"({"metadata":{"name":"a"}})")
                .code,
            201);
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "/a")).code, 404);
}

TEST_F(ApiServerTest, UnknownFieldsAreRefusedWarnedOfOrDropped) {
  const char* body = R"({"metadata":{"name":"a"},"dta":{},"date":{}})";
  const Reply strict =
      Do("POST", absl::StrCat(kMaps, "?fieldValidation=Strict"), body);
  EXPECT_EQ(strict.code, 400);
  EXPECT_THAT(strict.At({"message"}),
              HasSubstr("unknown field \"date\", unknown field \"dta\""));
  const Reply warned = Do("POST", kMaps, body);
  EXPECT_EQ(warned.code, 201);
  EXPECT_EQ(warned.headers.Get("Warning"),
            "299 - \"unknown field \\\"date\\\"\"");
  EXPECT_EQ(warned.body.Find("dta"), nullptr);
}

TEST_F(ApiServerTest, ListsPageByPageInOneState) {
  for (const char* name : {"a", "b", "c"}) MakeConfigMap(name);
  const Reply first = Do("GET", absl::StrCat(kMaps, "?limit=2"));
  ASSERT_EQ(first.body.Find("items")->array()->size(), 2u);
  // Changes in between are not seen.
  Do("DELETE", absl::StrCat(kMaps, "/c"));
  MakeConfigMap("d");
  const Reply second =
      Do("GET", absl::StrCat(kMaps, "?limit=2&continue=",
                             first.At({"metadata", "continue"})));
  ASSERT_EQ(second.body.Find("items")->array()->size(), 1u);
  EXPECT_EQ(
      (*second.body.Find("items")->array())[0].StringAt({"metadata", "name"}),
      "c");
  EXPECT_EQ(second.At({"metadata", "resourceVersion"}),
            first.At({"metadata", "resourceVersion"}));
  EXPECT_EQ(second.At({"metadata", "continue"}), "");
}

TEST_F(ApiServerTest, WatchesResumeWithoutGaps) {
  const std::string version =
      MakeConfigMap("a").At({"metadata", "resourceVersion"});
  MakeConfigMap("b");
  Do("DELETE", absl::StrCat(kMaps, "/a"));
  EXPECT_THAT(WatchAll(absl::StrCat(kMaps,
                                    "?watch=1&timeoutSeconds=1"
                                    "&resourceVersion=",
                                    version)),
              ElementsAre("ADDED b", "DELETED a"));
  // From nothing: what is there.
  EXPECT_THAT(WatchAll(absl::StrCat(kMaps,
                                    "?watch=1&timeoutSeconds=1"
                                    "&allowWatchBookmarks=true")),
              ElementsAre("ADDED b", "BOOKMARK "));
}

TEST_F(ApiServerTest, AWatchTellsWhenAnObjectLeavesItsSelector) {
  const std::string version =
      MakeConfigMap("a").At({"metadata", "resourceVersion"});
  const std::string path = absl::StrCat(kMaps, "/a");
  const char* type = "application/merge-patch+json";
  Do("PATCH", path, R"({"metadata":{"labels":{"n":"z"}}})", type);
  Do("PATCH", path, R"({"metadata":{"labels":{"n":"y"}}})", type);
  Do("PATCH", path, R"({"metadata":{"labels":{"n":"a"}}})", type);
  EXPECT_THAT(WatchAll(absl::StrCat(kMaps,
                                    "?watch=1&timeoutSeconds=1&labelSelector="
                                    "n%3Da&resourceVersion=",
                                    version)),
              ElementsAre("DELETED a", "ADDED a"));
}

TEST_F(ApiServerTest, AVersionThatIsYetToComeIsATimeout) {
  const Reply reply = Do("GET", absl::StrCat(kMaps, "?resourceVersion=999999"));
  EXPECT_EQ(reply.code, 504);
  EXPECT_EQ(reply.At({"reason"}), "Timeout");
}

TEST_F(ApiServerTest, CustomKindsAreCheckedDefaultedAndAskedOfTheirHook) {
  const Reply bad = Do("POST", kWorkspaces,
                       R"({"metadata":{"name":"w"},"resource":{"count":"x"},
                           "tuning":{"method":7}})");
  EXPECT_EQ(bad.code, 422);
  EXPECT_GE(bad.body.FindPath({"details", "causes"})->array()->size(), 2u);
  const Reply refused =
      Do("POST", kWorkspaces,
         R"({"metadata":{"name":"w"},"resource":{"labelSelector":{}},
             "tuning":{"method":"magic","input":{},"output":{}}})");
  EXPECT_EQ(refused.code, 422);
  EXPECT_THAT(refused.At({"message"}), HasSubstr("tuning.Method"));
  const Reply made =
      Do("POST", kWorkspaces,
         R"({"metadata":{"name":"w"},"resource":{"labelSelector":{}},
             "status":{"state":"Ready"}})");
  EXPECT_EQ(made.code, 201);
  EXPECT_EQ(made.headers.Get("Warning"), "299 - \"looked at\"");
  EXPECT_EQ(*made.body.FindPath({"resource", "count"}), json::Value(1));
  EXPECT_EQ(made.body.Find("status"), nullptr);
  // The same object in the other version.
  const Reply beta =
      Do("GET", "/apis/kaito.sh/v1beta1/namespaces/default/workspaces/w");
  EXPECT_EQ(beta.At({"apiVersion"}), "kaito.sh/v1beta1");
}

TEST_F(ApiServerTest, StatusAndSpecAreWrittenApart) {
  Do("POST", kWorkspaces,
     R"({"metadata":{"name":"w"},"resource":{"labelSelector":{}}})");
  const std::string path = absl::StrCat(kWorkspaces, "/w");
  const char* type = "application/merge-patch+json";
  const Reply status =
      Do("PATCH", absl::StrCat(path, "/status"),
         R"({"status":{"state":"Ready"},"resource":{"count":9}})", type);
  EXPECT_EQ(status.At({"status", "state"}), "Ready");
  EXPECT_EQ(*status.body.FindPath({"resource", "count"}), json::Value(1));
  EXPECT_EQ(*status.body.FindPath({"metadata", "generation"}), json::Value(1));
  const Reply spec =
      Do("PATCH", path,
         R"({"status":{"state":"Failed"},"resource":{"count":2}})", type);
  EXPECT_EQ(spec.At({"status", "state"}), "Ready");
  EXPECT_EQ(*spec.body.FindPath({"metadata", "generation"}), json::Value(2));
}

TEST_F(ApiServerTest, AFinalizerHoldsAnObjectUntilItIsGone) {
  Do("POST", kMaps, R"({"metadata":{"name":"a","finalizers":["x.y/z"]}})");
  const std::string path = absl::StrCat(kMaps, "/a");
  const Reply marked = Do("DELETE", path);
  EXPECT_EQ(marked.code, 200);
  EXPECT_NE(marked.At({"metadata", "deletionTimestamp"}), "");
  const char* type = "application/merge-patch+json";
  EXPECT_EQ(Do("PATCH", path,
               R"({"metadata":{"finalizers":["x.y/z","b.c/d"]}})", type)
                .code,
            422);
  EXPECT_EQ(Do("PATCH", path, R"({"metadata":{"finalizers":null}})", type).code,
            200);
  EXPECT_EQ(Do("GET", path).code, 404);
}

TEST_F(ApiServerTest, DeletionKeepsItsPreconditions) {
  MakeConfigMap("a");
  EXPECT_EQ(Do("DELETE", absl::StrCat(kMaps, "/a"),
               R"({"preconditions":{"uid":"other"}})")
                .code,
            409);
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "/a")).code, 200);
}

TEST_F(ApiServerTest, NothingIsMadeInANamespaceThatIsNot) {
  const Reply reply = Do("POST", "/api/v1/namespaces/no/configmaps",
                         R"({"metadata":{"name":"a"}})");
  EXPECT_EQ(reply.code, 404);
  EXPECT_EQ(reply.At({"message"}), "namespaces \"no\" not found");
}

TEST_F(ApiServerTest, TablesHaveTheColumnsOfTheKind) {
  Do("POST", kWorkspaces,
     R"({"metadata":{"name":"w"},"resource":{"labelSelector":{},
         "instanceType":"T"}})");
  const Reply table =
      Do("GET", kWorkspaces, "", "application/json",
         "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
  std::vector<std::string> names;
  for (const json::Value& column :
       *table.body.Find("columnDefinitions")->array()) {
    if (*column.Find("priority") == json::Value(0)) {
      names.emplace_back(column.StringAt({"name"}));
    }
  }
  EXPECT_THAT(names, ElementsAre("Name", "Instance", "ResourceReady",
                                 "InferenceReady", "WorkspaceReady", "Age"));
  const json::Value& row = (*table.body.Find("rows")->array())[0];
  EXPECT_EQ((*row.Find("cells")->array())[1], json::Value("T"));
  EXPECT_EQ(row.StringAt({"object", "kind"}), "PartialObjectMetadata");
}

TEST_F(ApiServerTest, SaysClearlyWhatItDoesNotServe) {
  EXPECT_EQ(Do("GET", "/api/v1/nothing").code, 404);
  EXPECT_EQ(Do("GET", kMaps, "", "application/json", "text/html").code, 406);
  EXPECT_EQ(Do("POST", kMaps, "x", "text/plain").code, 415);
  EXPECT_EQ(Do("POST", kMaps, "{").code, 400);
  EXPECT_EQ(Do("PUT", kMaps, "{}").code, 405);
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "?labelSelector=%3D")).code, 400);
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "?fieldSelector=data.x%3D1")).code,
            400);
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "?continue=abc")).code, 400);
}

}  // namespace
}  // namespace kaito::apiserver

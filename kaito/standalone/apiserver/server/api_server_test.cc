#include "kaito/standalone/apiserver/server/api_server.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/apiserver/server/api_server_fixture.h"
#include "kaito/standalone/apiserver/server/fault_injector.h"
#include "kaito/standalone/apiserver/watch/watch_fault.h"

namespace kaito::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ApiServerTest : public ApiServerFixture {};

TEST_F(ApiServerTest, ServicesGetAddressesOfTheGivenRangeOnly) {
  constexpr char kServices[] = "/api/v1/namespaces/default/services";
  const auto make = [&](absl::string_view name, absl::string_view address) {
    return Do("POST", kServices,
              absl::StrCat(R"({"metadata":{"name":")", name,
                           R"("},"spec":{"clusterIP":")", address,
                           R"(","ports":[{"port":80}]}})"));
  };
  services_ = {.first = 0x7f401002, .last = 0x7f401003};
  Start();
  const Reply other = make("other", "127.64.32.2");
  EXPECT_EQ(other.code, 422);
  EXPECT_THAT(other.At({"message"}), HasSubstr("127.64.16.2 to 127.64.16.3"));
  EXPECT_EQ(make("a", "127.64.16.3").code, 201);
  EXPECT_EQ(make("b", "").At({"spec", "clusterIP"}), "127.64.16.2");
  EXPECT_EQ(make("c", "").code, 500);
  EXPECT_EQ(make("headless", "None").code, 201);

  services_ = {.first = 0x7f401003, .last = 0x7f401004};
  Start();
  const auto address = [&](absl::string_view name) {
    return Do("GET", absl::StrCat(kServices, "/", name))
        .At({"spec", "clusterIP"});
  };
  EXPECT_EQ(address("a"), "127.64.16.3");
  EXPECT_EQ(address("b"), "127.64.16.4");
  EXPECT_EQ(address("headless"), "None");
}

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

TEST_F(ApiServerTest, AppliesByManagersAndNamesConflicts) {
  const std::string path = absl::StrCat(kMaps, "/a?fieldManager=");
  const char* type = "application/apply-patch+yaml";
  const char* body =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
      "data: {x: '1'}\n";
  EXPECT_EQ(Do("PATCH", path + "one", body, type).code, 201);
  const Reply same = Do("PATCH", path + "one", body, type);
  EXPECT_EQ(same.code, 200);
  EXPECT_EQ(Do("PATCH", path + "one", body, type).body, same.body);
  const char* other =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
      "data: {x: '2'}\n";
  const Reply conflict = Do("PATCH", path + "two", other, type);
  EXPECT_EQ(conflict.code, 409);
  EXPECT_EQ((*conflict.body.FindPath({"details", "causes"})->array())[0],
            json::Value(json::Object{{"reason", "FieldManagerConflict"},
                                     {"message", "conflict with \"one\""},
                                     {"field", ".data.x"}}));
  EXPECT_EQ(Do("PATCH", path + "two&force=true", other, type).At({"data", "x"}),
            "2");
  EXPECT_EQ(Do("PATCH", absl::StrCat(kMaps, "/a"), body, type).code, 422);
}

TEST_F(ApiServerTest, MisbehavesOnDemand) {
  faults_.AddRequest({.error = api::ToStatus(api::MakeApiStatus(429, "slow"))});
  EXPECT_EQ(MakeConfigMap("a").code, 429);
  faults_.AddRequest({.lose_answer = true});
  const absl::StatusOr<http::Response> lost =
      client_->Do({.method = "POST",
                   .url = absl::StrCat(server_->url(), kMaps),
                   .headers = {{"Content-Type", "application/json"}},
                   .body = R"({"metadata":{"name":"a"}})"},
                  {});
  // A client may repeat by itself what broke before the first byte.
  EXPECT_TRUE(!lost.ok() || lost->code == 409) << lost->code;
  const Reply there = Do("GET", absl::StrCat(kMaps, "/a"));
  EXPECT_EQ(there.code, 200);
  const std::string version = there.At({"metadata", "resourceVersion"});
  MakeConfigMap("b");
  faults_.AddRequest({.stale_versions = 1});
  EXPECT_EQ(Do("GET", kMaps).body.Find("items")->array()->size(), 1u);
  const std::string watch = absl::StrCat(
      kMaps, "?watch=1&timeoutSeconds=1&resourceVersion=", version);
  faults_.AddLine(WatchFault::kTwice);
  EXPECT_THAT(WatchAll(watch), ElementsAre("ADDED b", "ADDED b"));
  faults_.AddLine(WatchFault::kDrop);
  EXPECT_THAT(WatchAll(watch), ElementsAre());
  faults_.AddLine(WatchFault::kExpire);
  EXPECT_THAT(WatchAll(watch),
              ElementsAre(HasSubstr("ERROR too old resource version")));
}

TEST_F(ApiServerTest, WhatIsTooDeepToBeReadAgainIsRefused) {
  // A Workspace's template takes any fields; `depth` counts from its top.
  const auto workspace = [](absl::string_view name, int depth) {
    std::string nested = "1";
    for (int i = 2; i < depth; ++i)
      nested = absl::StrCat("{\"a\":", nested, "}");
    return absl::StrCat(R"({"metadata":{"name":")", name,
                        R"("},"resource":{"labelSelector":{}},)",
                        R"("inference":{"template":)", nested, "}}");
  };
  for (const char* type : {"application/json", "application/yaml"}) {
    const Reply refused =
        Do("POST", kWorkspaces, workspace("refused", 101), type);
    EXPECT_EQ(refused.code, 400) << type;
    EXPECT_THAT(refused.At({"message"}), HasSubstr("deeper than 100"));
  }
  const std::string deepest = workspace("deepest", 100);
  ASSERT_EQ(Do("POST", kWorkspaces, deepest).code, 201);
  const std::string path = absl::StrCat(kWorkspaces, "/deepest");
  EXPECT_EQ(Do("PATCH", path,
               R"([{"op":"copy","from":"/inference/template",
                    "path":"/inference/template/a"}])",
               "application/json-patch+json")
                .code,
            400);
  // Managed fields, lists and tables put more levels around it.
  EXPECT_EQ(Do("PATCH", path, R"({"metadata":{"labels":{"a":"b"}}})",
               "application/merge-patch+json")
                .code,
            200);
  const Reply list = Do("GET", kWorkspaces);
  ASSERT_NE(list.body.Find("items"), nullptr);
  EXPECT_EQ(list.body.Find("items")->array()->size(), 1u);
  EXPECT_EQ(Do("GET", kWorkspaces, "", "application/json",
               "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
                .code,
            200);
  EXPECT_EQ(Do("DELETE", path).code, 200);
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

#include "kaito/standalone/apiserver/server/api_server.h"

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
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/api_status.h"
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
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/server/fault_injector.h"
#include "kaito/standalone/apiserver/watch/watch_fault.h"

namespace kaito::apiserver {
namespace {

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

constexpr char kMaps[] = "/api/v1/namespaces/default/configmaps";
constexpr char kWorkspaces[] =
    "/apis/kaito.sh/v1alpha1/namespaces/default/workspaces";

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

constexpr char kSecrets[] = "/api/v1/namespaces/default/secrets";

TEST_F(ApiServerTest, DependentsGoWithTheirLastOwner) {
  const std::string a = MakeConfigMap("a").At({"metadata", "uid"});
  MakeOwned("s", "a", a);
  EXPECT_EQ(Do("DELETE", absl::StrCat(kMaps, "/a")).At({"status"}), "Success");
  EXPECT_TRUE(Sees(kSecrets, "DELETED s"));
  // One whose owner never was goes too.
  MakeOwned("t", "x", "no-such-uid");
  EXPECT_TRUE(Sees(kSecrets, "DELETED t"));
}

TEST_F(ApiServerTest, AForegroundDeletionWaitsForDependents) {
  const std::string a = MakeConfigMap("a").At({"metadata", "uid"});
  MakeOwned("s", "a", a);
  const char* type = "application/merge-patch+json";
  const std::string secret = absl::StrCat(kSecrets, "/s");
  Do("PATCH", secret, R"({"metadata":{"finalizers":["x.y/z"]}})", type);
  const Reply reply = Do("DELETE", absl::StrCat(kMaps, "/a"),
                         R"({"propagationPolicy":"Foreground"})");
  EXPECT_EQ((*reply.body.FindPath({"metadata", "finalizers"})->array())[0],
            json::Value("foregroundDeletion"));
  EXPECT_TRUE(Sees(kSecrets, "MODIFIED s"));
  EXPECT_EQ(Do("GET", absl::StrCat(kMaps, "/a")).code, 200);
  Do("PATCH", secret, R"({"metadata":{"finalizers":null}})", type);
  EXPECT_TRUE(Sees(kMaps, "DELETED a"));
}

TEST_F(ApiServerTest, AnOrphaningDeletionLeavesDependents) {
  const std::string a = MakeConfigMap("a").At({"metadata", "uid"});
  MakeOwned("s", "a", a);
  Do("DELETE", absl::StrCat(kMaps, "/a"), R"({"propagationPolicy":"Orphan"})");
  EXPECT_TRUE(Sees(kMaps, "DELETED a"));
  const Reply secret = Do("GET", absl::StrCat(kSecrets, "/s"));
  EXPECT_EQ(secret.code, 200);
  EXPECT_EQ(secret.body.FindPath({"metadata", "ownerReferences"}), nullptr);
}

TEST_F(ApiServerTest, ANamespaceIsEmptiedAndGoes) {
  Do("POST", "/api/v1/namespaces", R"({"metadata":{"name":"n"}})");
  Do("POST", "/api/v1/namespaces/n/configmaps",
     R"({"metadata":{"name":"a","finalizers":["x.y/z"]}})");
  const Reply reply = Do("DELETE", "/api/v1/namespaces/n");
  EXPECT_EQ(reply.At({"status", "phase"}), "Terminating");
  const Reply refused = Do("POST", "/api/v1/namespaces/n/secrets",
                           R"({"metadata":{"name":"s"}})");
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(
      (*refused.body.FindPath({"details", "causes"})->array())[0].StringAt(
          {"reason"}),
      "NamespaceTerminating");
  EXPECT_TRUE(Sees("/api/v1/namespaces/n/configmaps", "MODIFIED a"));
  Do("PATCH", "/api/v1/namespaces/n/configmaps/a",
     R"({"metadata":{"finalizers":null}})", "application/merge-patch+json");
  EXPECT_TRUE(Sees("/api/v1/namespaces", "DELETED n"));
}

TEST_F(ApiServerTest, AKindGoesWithItsObjects) {
  Do("POST", kWorkspaces,
     R"({"metadata":{"name":"w"},"resource":{"labelSelector":{}}})");
  const char* crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  Do("DELETE", absl::StrCat(crds, "/workspaces.kaito.sh"));
  EXPECT_TRUE(Sees(crds, "DELETED workspaces.kaito.sh"));
  EXPECT_EQ(Do("GET", kWorkspaces).code, 404);
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

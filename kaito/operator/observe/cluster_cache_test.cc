// The operator's caches over an API server's memory.
#include "kaito/operator/observe/cluster_cache.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/kube/queue/work_queue.h"
#include "kaito/operator/observe/cluster_index.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {
namespace {

using ::testing::ElementsAre;

const kube::ObjectKey kDemo = {"team", "demo"};

json::Value Object(const api::KindInfo& kind, absl::string_view ns,
                   absl::string_view name, json::Object labels) {
  json::Value object = json::Object{
      {"apiVersion", kind.api_version()},
      {"kind", kind.kind},
      {"metadata",
       json::Object{{"name", name}, {"labels", std::move(labels)}}}};
  if (!ns.empty()) object["metadata"]["namespace"] = ns;
  return object;
}

json::Value Workspace(absl::string_view name, absl::string_view app) {
  json::Value workspace = Object(kWorkspaces, "team", name, {});
  workspace["resource"]["labelSelector"]["matchLabels"]["app"] = app;
  workspace["inference"]["preset"]["name"] = "phi-4";
  workspace["status"]["state"] = "Ready";
  return workspace;
}

struct ClusterCacheTest : ::testing::Test {
  ClusterCacheTest()
      : api(clock), cache(clock, api, {.claims = &api::Machine::kKind}) {
    api.Put(kWorkspaces.gvr(), Workspace("demo", "a"));
    api.Put(kWorkspaces.gvr(), Workspace("other", "b"));
  }

  void Start() {
    cache.EnqueueInto(queue);
    EXPECT_FALSE(cache.synced());
    KAITO_ASSERT_OK(cache.Start(StopToken()));
    KAITO_ASSERT_OK(cache.AwaitSync(StopToken()));
    EXPECT_TRUE(cache.synced());
    // Of the first lists.
    while (queue.size() > 0) Next();
  }

  std::string Next() {
    const StopSource limit(StopToken(), clock,
                           clock.NowSteady() + absl::Seconds(60));
    const std::optional<kube::ObjectKey> key = queue.Get(limit.token());
    if (!key) return "none";
    queue.Done(*key);
    return OwnerText(*key);
  }

  std::vector<std::string> Names(
      const absl::StatusOr<std::vector<json::Value>>& objects) {
    EXPECT_TRUE(objects.ok()) << objects.status();
    std::vector<std::string> names;
    for (const json::Value& object : *objects) {
      names.emplace_back(object.StringAt({"metadata", "name"}));
    }
    return names;
  }

  RealClock clock;
  kube::FakeApiClient api;
  kube::WorkQueue queue{clock, {.name = "test"}};
  ClusterCache cache;
};

TEST_F(ClusterCacheTest, ReadsWhatTheServerHas) {
  json::Value job =
      Object(api::Job::kKind, "team", "demo", {{"kaito.sh/workspace", "demo"}});
  job["spec"]["backoffLimit"] = 3;
  api.Put(api::Job::kKind.gvr(), job);
  api.Put(api::Machine::kKind.gvr(),
          Object(api::Machine::kKind, "", "ws1",
                 {{"kaito.sh/workspace", "demo"},
                  {"kaito.sh/workspacenamespace", "team"}}));
  api.Put(api::Machine::kKind.gvr(),
          Object(api::Machine::kKind, "", "ws2",
                 {{"kaito.sh/workspace", "demo"},
                  {"kaito.sh/workspacenamespace", "else"}}));
  api.Put(api::Pod::kKind.gvr(), Object(api::Pod::kKind, "else", "p",
                                        {{"kaito.sh/workspace", "demo"}}));
  Start();
  const LiveReader live(api);
  for (const ClusterReader* reader :
       {static_cast<const ClusterReader*>(&live),
        static_cast<const ClusterReader*>(&cache)}) {
    const auto found = reader->Find(api::Job::kKind, kDemo, StopToken());
    ASSERT_TRUE(found.ok() && found->has_value());
    EXPECT_EQ((*found)->StringAt({"kind"}), "Job");
    EXPECT_EQ((*found)->StringAt({"metadata", "resourceVersion"}),
              api.Read(api::Job::kKind.gvr(), kDemo)
                  .StringAt({"metadata", "resourceVersion"}));
    EXPECT_EQ(*(*found)->FindPath({"spec", "backoffLimit"}), json::Value(3));
    EXPECT_THAT(Names(reader->FindOf(api::Machine::kKind, kDemo, StopToken())),
                ElementsAre("ws1"));
    EXPECT_THAT(Names(reader->FindOf(api::Pod::kKind, kDemo, StopToken())),
                ElementsAre());
  }
  EXPECT_EQ(cache.CountPhase(Phase::kSucceeded), 2);
  EXPECT_EQ(cache.CountPhase(Phase::kError), 0);
  EXPECT_EQ(cache.CountPreset("phi-4"), 2);
}

TEST_F(ClusterCacheTest, FindsNodesByAnyOfTheirLabels) {
  api.Put(api::Node::kKind.gvr(),
          Object(api::Node::kKind, "", "n1",
                 {{"app", "a"}, {"kubernetes.io/os", "linux"}}));
  api.Put(api::Node::kKind.gvr(),
          Object(api::Node::kKind, "", "n2",
                 {{"app", "a"}, {"kubernetes.io/os", "windows"}}));
  Start();
  EXPECT_THAT(Names(cache.FindNodes({{"app", "a"}}, StopToken())),
              ElementsAre("n1", "n2"));
  EXPECT_THAT(
      Names(cache.FindNodes({{"app", "a"}, {"kubernetes.io/os", "windows"}},
                            StopToken())),
      ElementsAre("n2"));
  EXPECT_THAT(
      Names(cache.FindNodes({{"kubernetes.io/os", "linux"}}, StopToken())),
      ElementsAre("n1"));
}

TEST_F(ClusterCacheTest, TellsOfEachChangeThatMattersOnce) {
  Start();
  json::Value node = Object(api::Node::kKind, "", "n1", {{"app", "b"}});
  api.Put(api::Node::kKind.gvr(), node);
  EXPECT_EQ(Next(), "team/other");
  // A heartbeat is no news; the pod after it is.
  node["status"]["conditions"] = json::Array{json::Object{
      {"type", "Ready"}, {"status", "True"}, {"lastHeartbeatTime", "1"}}};
  api.Put(api::Node::kKind.gvr(), node);
  EXPECT_EQ(Next(), "team/other");
  node["status"]["conditions"].array()->at(0)["lastHeartbeatTime"] = "2";
  api.Put(api::Node::kKind.gvr(), node);
  node["metadata"]["labels"]["app"] = "a";
  api.Put(api::Node::kKind.gvr(), node);
  // Whose it was, and whose it is; once each.
  std::vector<std::string> told = {Next(), Next()};
  EXPECT_THAT(told, ::testing::UnorderedElementsAre("team/demo", "team/other"));
  EXPECT_EQ(queue.size(), 0);
  api.Put(api::Pod::kKind.gvr(), Object(api::Pod::kKind, "team", "p",
                                        {{"kaito.sh/workspace", "demo"}}));
  EXPECT_EQ(Next(), "team/demo");
}

TEST_F(ClusterCacheTest, RefusesKindsThatItDoesNotKeep) {
  EXPECT_FALSE(
      cache.Find({.kind = "Secret", .plural = "secrets"}, kDemo, StopToken())
          .ok());
}

}  // namespace
}  // namespace kaito::controller

// The client runtime against standalone's API server, over TLS: what the fake
// in memory might be kinder about.

#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/apply/finalizers.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/access_loader.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/kube/events/event_recorder.h"
#include "kaito/kube/leader/leader_elector.h"
#include "kaito/kube/leader/lease_record.h"
#include "kaito/standalone/apiserver/server/api_server.h"
#include "kaito/standalone/apiserver/server/fault_injector.h"

namespace kaito::kube {
namespace {

using ::kaito::apiserver::ApiServer;
using ::kaito::apiserver::WatchFault;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;

const api::GroupVersionResource kMaps = {"", "v1", "configmaps"};

// Faults of watches, one for each line.
class LineFaults final : public apiserver::FaultInjector {
 public:
  std::optional<apiserver::RequestFault> OnRequest(
      const apiserver::RequestFacts&) override {
    return std::nullopt;
  }
  WatchFault OnWatchLine(absl::string_view, absl::string_view) override {
    MutexLock lock(mutex_);
    if (faults_.empty()) return WatchFault::kNone;
    const WatchFault fault = faults_.front();
    faults_.pop_front();
    return fault;
  }
  void Add(WatchFault fault) {
    MutexLock lock(mutex_);
    faults_.push_back(fault);
  }

 private:
  Mutex mutex_;
  std::deque<WatchFault> faults_ KAITO_GUARDED_BY(mutex_);
};

class ApiServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    KAITO_ASSERT_OK_AND_ASSIGN(
        server_, ApiServer::Start(
                     clock_, {.data_dir = dir_.path(), .faults = &faults_}));
    KAITO_ASSERT_OK_AND_ASSIGN(
        ClusterAccess access,
        LoadClusterAccess({.kubeconfig = server_->kubeconfig_path()}));
    KAITO_ASSERT_OK_AND_ASSIGN(
        client_, HttpApiClient::Connect(clock_, std::move(access), {}));
  }

  static json::Value Map(absl::string_view name, absl::string_view value) {
    json::Value map = json::Object{{"apiVersion", "v1"}, {"kind", "ConfigMap"}};
    map["metadata"]["name"] = name;
    map["data"]["k"] = value;
    return map;
  }
  void Create(absl::string_view name) {
    KAITO_EXPECT_OK(
        client_->Create(kMaps, "default", Map(name, "v"), {}, stop_));
  }
  api::ObjectMeta Meta(absl::string_view name) {
    const json::Value map =
        *client_->Get(kMaps, {"default", std::string(name)}, stop_);
    return *api::DecodeOrError<api::ObjectMeta>(*map.Find("metadata"), "map");
  }

  RealClock clock_;
  LineFaults faults_;
  StopToken stop_;
  TempDir dir_;
  std::unique_ptr<ApiServer> server_;
  std::unique_ptr<HttpApiClient> client_;
};

TEST_F(ApiServerTest, SpeaksAllVerbsThroughAKubeconfig) {
  for (const char* name : {"a", "b", "c"}) Create(name);
  EXPECT_THAT(client_->Create(kMaps, "default", Map("a", "v"), {}, stop_),
              StatusIs(absl::StatusCode::kAlreadyExists));
  const std::string selector = "metadata.name!=kube-root-ca.crt";
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObjectList page,
      client_->List(kMaps, "default", {.field_selector = selector, .limit = 2},
                    stop_));
  EXPECT_EQ(page.items.size(), 2);
  EXPECT_EQ(page.items[0].StringAt({"kind"}), "ConfigMap");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObjectList rest,
      client_->List(kMaps, "default",
                    {.field_selector = selector,
                     .limit = 2,
                     .continue_token = page.continue_token},
                    stop_));
  EXPECT_EQ(rest.items.size(), 1);
  EXPECT_EQ(rest.continue_token, "");

  json::Value stale = page.items[0];
  json::Value fresh = stale;
  fresh["data"]["k"] = "w";
  KAITO_EXPECT_OK(client_->Update(kMaps, {"default", "a"}, fresh, {}, stop_));
  stale["data"]["k"] = "x";
  EXPECT_THAT(client_->Update(kMaps, {"default", "a"}, stale, {}, stop_),
              StatusIs(absl::StatusCode::kAborted));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const json::Value applied,
      client_->Patch(kMaps, {"default", "new"}, PatchType::kApply,
                     Map("new", "y"), {.field_manager = "m", .force = true},
                     stop_));
  EXPECT_EQ(applied.StringAt({"data", "k"}), "y");
  EXPECT_THAT(client_->Delete(kMaps, {"default", "a"}, {.uid = "other"}, stop_),
              StatusIs(absl::StatusCode::kAborted));
  KAITO_EXPECT_OK(client_->Delete(kMaps, {"default", "a"}, {}, stop_));
  const absl::Status gone =
      client_->Get(kMaps, {"default", "a"}, stop_).status();
  EXPECT_THAT(gone, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(api::ApiStatusOf(gone)->reason, "NotFound");
}

TEST_F(ApiServerTest, R52OwnsOneFinalizer) {
  Create("a");
  const api::ObjectMeta bare = Meta("a");
  KAITO_EXPECT_OK(AddFinalizer(*client_, kMaps, bare, "x.io/1", stop_));
  EXPECT_THAT(AddFinalizer(*client_, kMaps, bare, "x.io/2", stop_),
              StatusIs(absl::StatusCode::kAborted));
  KAITO_EXPECT_OK(AddFinalizer(*client_, kMaps, Meta("a"), "x.io/2", stop_));
  EXPECT_THAT(Meta("a").finalizers, ElementsAre("x.io/1", "x.io/2"));
  KAITO_EXPECT_OK(client_->Delete(kMaps, {"default", "a"}, {}, stop_));
  KAITO_EXPECT_OK(RemoveFinalizer(*client_, kMaps, Meta("a"), "x.io/1", stop_));
  KAITO_EXPECT_OK(RemoveFinalizer(*client_, kMaps, Meta("a"), "x.io/2", stop_));
  EXPECT_THAT(client_->Get(kMaps, {"default", "a"}, stop_),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ApiServerTest, F1F2F4F8FollowsAWatchThroughItsFaults) {
  Mutex mutex;
  CondVar changed;
  Create("before");
  StopSource stop;
  Cache<json::Value> cache(clock_, *client_, {.gvr = kMaps, .ns = "default"},
                           WholeObject);
  cache.core().OnChange([&](const ObjectChange&) {
    MutexLock lock(mutex);
    changed.NotifyAll();
  });
  KAITO_ASSERT_OK(cache.core().Start(stop.token()));
  KAITO_ASSERT_OK(cache.core().AwaitSync(stop.token()));
  EXPECT_NE(cache.Get({"default", "before"}), nullptr);
  int n = 0;
  for (const WatchFault fault :
       {WatchFault::kNone, WatchFault::kTwice, WatchFault::kEnd,
        WatchFault::kCut, WatchFault::kExpire, WatchFault::kNone}) {
    const std::string name = absl::StrCat("m", n++);
    faults_.Add(fault);
    Create(name);
    MutexLock lock(mutex);
    while (cache.Get({"default", name}) == nullptr) changed.Wait(mutex);
  }
  KAITO_EXPECT_OK(client_->Delete(kMaps, {"default", "m0"}, {}, stop_));
  MutexLock lock(mutex);
  while (cache.Get({"default", "m0"}) != nullptr) changed.Wait(mutex);
  EXPECT_NE(cache.Get({"default", "m4"}), nullptr);
}

TEST_F(ApiServerTest, R41R46LeadsAndTells) {
  LeaderElector elector(clock_, *client_,
                        {.lease = {"default", "op"}, .identity = "a"});
  const api::GroupVersionResource leases = {"coordination.k8s.io", "v1",
                                            "leases"};
  std::string holder;
  KAITO_EXPECT_OK(elector.Run(
      [&](const StopToken&) {
        holder =
            ReadLease(*client_->Get(leases, {"default", "op"}, stop_)).holder;
        return absl::OkStatus();
      },
      stop_));
  EXPECT_EQ(holder, "a");
  EXPECT_EQ(ReadLease(*client_->Get(leases, {"default", "op"}, stop_)).holder,
            "");

  EventRecorder events(clock_, *client_, {.component = "op"});
  for (int i = 0; i < 2; ++i) {
    events.Record({.target = {.api_version = "v1",
                              .kind = "ConfigMap",
                              .ns = "default",
                              .name = "a",
                              .uid = "u"},
                   .reason = "Looked",
                   .message = "at it"});
  }
  KAITO_EXPECT_OK(events.Start(stop_));
  events.Stop();
  // As kubectl describe asks.
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObjectList list,
      client_->List({"", "v1", "events"}, "default",
                    {.field_selector = "involvedObject.name=a,"
                                       "involvedObject.uid=u"},
                    stop_));
  ASSERT_EQ(list.items.size(), 1);
  EXPECT_EQ(list.items[0].Find("count")->integer(), 2);
}

}  // namespace
}  // namespace kaito::kube

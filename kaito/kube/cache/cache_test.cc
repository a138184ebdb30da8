#include "kaito/kube/cache/cache.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/cache/object_cache.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const api::GroupVersionResource kPods = {"", "v1", "pods"};

// What the tests look at of a pod.
struct SlimPod {
  std::string name;
  std::string phase;
};

absl::StatusOr<SlimPod> ReadSlimPod(const json::Cursor& object) {
  SlimPod pod;
  const auto read_string_in = [](const json::Cursor& inner,
                                 absl::string_view wanted, std::string* out) {
    return inner.ForEachField(
        [&](absl::string_view name, const json::Cursor& value) {
          return name == wanted ? value.ReadString(out) : absl::OkStatus();
        });
  };
  KAITO_RETURN_IF_ERROR(object.ForEachField(
      [&](absl::string_view name, const json::Cursor& value) {
        if (name == "metadata") return read_string_in(value, "name", &pod.name);
        if (name == "status") return read_string_in(value, "phase", &pod.phase);
        return absl::OkStatus();
      }));
  return pod;
}

json::Value Pod(absl::string_view name, absl::string_view node,
                absl::string_view phase) {
  json::Value pod;
  pod["metadata"]["name"] = name;
  pod["metadata"]["namespace"] = "ns";
  pod["metadata"]["labels"]["app"] = absl::StrCat("app-", name);
  pod["metadata"]["ownerReferences"] =
      json::Array{json::Object{{"uid", "side"}},
                  json::Object{{"uid", "boss"}, {"controller", true}}};
  pod["spec"]["nodeName"] = node;
  pod["status"]["phase"] = phase;
  return pod;
}

class CacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cache_ = std::make_unique<Cache<SlimPod>>(
        clock_, api_,
        CacheOptions{.gvr = kPods,
                     .indexes = {{"node", IndexByField({"spec", "nodeName"})},
                                 {"app", IndexByLabel("app")},
                                 {"controller", IndexByController()},
                                 {"owner", IndexByOwner()}},
                     .list_watch = {.page_size = 2},
                     .metrics = &metrics_},
        ReadSlimPod);
    cache_->core().OnChange([this](const ObjectChange& change) {
      MutexLock lock(mutex_);
      changes_.push_back(
          absl::StrCat(change.before == nullptr  ? "+"
                       : change.after == nullptr ? "-"
                                                 : "~",
                       change.key().name, change.initial ? " initial" : "",
                       change.final_state_unknown ? " unseen" : ""));
    });
  }

  void Start() {
    KAITO_ASSERT_OK(cache_->core().Start(stop_.token()));
    KAITO_ASSERT_OK(cache_->core().AwaitSync(stop_.token()));
    api_.AwaitWatches(1);
  }
  // What handlers were told since the last time.
  std::vector<std::string> TakeChanges() {
    MutexLock lock(mutex_);
    return std::exchange(changes_, {});
  }
  std::string Phase(absl::string_view name) {
    const std::shared_ptr<const SlimPod> pod =
        cache_->Get({"ns", std::string(name)});
    return pod == nullptr ? "none" : pod->phase;
  }
  // Ends the watch and lets the wait pass that follows.
  void BreakWatch(const absl::Status& how) {
    api_.EndWatches(how);
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(61));
    api_.AwaitWatches(1);
  }

  FakeClock clock_;
  FakeApiClient api_{clock_};
  StopSource stop_;
  MetricRegistry metrics_;
  Mutex mutex_;
  std::vector<std::string> changes_ KAITO_GUARDED_BY(mutex_);
  std::unique_ptr<Cache<SlimPod>> cache_;  // Ends before what it uses.
};

TEST_F(CacheTest, R25HandlersKnowAllOfTheFirstListWhenItIsSynced) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    api_.Put(kPods, Pod(name, "n1", "Running"));
  }
  EXPECT_FALSE(cache_->core().synced());
  KAITO_ASSERT_OK(cache_->core().Start(stop_.token()));
  KAITO_ASSERT_OK(cache_->core().AwaitSync(stop_.token()));
  EXPECT_THAT(TakeChanges(),
              ElementsAre("+a initial", "+b initial", "+c initial",
                          "+d initial", "+e initial"));
  EXPECT_EQ(cache_->List().size(), 5);
  EXPECT_EQ(cache_->List("other").size(), 0);
  EXPECT_EQ(api_.calls("list"), 3);
}

TEST_F(CacheTest, R9FollowsTheWatch) {
  Start();
  api_.Put(kPods, Pod("a", "n1", "Pending"));
  api_.Put(kPods, Pod("a", "n1", "Running"));
  api_.Put(kPods, Pod("b", "n2", "Pending"));
  api_.Remove(kPods, {"ns", "b"});
  api_.AwaitWatches(1);
  EXPECT_EQ(Phase("a"), "Running");
  EXPECT_EQ(Phase("b"), "none");
  // Put writes object and status: two events for each.
  EXPECT_THAT(TakeChanges(), ElementsAre("+a", "~a", "~a", "+b", "~b", "-b"));
}

TEST_F(CacheTest, R21FindsByNodeLabelAndOwnerAndForgetsOldValues) {
  api_.Put(kPods, Pod("a", "n1", ""));
  api_.Put(kPods, Pod("b", "n2", ""));
  Start();
  const auto names = [&](absl::string_view index, absl::string_view value) {
    std::string all;
    for (const auto& pod : cache_->ByIndex(index, value)) all += pod->name;
    return all;
  };
  EXPECT_EQ(names("node", "n1"), "a");
  EXPECT_EQ(names("app", "app-b"), "b");
  EXPECT_EQ(names("controller", "boss"), "ab");
  EXPECT_EQ(names("controller", "side"), "");
  EXPECT_EQ(names("owner", "side"), "ab");
  api_.Put(kPods, Pod("a", "n2", ""));
  api_.Remove(kPods, {"ns", "b"});
  api_.AwaitWatches(1);
  EXPECT_EQ(names("node", "n1"), "");
  EXPECT_EQ(names("node", "n2"), "a");
  EXPECT_EQ(names("app", "app-b"), "");
  EXPECT_DEATH(cache_->ByIndex("zone", "z"), "no index zone");
}

TEST_F(CacheTest, R22WhatWasReadNeverChanges) {
  api_.Put(kPods, Pod("a", "n1", "Pending"));
  Start();
  const std::shared_ptr<const SlimPod> before = cache_->Get({"ns", "a"});
  api_.Put(kPods, Pod("a", "n1", "Running"));
  api_.AwaitWatches(1);
  EXPECT_EQ(before->phase, "Pending");
  EXPECT_EQ(Phase("a"), "Running");
}

TEST_F(CacheTest, R13F1GoesOnFromItsVersionWithoutAList) {
  Start();
  const int64_t lists = api_.calls("list");
  for (int i = 0; i < 50; ++i) {
    api_.Put(kPods, Pod(absl::StrCat("p", i), "n", ""));
    api_.AwaitWatches(1);
    api_.EndWatches(absl::OkStatus());
    // Not seen by any watch until the next one is open.
    api_.Put(kPods, Pod(absl::StrCat("q", i), "n", ""));
    api_.AwaitWatches(1);
    ASSERT_EQ(Phase(absl::StrCat("q", i)), "");
  }
  EXPECT_EQ(api_.calls("list"), lists);
  EXPECT_EQ(cache_->List().size(), 100);
}

TEST_F(CacheTest, R12GoesOnFromItsVersionAfterABrokenConnection) {
  api_.Put(kPods, Pod("a", "n", ""));
  Start();
  const int64_t lists = api_.calls("list");
  BreakWatch(absl::UnavailableError("reset"));
  EXPECT_EQ(api_.calls("list"), lists);
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("reflector_watch_restarts_total{resource=\"pods\"} 1"));
}

TEST_F(CacheTest, R17F4TellsOfWhatWentUnseen) {
  api_.Put(kPods, Pod("a", "n", ""));
  api_.Put(kPods, Pod("b", "n", ""));
  Start();
  TakeChanges();
  api_.OnCall([this](const FakeCall& call) {
    // After the watch is gone, before the next one.
    if (call.verb == "list" && !call.body.StringAt({"continue"}).empty()) {
      return absl::OkStatus();
    }
    if (call.verb == "list") {
      api_.Remove(kPods, {"ns", "a"});
      api_.Compact();
    }
    return absl::OkStatus();
  });
  BreakWatch(api::ToStatus(api::ExpiredStatus("")));
  // Also "b", which has not changed: a handler must bear it.
  EXPECT_THAT(TakeChanges(), ElementsAre("~b", "-a unseen"));
  EXPECT_EQ(Phase("a"), "none");
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("reflector_relists_410_total{resource=\"pods\"} 1"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("cache_objects{resource=\"pods\"} 1"));
}

TEST_F(CacheTest, F35ShowsNoPartOfAList) {
  for (const char* name : {"a", "b", "c"}) api_.Put(kPods, Pod(name, "n", ""));
  int64_t second_pages = 0;
  bool part_seen = false;
  api_.OnCall([&](const FakeCall& call) {
    if (call.verb != "list" || call.body.StringAt({"continue"}).empty()) {
      return absl::OkStatus();
    }
    part_seen = part_seen || !cache_->List().empty();
    return second_pages++ == 0 ? absl::InternalError("page 2 fails")
                               : absl::OkStatus();
  });
  KAITO_ASSERT_OK(cache_->core().Start(stop_.token()));
  clock_.AwaitWaiters(1);
  EXPECT_THAT(cache_->List(), IsEmpty());
  clock_.Advance(absl::Seconds(2));
  KAITO_ASSERT_OK(cache_->core().AwaitSync(stop_.token()));
  EXPECT_FALSE(part_seen);
  EXPECT_EQ(cache_->List().size(), 3);
}

TEST_F(CacheTest, F7BookmarksMoveTheVersionSoThatNothingExpires) {
  api_.Put(kPods, Pod("a", "n", ""));
  Start();
  const int64_t lists = api_.calls("list");
  api_.SendBookmarks();
  api_.AwaitWatches(1);
  TakeChanges();
  std::string resumed;
  api_.OnCall([&](const FakeCall& call) {
    if (call.verb == "watch") {
      resumed = std::string(call.body.StringAt({"resourceVersion"}));
    }
    return absl::OkStatus();
  });
  BreakWatch(absl::UnavailableError("reset"));
  EXPECT_EQ(api_.calls("list"), lists);
  EXPECT_THAT(TakeChanges(), IsEmpty());
  EXPECT_NE(
      resumed,
      api_.Read(kPods, {"ns", "a"}).StringAt({"metadata", "resourceVersion"}));
}

TEST_F(CacheTest, LeavesOutWhatItCannotRead) {
  json::Value odd = Pod("odd", "n", "");
  odd["status"]["phase"] = 5;
  api_.Put(kPods, odd);
  api_.Put(kPods, Pod("a", "n", "Running"));
  Start();
  EXPECT_EQ(cache_->List().size(), 1);
  EXPECT_THAT(metrics_.Text(), HasSubstr("reflector_skipped_total"));
}

TEST_F(CacheTest, StopsWhileItWaitsAndWhileItWatches) {
  api_.OnCall([](const FakeCall&) { return absl::InternalError("down"); });
  KAITO_ASSERT_OK(cache_->core().Start(stop_.token()));
  clock_.AwaitWaiters(1);
  stop_.RequestStop();
  EXPECT_THAT(cache_->core().AwaitSync(stop_.token()),
              StatusIs(absl::StatusCode::kCancelled));
  cache_->core().Stop();
  EXPECT_FALSE(cache_->core().synced());
}

TEST_F(CacheTest, R19DropsManagedFieldsFromWholeObjects) {
  json::Value pod = Pod("a", "n", "Running");
  pod["metadata"]["managedFields"] = json::Array{1, 2};
  api_.Put(kPods, pod);
  Cache<json::Value> whole(clock_, api_, {.gvr = kPods}, WholeObject);
  KAITO_ASSERT_OK(whole.core().Start(stop_.token()));
  KAITO_ASSERT_OK(whole.core().AwaitSync(stop_.token()));
  const std::shared_ptr<const json::Value> kept = whole.Get({"ns", "a"});
  EXPECT_EQ(kept->FindPath({"metadata", "managedFields"}), nullptr);
  EXPECT_EQ(kept->StringAt({"status", "phase"}), "Running");
  EXPECT_NE(kept->StringAt({"metadata", "uid"}), "");
}

}  // namespace
}  // namespace kaito::kube

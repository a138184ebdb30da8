#include "kaito/kube/queue/controller.h"

#include <atomic>
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
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/object_cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/cache/object_summary.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/kube/metrics/registry.h"
#include "kaito/kube/queue/enqueue.h"
#include "kaito/kube/queue/event_filter.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/kube/queue/work_queue.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Action = AfterReconcile::Action;

const ObjectKey kKey = {"ns", "a"};

TEST(DecideAfter, R34FollowsTheTableOfErrors) {
  const auto decide = [](const absl::StatusOr<ReconcileResult>& outcome) {
    const AfterReconcile after = DecideAfter(
        outcome,
        {.precondition = absl::Seconds(30), .slow = absl::Seconds(60)});
    return std::make_pair(after.action, after.delay);
  };
  const auto of = [](Action action, int64_t seconds = 0) {
    return std::make_pair(action, absl::Seconds(seconds));
  };
  EXPECT_EQ(decide(ReconcileResult{}), of(Action::kForget));
  EXPECT_EQ(decide(ReconcileResult{.requeue_after = absl::Seconds(5)}),
            of(Action::kAfter, 5));
  EXPECT_EQ(decide(absl::InvalidArgumentError("")), of(Action::kGiveUp));
  EXPECT_EQ(decide(absl::UnimplementedError("")), of(Action::kGiveUp));
  EXPECT_EQ(decide(absl::FailedPreconditionError("")), of(Action::kAfter, 30));
  EXPECT_EQ(decide(absl::ResourceExhaustedError("")), of(Action::kAfter, 60));
  EXPECT_EQ(decide(absl::PermissionDeniedError("")), of(Action::kAfter, 60));
  for (const absl::Status& status :
       {absl::UnavailableError(""), absl::AbortedError(""),
        absl::InternalError(""), absl::NotFoundError(""),
        absl::DeadlineExceededError(""), absl::UnknownError("")}) {
    EXPECT_EQ(decide(status), of(Action::kBackoff)) << status;
  }
}

class ControllerTest : public ::testing::Test {
 protected:
  // A controller whose reconcile calls reconcile_.
  void Start(ControllerOptions options) {
    options.name = "c";
    options.metrics = &metrics_;
    controller_ = std::make_unique<Controller>(
        clock_, options, [this](const ObjectKey& key, const StopToken& stop) {
          absl::StatusOr<ReconcileResult> outcome = reconcile_(key, stop);
          MutexLock lock(mutex_);
          runs_.push_back(key.name);
          ran_.NotifyAll();
          return outcome;
        });
    KAITO_ASSERT_OK(controller_->Start(stop_.token()));
  }
  void AwaitRuns(size_t count) {
    MutexLock lock(mutex_);
    while (runs_.size() < count) ran_.Wait(mutex_);
  }
  size_t runs() {
    MutexLock lock(mutex_);
    return runs_.size();
  }
  // Also of the last run's conclusion.
  void AwaitIdle() { controller_->Stop(WorkQueue::Pending::kRun); }

  FakeClock clock_;
  MetricRegistry metrics_;
  StopSource stop_;
  Reconcile reconcile_;
  Mutex mutex_;
  CondVar ran_;
  std::vector<std::string> runs_ KAITO_GUARDED_BY(mutex_);
  std::unique_ptr<Controller> controller_;
};

TEST_F(ControllerTest, R34BacksOffUntilASuccess) {
  std::atomic<int> failures = 3;
  reconcile_ = [&](const ObjectKey&,
                   const StopToken&) -> absl::StatusOr<ReconcileResult> {
    if (failures-- > 0) return absl::UnavailableError("not yet");
    return ReconcileResult{};
  };
  Start({});
  controller_->queue().Add(kKey);
  for (const int64_t ms : {5, 10, 20}) {
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Milliseconds(ms));
  }
  AwaitRuns(4);
  AwaitIdle();
  EXPECT_EQ(controller_->queue().failures(kKey), 0);
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("controller_runtime_reconcile_total{"
                              "controller=\"c\",result=\"error\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("controller_runtime_reconcile_total{"
                              "controller=\"c\",result=\"success\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("controller_runtime_reconcile_total{"
                              "controller=\"c\",result=\"requeue\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("controller_runtime_active_workers{"
                              "controller=\"c\"} 0\n"));
}

TEST_F(ControllerTest, R34ComesBackWhenAskedTo) {
  reconcile_ = [](const ObjectKey&, const StopToken&) {
    return ReconcileResult{.requeue_after = absl::Seconds(30)};
  };
  Start({});
  controller_->queue().Add(kKey);
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(30));
  AwaitRuns(2);
}

TEST_F(ControllerTest, R34GivesUpOnWhatOnlyTheUserCanMend) {
  reconcile_ = [](const ObjectKey&, const StopToken&) {
    return absl::InvalidArgumentError("wrong");
  };
  Start({});
  controller_->queue().Add(kKey);
  AwaitRuns(1);
  AwaitIdle();
  EXPECT_EQ(controller_->queue().delayed(), 0);
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("controller_runtime_terminal_reconcile_errors_total{"
                        "controller=\"c\"} 1\n"));
}

TEST_F(ControllerTest, R36RunsDifferentKeysAtOnceAndOneKeyAlone) {
  Notification both;
  std::atomic<int> inside = 0;
  std::atomic<bool> twice = false;
  std::atomic<int> inside_a = 0;
  reconcile_ = [&](const ObjectKey& key, const StopToken&) {
    if (key == kKey && ++inside_a > 1) twice = true;
    if (++inside == 2) both.Notify();
    both.Wait();
    if (key == kKey) --inside_a;
    return ReconcileResult{};
  };
  Start({.workers = 3});
  controller_->queue().Add(kKey);
  controller_->queue().Add({"ns", "b"});
  controller_->queue().Add(kKey);
  AwaitRuns(2);
  AwaitIdle();
  EXPECT_FALSE(twice);
}

TEST_F(ControllerTest, R36EndsARunThatTakesTooLong) {
  std::atomic<int> calls = 0;
  reconcile_ = [&](const ObjectKey&,
                   const StopToken& stop) -> absl::StatusOr<ReconcileResult> {
    if (++calls > 1) return ReconcileResult{};
    return WaitFor(clock_, absl::Hours(1), stop);
  };
  Start({.reconcile_timeout = absl::Minutes(1)});
  controller_->queue().Add(kKey);
  clock_.AwaitWaiters(2);  // The hour, and the limit.
  clock_.Advance(absl::Minutes(1));
  while (runs() < 2) clock_.Advance(absl::Milliseconds(5));
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("controller_runtime_reconcile_timeouts_total{"
                        "controller=\"c\"} 1\n"));
}

TEST_F(ControllerTest, R43LosesNoTimeWhenStopped) {
  reconcile_ = [&](const ObjectKey&,
                   const StopToken& stop) -> absl::StatusOr<ReconcileResult> {
    KAITO_EXPECT_OK(stop.status());
    return WaitFor(clock_, absl::InfiniteDuration(), stop);
  };
  Start({});
  controller_->queue().Add(kKey);
  controller_->queue().Add({"ns", "b"});
  while (controller_->queue().running() == 0) {
  }
  stop_.RequestStop();
  AwaitRuns(1);
  controller_->Stop(WorkQueue::Pending::kDiscard);
  EXPECT_EQ(controller_->queue().failures(kKey), 0);  // No error of its own.
}

ObjectPtr Object(ObjectSummary summary) {
  auto object = std::make_shared<CachedObject>();
  object->summary = std::move(summary);
  return object;
}

TEST(EventFilter, R31TellsWhatHasChanged) {
  const ObjectSummary before{
      .key = kKey, .resource_version = "1", .generation = 1};
  ObjectSummary status = before;
  status.resource_version = "2";
  ObjectSummary spec = status;
  spec.generation = 2;
  ObjectSummary labels = status;
  labels.labels_hash = 5;
  ObjectSummary annotations = status;
  annotations.annotations_hash = 5;
  ObjectSummary finalizers = status;
  finalizers.finalizers_hash = 5;
  ObjectSummary deleting = status;
  deleting.deleting = true;
  const auto passed = [&](const EventFilter& filter) {
    std::string text;
    int place = 0;
    for (const ObjectSummary& after :
         {before, status, spec, labels, annotations, finalizers, deleting}) {
      const bool passes =
          Passes(filter, {.before = Object(before), .after = Object(after)});
      if (passes) absl::StrAppend(&text, place);
      ++place;
    }
    return text;
  };
  EXPECT_EQ(passed(nullptr), "0123456");
  EXPECT_EQ(passed(VersionChanged()), "123456");
  EXPECT_EQ(passed(GenerationChanged()), "2");
  EXPECT_EQ(passed(LabelsChanged()), "3");
  EXPECT_EQ(passed(AnnotationsChanged()), "4");
  EXPECT_EQ(passed(FinalizersChanged()), "5");
  EXPECT_EQ(passed(DeletionBegan()), "6");
  EXPECT_EQ(passed(PrimaryFilter()), "2346");
  EXPECT_EQ(passed(Inverted(PrimaryFilter())), "015");
  EXPECT_EQ(passed(AllOf({VersionChanged(), Inverted(GenerationChanged())})),
            "13456");
  EXPECT_TRUE(Passes(LabelsChanged(), {.after = Object(before)}));
  EXPECT_TRUE(Passes(LabelsChanged(), {.before = Object(before)}));
}

TEST(KeyMap, R32FindsOwnersByGroupAndKindWhateverTheVersion) {
  const ObjectPtr object =
      Object({.key = kKey,
              .owners = {{.api_version = "kaito.sh/v1alpha1",
                          .kind = "Workspace",
                          .name = "w1"},
                         {.api_version = "kaito.sh/v1beta1",
                          .kind = "Workspace",
                          .name = "w2",
                          .controller = true},
                         {.api_version = "other/v1",
                          .kind = "Workspace",
                          .name = "w3",
                          .controller = true},
                         {.api_version = "a/b/c", .kind = "Workspace"}}});
  const api::GroupVersionKind kind = {"kaito.sh", "v1beta1", "Workspace"};
  EXPECT_THAT(ToOwners(kind)(*object),
              ElementsAre(ObjectKey{"ns", "w1"}, ObjectKey{"ns", "w2"}));
  EXPECT_THAT(ToController(kind)(*object), ElementsAre(ObjectKey{"ns", "w2"}));
  EXPECT_THAT(ToController(kind, /*owner_namespaced=*/false)(*object),
              ElementsAre(ObjectKey{"", "w2"}));
  EXPECT_THAT(ToSelf()(*object), ElementsAre(kKey));
}

TEST(Enqueue, R29R32TellsOldAndNewOwnersAndLetsEditsGoFirst) {
  const api::GroupVersionResource pods = {"", "v1", "pods"};
  const auto pod = [](absl::string_view name, absl::string_view owner) {
    json::Value value;
    value["metadata"]["name"] = name;
    value["metadata"]["namespace"] = "ns";
    value["metadata"]["ownerReferences"] = json::Array{
        json::Object{{"apiVersion", "v1"}, {"kind", "Boss"}, {"name", owner}}};
    return value;
  };
  FakeClock clock;
  FakeApiClient api(clock);
  StopSource stop;
  WorkQueue queue(clock, {});
  api.Put(pods, pod("p1", "first"));
  api.Put(pods, pod("p2", "second"));
  Cache<json::Value> cache(clock, api, {.gvr = pods}, WholeObject);
  Enqueue(cache.core(), queue, {.map = ToOwners({"", "v1", "Boss"})});
  KAITO_ASSERT_OK(cache.core().Start(stop.token()));
  KAITO_ASSERT_OK(cache.core().AwaitSync(stop.token()));
  api.AwaitWatches(1);
  EXPECT_EQ(queue.size(), 2);
  api.Put(pods, pod("p2", "third"));
  api.AwaitWatches(1);
  // Of the three, "first" is from the list alone.
  std::vector<std::string> order;
  while (queue.size() > 0) order.push_back(queue.Get(stop.token())->name);
  EXPECT_EQ(order.back(), "first");
  EXPECT_THAT(order, UnorderedElementsAre("first", "second", "third"));
}

}  // namespace
}  // namespace kaito::kube

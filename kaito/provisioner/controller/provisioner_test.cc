#include "kaito/provisioner/controller/provisioner.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/node.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/events/event_recorder.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/provisioner/controller/claim_reconciler.h"
#include "kaito/provisioner/fake/fake_provider.h"
#include "kaito/provisioner/lifecycle/claim.h"
#include "kaito/provisioner/lifecycle/decide.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const kube::ObjectKey kKey = {"", "ws1"};

json::Value Yaml(absl::string_view text) { return yaml::Parse(text)->value; }

json::Value Machine() {
  return Yaml(R"(
apiVersion: karpenter.sh/v1alpha5
kind: Machine
metadata:
  name: ws1
  labels: {kaito.sh/workspace: demo, apps: llm}
spec:
  requirements:
  - {key: node.kubernetes.io/instance-type, operator: In, values: [T]}
  taints: [{key: sku, value: gpu, effect: NoSchedule}]
  resources: {requests: {storage: 120Gi}}
)");
}

json::Value Node(absl::string_view name, absl::string_view provider_id) {
  json::Value node = Yaml(R"(
status:
  allocatable: {cpu: "4"}
  conditions: [{type: Ready, status: "True"}]
)");
  node["metadata"]["name"] = name;
  node["spec"]["providerID"] = provider_id;
  return node;
}

class ProvisionerTest : public ::testing::Test {
 protected:
  const api::GroupVersionResource machines_ = api::Machine::kKind.gvr();
  const api::GroupVersionResource nodes_ = api::Node::kKind.gvr();

  ClaimReconciler Reconciler(Provider& provider) {
    return ClaimReconciler(ClaimKind::kMachine, {.client = api_,
                                                 .clock = clock_,
                                                 .provider = provider,
                                                 .events = events_});
  }
  absl::StatusOr<kube::ReconcileResult> Run(Provider& provider) {
    return Reconciler(provider).Reconcile(kKey, StopToken());
  }
  // "False LaunchFailed"; "True".
  std::string Condition(absl::string_view type) {
    const json::Value machine = api_.Read(machines_, kKey);
    const json::Value* list = machine.FindPath({"status", "conditions"});
    if (list == nullptr) return "none";
    for (const json::Value& condition : *list->array()) {
      if (condition.StringAt({"type"}) != type) continue;
      const absl::string_view status = condition.StringAt({"status"});
      return status == "True"
                 ? "True"
                 : absl::StrCat(status, " ", condition.StringAt({"reason"}));
    }
    return "absent";
  }
  std::string NodeLabel(absl::string_view node, absl::string_view label) {
    return std::string(api_.Read(nodes_, {"", std::string(node)})
                           .StringAt({"metadata", "labels", label}));
  }
  void DeleteMachine() {
    KAITO_EXPECT_OK(api_.Delete(machines_, kKey, {}, StopToken()));
  }
  // Sends what was recorded; the reasons of all events.
  std::string Events() {
    KAITO_EXPECT_OK(events_.Start(StopToken()));
    events_.Stop();
    std::string reasons;
    for (const json::Value& event : api_.ReadAll({"", "v1", "events"})) {
      absl::StrAppend(&reasons, event.StringAt({"reason"}), ": ",
                      event.StringAt({"message"}), "\n");
    }
    return reasons;
  }

  FakeClock clock_;
  kube::FakeApiClient api_{clock_};
  kube::EventRecorder events_{clock_, api_, {.component = "p"}};
};

TEST_F(ProvisionerTest, TurnsAMachineIntoANodeAndRestsThen) {
  FakeProvider provider(clock_, {});
  api_.Put(machines_, Machine());
  KAITO_ASSERT_OK_AND_ASSIGN(const kube::ReconcileResult waits, Run(provider));
  EXPECT_EQ(waits.requeue_after, absl::Minutes(15));
  EXPECT_EQ(Condition("MachineLaunched"), "True");
  EXPECT_EQ(Condition("MachineRegistered"), "Unknown NodeNotFound");
  EXPECT_EQ(provider.request().instance_type, "T");
  EXPECT_EQ(provider.request().taints.size(), 1);

  api_.Put(nodes_, Node("n1", "fake://ws1"));
  KAITO_ASSERT_OK_AND_ASSIGN(const kube::ReconcileResult done, Run(provider));
  EXPECT_EQ(done.requeue_after, absl::ZeroDuration());
  EXPECT_EQ(Condition("Ready"), "True");
  const json::Value machine = api_.Read(machines_, kKey);
  EXPECT_EQ(machine.StringAt({"status", "nodeName"}), "n1");
  EXPECT_EQ(machine.StringAt({"status", "providerID"}), "fake://ws1");
  EXPECT_EQ(machine.StringAt({"status", "allocatable", "cpu"}), "4");
  EXPECT_EQ(NodeLabel("n1", "apps"), "llm");
  EXPECT_EQ(NodeLabel("n1", api::karpenter::kInitializedLabel), "true");

  const size_t writes = api_.writes().size();
  KAITO_EXPECT_OK(Run(provider));
  EXPECT_EQ(api_.writes().size(), writes);
  EXPECT_EQ(provider.made(), 1);
}

TEST_F(ProvisionerTest, DeletesNodeThenInstanceThenItself) {
  FakeProvider provider(clock_, {.delete_calls = 2});
  api_.Put(machines_, Machine());
  KAITO_ASSERT_OK(Run(provider));
  api_.Put(nodes_, Node("n1", "fake://ws1"));
  KAITO_ASSERT_OK(Run(provider));
  DeleteMachine();
  KAITO_ASSERT_OK_AND_ASSIGN(kube::ReconcileResult again, Run(provider));
  EXPECT_EQ(again.requeue_after, absl::Seconds(5));
  EXPECT_TRUE(api_.Read(nodes_, {"", "n1"}).is_null());
  KAITO_ASSERT_OK(Run(provider));
  EXPECT_FALSE(api_.Read(machines_, kKey).is_null());
  KAITO_ASSERT_OK(Run(provider));
  EXPECT_TRUE(api_.Read(machines_, kKey).is_null());
  EXPECT_THAT(provider.claims(), IsEmpty());
  KAITO_EXPECT_OK(Run(provider));  // What is gone is a success.
}

TEST_F(ProvisionerTest, DeletesWhatWasMadeThoughItsAnswerWasLost) {
  FakeProvider provider(clock_, {});
  provider.LoseAnswer("create", 1);
  api_.Put(machines_, Machine());
  EXPECT_THAT(Run(provider), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Condition("MachineLaunched"), "Unknown LaunchFailed");
  DeleteMachine();
  KAITO_EXPECT_OK(Run(provider));
  KAITO_EXPECT_OK(Run(provider));
  EXPECT_TRUE(api_.Read(machines_, kKey).is_null());
  EXPECT_THAT(provider.claims(), IsEmpty());
}

TEST_F(ProvisionerTest, SaysWhyThereIsNoCapacityAndAsksSlowly) {
  FakeProvider provider(clock_, {});
  provider.Fail("create", absl::ResourceExhaustedError("quota of T is 0"), 2);
  api_.Put(machines_, Machine());
  KAITO_ASSERT_OK_AND_ASSIGN(const kube::ReconcileResult slow, Run(provider));
  EXPECT_EQ(slow.requeue_after, absl::Minutes(1));
  EXPECT_EQ(Condition("MachineLaunched"), "False InsufficientCapacity");
  EXPECT_THAT(Events(), HasSubstr("InsufficientCapacityError: all requested "
                                  "instance types were unavailable during "
                                  "launch: quota of T is 0"));
  KAITO_ASSERT_OK(Run(provider));
  KAITO_ASSERT_OK(Run(provider));
  EXPECT_EQ(Condition("MachineLaunched"), "True");
}

TEST_F(ProvisionerTest, DoesNotRetryWhatCanNeverBeAndGivesUpInTime) {
  FakeProvider provider(clock_, {});
  provider.Fail("create", absl::InvalidArgumentError("no type T"), 1000);
  api_.Put(machines_, Machine());
  KAITO_ASSERT_OK_AND_ASSIGN(const kube::ReconcileResult later, Run(provider));
  EXPECT_EQ(later.requeue_after, absl::Minutes(20));
  EXPECT_EQ(Condition("MachineLaunched"), "False LaunchFailed");
  clock_.Advance(absl::Minutes(20));
  KAITO_ASSERT_OK(Run(provider));
  EXPECT_TRUE(api_.Read(machines_, kKey).is_null());
  EXPECT_THAT(Events(), HasSubstr("GivenUp: The node did not come up in time"));
}

TEST_F(ProvisionerTest, GivesUpAClaimWhoseNodeNeverComes) {
  FakeProvider provider(clock_, {});
  api_.Put(machines_, Machine());
  KAITO_ASSERT_OK(Run(provider));
  clock_.Advance(absl::Minutes(15));
  KAITO_ASSERT_OK(Run(provider));
  KAITO_ASSERT_OK(Run(provider));
  EXPECT_TRUE(api_.Read(machines_, kKey).is_null());
  EXPECT_THAT(provider.claims(), IsEmpty());
}

TEST_F(ProvisionerTest, LeavesASharedNodeAsItFoundIt) {
  FakeProvider provider(
      clock_,
      {.keeps_nodes = true, .node_name = "laptop", .note = "8 CPUs, no GPU"});
  api_.Put(nodes_, Node("laptop", ""));
  api_.Put(machines_, Machine());
  KAITO_ASSERT_OK(Run(provider));
  EXPECT_EQ(Condition("Ready"), "True");
  EXPECT_EQ(NodeLabel("laptop", "node.kubernetes.io/instance-type"), "T");
  const json::Value bound = api_.Read(nodes_, {"", "laptop"});
  EXPECT_EQ(bound.FindPath({"spec", "taints"}), nullptr);
  EXPECT_EQ(bound.FindPath({"metadata", "ownerReferences"}), nullptr);
  EXPECT_THAT(Events(), HasSubstr("Launched: 8 CPUs, no GPU"));
  DeleteMachine();
  KAITO_ASSERT_OK(Run(provider));
  KAITO_ASSERT_OK(Run(provider));
  EXPECT_TRUE(api_.Read(machines_, kKey).is_null());
  EXPECT_FALSE(api_.Read(nodes_, {"", "laptop"}).is_null());
  EXPECT_EQ(NodeLabel("laptop", "node.kubernetes.io/instance-type"), "");
  EXPECT_EQ(NodeLabel("laptop", "kaito.sh/workspace"), "");
}

// F17: the program dies before or after each of its writes, once for each; the
// end is the same as without.
TEST_F(ProvisionerTest, F17EndsTheSameWhereverItDies) {
  // Writes until ready, and their end, with death at write `at`.
  const auto run = [](int64_t at, bool after) {
    FakeClock clock;
    kube::FakeApiClient api(clock);
    kube::EventRecorder events(clock, api, {.component = "p"});
    FakeProvider provider(clock, {});
    int64_t writes = 0;
    const auto die = [&writes, at](bool here) {
      return [&writes, at, here](const kube::FakeCall& call) {
        if (call.verb == "get" || call.verb == "list") return absl::OkStatus();
        return here && ++writes == at ? absl::UnavailableError("died")
                                      : absl::OkStatus();
      };
    };
    api.Put(api::Node::kKind.gvr(), Node("n1", "fake://ws1"));
    api.Put(api::Machine::kKind.gvr(), Machine());
    api.OnCall(die(!after));
    api.OnAnswer(die(after));
    for (int runs = 0; runs < 4; ++runs) {
      // Nothing is remembered from one to the next.
      ClaimReconciler reconciler(ClaimKind::kMachine, {.client = api,
                                                       .clock = clock,
                                                       .provider = provider,
                                                       .events = events});
      reconciler.Reconcile(kKey, StopToken()).status().IgnoreError();
    }
    json::Value machine = api.Read(api::Machine::kKind.gvr(), kKey);
    json::Value node = api.Read(api::Node::kKind.gvr(), {"", "n1"});
    for (json::Value* object : {&machine, &node}) {
      (*object)["metadata"].object()->Erase("resourceVersion");
    }
    EXPECT_EQ(provider.made(), 1);
    return std::make_pair(writes, std::make_pair(machine, node));
  };
  const auto [writes, end] = run(-1, false);
  EXPECT_EQ(writes, 7);
  for (int64_t at = 1; at <= writes; ++at) {
    for (const bool after : {false, true}) {
      EXPECT_EQ(run(at, after).second, end) << at << (after ? " after" : "");
    }
  }
}

TEST_F(ProvisionerTest, SweepsWhatWasLostOnEitherSideAfterTwoSightings) {
  FakeProvider provider(clock_, {});
  api_.Put(machines_, Machine());
  KAITO_ASSERT_OK(Run(provider));
  api_.Put(nodes_, Node("n1", "fake://ws1"));
  KAITO_ASSERT_OK(Run(provider));
  provider.Add({.claim = "leaked",
                .provider_id = "fake://leaked",
                .created = clock_.Now()});
  std::map<std::string, int64_t> suspects;
  const auto sweep = [&] {
    return Sweep(api_, provider, clock_.Now(), absl::Minutes(10), suspects,
                 StopToken());
  };
  // Young, and alive though the provider has lost it.
  provider.Remove("ws1");
  for (int i = 0; i < 3; ++i) KAITO_EXPECT_OK(sweep());
  EXPECT_THAT(provider.claims(), ElementsAre("leaked"));
  clock_.Advance(absl::Minutes(11));
  KAITO_EXPECT_OK(sweep());
  EXPECT_THAT(provider.claims(), ElementsAre("leaked"));
  KAITO_EXPECT_OK(sweep());
  EXPECT_THAT(provider.claims(), IsEmpty());

  json::Value node = api_.Read(nodes_, {"", "n1"});
  node["status"]["conditions"] = Yaml("[{type: Ready, status: \"False\"}]");
  api_.Put(nodes_, node);
  KAITO_EXPECT_OK(sweep());
  EXPECT_EQ(
      api_.Read(machines_, kKey).StringAt({"metadata", "deletionTimestamp"}),
      "");
  KAITO_EXPECT_OK(sweep());
  EXPECT_NE(
      api_.Read(machines_, kKey).StringAt({"metadata", "deletionTimestamp"}),
      "");
}

TEST_F(ProvisionerTest, RunsAsAWholeFromWatches) {
  FakeProvider provider(clock_, {});
  StopSource stop;
  Mutex mutex;
  CondVar changed;
  int64_t ready = 0;
  api_.OnAnswer([&](const kube::FakeCall& call) {
    if (call.subresource == "status" &&
        absl::StrContains(call.key.name, "ws")) {
      MutexLock lock(mutex);
      ++ready;
      changed.NotifyAll();
    }
    return absl::OkStatus();
  });
  const auto await_status_writes = [&](int64_t count) {
    MutexLock lock(mutex);
    while (ready < count) changed.Wait(mutex);
  };
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<Provisioner> provisioner,
      StartProvisioner(api_, provider, clock_, {}, stop.token()));
  api_.AwaitWatches(3);
  EXPECT_TRUE(provisioner->synced());
  api_.Put(machines_, Machine());
  await_status_writes(2);  // Launched; then what it waits for.
  api_.AwaitWatches(3);    // The cache knows the claim's instance.
  api_.Put(nodes_, Node("n1", "fake://ws1"));
  await_status_writes(4);  // Registered; initialized.
  EXPECT_EQ(Condition("Ready"), "True");
}

}  // namespace
}  // namespace kaito::provisioner

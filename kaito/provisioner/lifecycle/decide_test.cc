#include "kaito/provisioner/lifecycle/decide.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/node.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/provisioner/lifecycle/claim.h"
#include "kaito/provisioner/lifecycle/node_patch.h"

namespace kaito::provisioner {
namespace {

using Action = ClaimStep::Action;

const absl::Time kCreated = absl::FromUnixSeconds(1704067200);

json::Value Yaml(absl::string_view text) { return yaml::Parse(text)->value; }

json::Value Spec(ClaimKind kind) {
  json::Value claim = Yaml(R"(
metadata:
  name: ws1
  uid: u-1
  creationTimestamp: 2024-01-01T00:00:00Z
  finalizers: [karpenter.sh/termination]
  labels: {kaito.sh/workspace: demo, apps: llm}
  annotations: {karpenter.sh/do-not-disrupt: "true"}
spec:
  requirements:
  - {key: node.kubernetes.io/instance-type, operator: In, values: [T]}
  - {key: kubernetes.io/os, operator: In, values: [linux]}
  - {key: zone, operator: In, values: [a, b]}
  taints: [{key: sku, value: gpu, effect: NoSchedule}]
  startupTaints: [{key: boot, effect: NoSchedule}]
  resources: {requests: {storage: 120Gi, nvidia.com/gpu: 1}}
)");
  if (kind == ClaimKind::kNodeClaim) {
    claim["spec"]["nodeClassRef"] = json::Object{
        {"group", "kaito.sh"}, {"kind", "KaitoNodeClass"}, {"name", "default"}};
  }
  return claim;
}

api::Node Node(absl::string_view more = "") {
  return *api::DecodeOrError<api::Node>(
      Yaml(absl::StrCat("metadata: {name: n1, resourceVersion: '7'}\n", more)),
      "node");
}
constexpr char kReadyNode[] = R"(
status:
  allocatable: {nvidia.com/gpu: 1, cpu: 4}
  conditions: [{type: Ready, status: "True"}]
)";

class DecideClaimTest : public ::testing::TestWithParam<ClaimKind> {
 protected:
  DecideClaimTest() : claim_(*Claim::Read(GetParam(), Spec(GetParam()))) {}

  void Change(const std::string& name, json::Value value) {
    json::Value spec = Spec(GetParam());
    spec["metadata"][name] = std::move(value);
    claim_ = *Claim::Read(GetParam(), spec);
  }
  void MarkTrue(Phase phase, absl::Duration after) {
    claim_.Initialize(kCreated);
    claim_.Mark({.phase = phase, .outcome = Outcome::kTrue}, kCreated + after);
  }
  ClaimStep Decide(const std::vector<api::Node>& nodes,
                   absl::Duration after = absl::Minutes(1),
                   bool shared = false) {
    ClaimObservation observation{
        .claim = claim_, .shared_nodes = shared, .now = kCreated + after};
    for (const api::Node& node : nodes) observation.nodes.push_back(&node);
    return DecideClaim(observation);
  }
  std::string Reason(const std::vector<api::Node>& nodes) {
    const ClaimStep step = Decide(nodes);
    return step.report.has_value() ? step.report->reason : "none";
  }

  Claim claim_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, DecideClaimTest,
                         ::testing::Values(ClaimKind::kMachine,
                                           ClaimKind::kNodeClaim),
                         [](const auto& tested) {
                           return std::string(KindOf(tested.param).kind);
                         });

TEST_P(DecideClaimTest, MakesNothingBeforeItsFinalizerIsThere) {
  Change("finalizers", json::Array{});
  EXPECT_EQ(Decide({}).action, Action::kAddFinalizer);
}

TEST_P(DecideClaimTest, LaunchesUntilItsTimeIsOver) {
  EXPECT_EQ(Decide({}).action, Action::kLaunch);
  EXPECT_EQ(Decide({}).ask_again, absl::Minutes(19));
  EXPECT_EQ(Decide({}, absl::Minutes(20)).action, Action::kGiveUp);
}

TEST_P(DecideClaimTest, WaitsForOneNodeFifteenMinutesFromLaunch) {
  MarkTrue(Phase::kLaunched, absl::Minutes(10));
  ClaimStep step = Decide({}, absl::Minutes(12));
  EXPECT_EQ(step.action, Action::kWait);
  EXPECT_EQ(step.report->reason, "NodeNotFound");
  EXPECT_EQ(step.ask_again, absl::Minutes(13));
  // What it says meanwhile does not move the clock.
  claim_.Mark(*step.report, kCreated + absl::Minutes(12));
  EXPECT_EQ(Decide({}, absl::Minutes(25)).action, Action::kGiveUp);
  EXPECT_EQ(Decide({Node()}).action, Action::kRegister);
  step = Decide({Node(), Node()});
  EXPECT_EQ(step.report->reason, "MultipleNodesFound");
  EXPECT_EQ(step.report->outcome, Outcome::kFailed);
}

TEST_P(DecideClaimTest, NamesWhatANodeLacksInOrder) {
  MarkTrue(Phase::kLaunched, absl::ZeroDuration());
  MarkTrue(Phase::kRegistered, absl::ZeroDuration());
  EXPECT_EQ(Reason({}), "NodeNotFound");
  EXPECT_EQ(Reason({Node()}), "NodeNotReady");
  const std::string ready = kReadyNode;
  EXPECT_EQ(Reason({Node(ready + "spec: {taints: [{key: boot, "
                                 "effect: NoSchedule}]}")}),
            "StartupTaintsExist");
  EXPECT_EQ(Reason({Node(ready + "spec: {taints: [{key: "
                                 "node.kubernetes.io/not-ready, "
                                 "effect: NoExecute}]}")}),
            "KnownEphemeralTaintsExist");
  EXPECT_EQ(Reason({Node("status: {conditions: [{type: Ready, "
                         "status: 'True'}]}")}),
            "ResourceNotRegistered");
  // Never "storage", which no node has.
  EXPECT_EQ(Decide({Node(ready)}).action, Action::kInitialize);
  EXPECT_EQ(Decide({Node()}, absl::Minutes(30)).action, Action::kGiveUp);
  MarkTrue(Phase::kInitialized, absl::Minutes(2));
  EXPECT_EQ(Decide({Node()}, absl::Hours(100)).action, Action::kWait);
}

TEST_P(DecideClaimTest, GoesInOrderNodesThenInstance) {
  Change("deletionTimestamp", "2024-01-01T00:00:30Z");
  EXPECT_EQ(Decide({Node()}).action, Action::kDeleteNodes);
  EXPECT_EQ(Decide({}).action, Action::kDeleteInstance);
  EXPECT_EQ(Decide({Node()}, absl::Minutes(1), true).action,
            Action::kDeleteInstance);
  json::Value done = Spec(GetParam());
  done["metadata"]["deletionTimestamp"] = "2024-01-01T00:00:30Z";
  done["metadata"]["finalizers"] = json::Array{"other/x"};
  claim_ = *Claim::Read(GetParam(), done);
  EXPECT_EQ(Decide({}).action, Action::kWait);
}

TEST_P(DecideClaimTest, LeavesOthersClaimsAlone) {
  json::Value other = Spec(GetParam());
  other["metadata"]["labels"] = json::Object{{"app", "theirs"}};
  if (GetParam() == ClaimKind::kNodeClaim) {
    EXPECT_TRUE(Claim::Read(GetParam(), other)->managed());
    other["spec"]["nodeClassRef"]["kind"] = "EC2NodeClass";
  }
  claim_ = *Claim::Read(GetParam(), other);
  EXPECT_EQ(Decide({}).action, Action::kIgnore);
}

TEST_P(DecideClaimTest, SumsUpInReady) {
  for (const Phase phase :
       {Phase::kLaunched, Phase::kRegistered, Phase::kInitialized}) {
    MarkTrue(phase, absl::Minutes(3));
  }
  const json::Value status = claim_.Status();
  std::string ready;
  for (const json::Value& condition : *status.Find("conditions")->array()) {
    if (condition.StringAt({"type"}) == "Ready") {
      ready = std::string(condition.StringAt({"status"}));
    }
  }
  EXPECT_EQ(ready, "True");
  Claim again = *Claim::Read(GetParam(), [&] {
    json::Value object = Spec(GetParam());
    object["status"] = status;
    return object;
  }());
  again.Initialize(kCreated);
  again.Mark({.phase = Phase::kLaunched, .outcome = Outcome::kTrue},
             kCreated + absl::Hours(1));
  EXPECT_FALSE(again.status_changed());  // So nothing is written at rest.
}

TEST_P(DecideClaimTest, BindsANodeAndSaysNothingTwice) {
  EXPECT_EQ(claim_.instance_type(), "T");
  const json::Value patch = RegisterNode(claim_, Node(), false);
  const json::Value& labels = *patch.FindPath({"metadata", "labels"});
  EXPECT_EQ(json::Write(labels), R"({"apps":"llm","kaito.sh/workspace":"demo",)"
                                 R"("karpenter.sh/registered":"true",)"
                                 R"("node.kubernetes.io/instance-type":"T"})");
  EXPECT_EQ(patch.StringAt({"metadata", "resourceVersion"}), "7");
  const json::Array& owners =
      *patch.FindPath({"metadata", "ownerReferences"})->array();
  EXPECT_EQ(owners[0].StringAt({"kind"}), KindOf(GetParam()).kind);
  EXPECT_EQ(patch.FindPath({"spec", "taints"})->array()->size(), 2);

  const json::Value shared = RegisterNode(claim_, Node(), true);
  EXPECT_EQ(shared.Find("spec"), nullptr);
  EXPECT_EQ(shared.FindPath({"metadata", "ownerReferences"}), nullptr);

  api::Node bound = Node();
  for (const json::Member& label : *labels.object()) {
    bound.metadata.labels[label.name] = *label.value.string();
  }
  EXPECT_TRUE(RegisterNode(claim_, bound, true).is_null());
}

TEST_P(DecideClaimTest, ReleasesASharedNodeButForWhatOthersNeed) {
  claim_.SetInstance("id", "n1", "");
  api::Node node = Node();
  node.metadata.labels = {{"apps", "llm"},
                          {"kaito.sh/workspace", "other"},
                          {"karpenter.sh/registered", "true"},
                          {"node.kubernetes.io/instance-type", "T"},
                          {"theirs", "x"}};
  EXPECT_EQ(json::Write(*ReleaseNode(claim_, node, {claim_})
                             .FindPath({"metadata", "labels"})),
            R"({"apps":null,"karpenter.sh/registered":null,)"
            R"("node.kubernetes.io/instance-type":null})");
  json::Value spec = Spec(GetParam());
  spec["metadata"]["uid"] = "u-2";
  spec["metadata"]["labels"]["apps"] = "another";
  Claim other = *Claim::Read(GetParam(), spec);
  other.SetInstance("id", "n1", "");
  EXPECT_TRUE(ReleaseNode(claim_, node, {claim_, other}).is_null());
}

}  // namespace
}  // namespace kaito::provisioner

// Machines and NodeClaims as objects: what is read and written, what is built,
// what is refused, and what their CRDs say.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/machine/claim_builder.h"
#include "kaito/api/machine/claim_validation.h"
#include "kaito/api/machine/crd.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::api {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json::Value Json(absl::string_view text) {
  const auto value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.value_or(json::Value());
}

json::Value Load(absl::string_view name) {
  std::ifstream file(absl::StrCat("kaito/api/machine/testdata/", name));
  std::stringstream text;
  text << file.rdbuf();
  return Json(text.str());
}

template <typename T>
void ExpectNothingLost(const json::Value& value) {
  const Decoded<T> decoded = Decode<T>(value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_EQ(json::Write(Encode(decoded.object), {.indent = 1}),
            json::Write(value, {.indent = 1}));
  EXPECT_EQ(T::kKind.api_version(), T().api_version);
  EXPECT_EQ(T::kKind.kind, T().kind);
}

TEST(Machine, ReadingAndWritingLosesNothing) {
  ExpectNothingLost<Machine>(Load("machine.json"));
  ExpectNothingLost<NodeClaim>(Load("node_claim.json"));
  ExpectNothingLost<KaitoNodeClass>(
      Json(R"({"apiVersion":"kaito.sh/v1alpha1","kind":"KaitoNodeClass",
               "metadata":{"name":"default"},"spec":{}})"));
}

NodeRequest Request() {
  return {.workspace = "demo",
          .ns = "default",
          .uid = "6a1f2c3e-7a54-4b0e-9f0a-2d5f9d3b8a11",
          .ordinal = 1,
          .attempt = 2,
          .instance_type = "Standard_NC12s_v3",
          .match_labels = {{"apps", "llm"},
                           {"karpenter.sh/nodepool", "mine"},
                           {"kaito.sh/workspace", "other"}}};
}

TEST(ClaimName, IsRepeatableAndDependsOnEachPart) {
  // printf '6a1f2c3e-.../1/2' | sha256sum
  EXPECT_EQ(ClaimName(Request().uid, 1, 2), "ws6b9e1fd31");
  EXPECT_EQ(ClaimName("u", 0, 0).size(), 11u);
  EXPECT_NE(ClaimName("u", 0, 0), ClaimName("u", 0, 1));
  EXPECT_NE(ClaimName("u", 0, 1), ClaimName("u", 1, 0));
  EXPECT_NE(ClaimName("u", 0, 0), ClaimName("v", 0, 0));
}

TEST(BuildMachine, IsKaitosMachine) {
  NodeRequest request = Request();
  request.storage = *Quantity::Parse("120Gi");
  EXPECT_EQ(json::Write(Encode(BuildMachine(request)), {.indent = 1}),
            json::Write(Json(R"({
    "apiVersion":"karpenter.sh/v1alpha5","kind":"Machine",
    "metadata":{"name":"ws6b9e1fd31","labels":{
      "karpenter.sh/provisioner-name":"default","kaito.sh/workspace":"demo",
      "kaito.sh/workspacenamespace":"default","apps":"llm",
      "karpenter.sh/nodepool":"mine"}},
    "spec":{
      "machineTemplateRef":{"name":"ws6b9e1fd31"},
      "requirements":[
        {"key":"node.kubernetes.io/instance-type","operator":"In",
         "values":["Standard_NC12s_v3"]},
        {"key":"karpenter.sh/provisioner-name","operator":"In",
         "values":["default"]},
        {"key":"kaito.sh/machine-type","operator":"In","values":["gpu"]},
        {"key":"kubernetes.io/arch","operator":"In","values":["amd64"]},
        {"key":"kubernetes.io/os","operator":"In","values":["linux"]}],
      "taints":[{"key":"sku","value":"gpu","effect":"NoSchedule"}],
      "resources":{"requests":{"storage":"120Gi"}}}})"),
                        {.indent = 1}));
}

TEST(BuildNodeClaim, IsKaitosNodeClaim) {
  EXPECT_EQ(json::Write(Encode(BuildNodeClaim(Request())), {.indent = 1}),
            json::Write(Json(R"({
    "apiVersion":"karpenter.sh/v1","kind":"NodeClaim",
    "metadata":{"name":"ws6b9e1fd31","labels":{
      "karpenter.sh/nodepool":"kaito","kaito.sh/workspace":"demo",
      "kaito.sh/workspacenamespace":"default","apps":"llm"},
      "annotations":{"karpenter.sh/do-not-disrupt":"true",
        "kaito.sh/node-image-family":"ubuntu"}},
    "spec":{"expireAfter":"720h",
      "nodeClassRef":{"group":"kaito.sh","kind":"KaitoNodeClass",
        "name":"default"},
      "requirements":[
        {"key":"karpenter.sh/nodepool","operator":"In","values":["kaito"]},
        {"key":"node.kubernetes.io/instance-type","operator":"In",
         "values":["Standard_NC12s_v3"]},
        {"key":"kubernetes.io/os","operator":"In","values":["linux"]},
        {"key":"karpenter.azure.com/sku-name","operator":"In",
         "values":["Standard_NC12s_v3"]}],
      "taints":[{"key":"sku","value":"gpu","effect":"NoSchedule"}],
      "resources":{"requests":{"storage":"1024Gi"}}}})"),
                        {.indent = 1}));
}

TEST(BuildNodeClaim, MakesClaimsThatAServerAcceptsForEachCloud) {
  NodeRequest request = Request();
  for (const NodeRequest::Cloud cloud :
       {NodeRequest::Cloud::kAzure, NodeRequest::Cloud::kAws,
        NodeRequest::Cloud::kOther}) {
    request.cloud = cloud;
    EXPECT_EQ(ValidateNodeClaim(BuildNodeClaim(request)).ToString(), "");
  }
  request.cloud = NodeRequest::Cloud::kAws;
  EXPECT_EQ(BuildNodeClaim(request).spec.node_class_ref.kind, "EC2NodeClass");
  EXPECT_EQ(BuildNodeClaim(request).spec.requirements[3].op, "Gt");
  request.cloud = NodeRequest::Cloud::kOther;
  EXPECT_EQ(BuildNodeClaim(request).spec.requirements.size(), 3u);
}

TEST(ValidateNodeClaim, AcceptsARealOne) {
  const NodeClaim claim = Decode<NodeClaim>(Load("node_claim.json")).object;
  EXPECT_EQ(ValidateNodeClaim(claim).ToString(), "");
}

std::vector<std::string> Paths(const FieldErrors& errors) {
  std::vector<std::string> paths;
  for (const FieldError& error : errors.errors()) paths.push_back(error.path);
  return paths;
}

// The errors of a claim whose only flaw is this requirement.
FieldErrors Check(ClaimRequirement requirement) {
  NodeClaim claim = Decode<NodeClaim>(Load("node_claim.json")).object;
  claim.spec.requirements = {std::move(requirement)};
  return ValidateNodeClaim(claim);
}

TEST(ValidateNodeClaim, RestrictsTheDomainsOfKeys) {
  for (const char* good :
       {"node.kubernetes.io/instance-type", "topology.kubernetes.io/zone",
        "kubernetes.io/arch", "beta.kubernetes.io/os",
        "failure-domain.beta.kubernetes.io/region", "node.kubernetes.io/any",
        "x.node-restriction.kubernetes.io/any", "kops.k8s.io/instancegroup",
        "karpenter.sh/capacity-type", "karpenter.sh/nodepool", "apps",
        "kaito.sh/workspace", "karpenter.azure.com/sku-name",
        "notkubernetes.io/x"}) {
    EXPECT_TRUE(Check({.key = good, .op = "Exists"}).empty()) << good;
  }
  for (const char* bad :
       {"kubernetes.io/hostname", "kubernetes.io/any", "x.kubernetes.io/any",
        "topology.kubernetes.io/rack", "k8s.io/x", "x.k8s.io/x",
        "karpenter.sh/registered", "x.karpenter.sh/nodepool",
        "karpenter.sh/provisioner-name"}) {
    EXPECT_THAT(Paths(Check({.key = bad, .op = "Exists"})),
                ElementsAre("spec.requirements[0].key"))
        << bad;
  }
  EXPECT_THAT(Check({.key = "Not/A/Key", .op = "Exists"}).ToString(),
              HasSubstr("spec.requirements[0].key"));
  EXPECT_THAT(
      Check({.key = std::string(300, 'a') + "/b", .op = "Exists"}).ToString(),
      HasSubstr("253"));
  EXPECT_THAT(Check({.key = std::string(317, 'a'), .op = "Exists"}).ToString(),
              HasSubstr("at most 316"));
}

TEST(ValidateNodeClaim, WantsTheValuesThatTheOperatorNeeds) {
  const struct {
    ClaimRequirement requirement;
    const char* path;  // "" where it is fine.
  } kCases[] = {
      {{.key = "a", .op = "In", .values = {"x"}}, ""},
      {{.key = "a", .op = "In"}, ".values"},
      {{.key = "a", .op = "NotIn"}, ""},
      {{.key = "a", .op = "DoesNotExist"}, ""},
      {{.key = "a", .op = "in", .values = {"x"}}, ".operator"},
      {{.key = "a", .op = ""}, ".operator"},
      {{.key = "a", .op = "Gt", .values = {"0"}}, ""},
      {{.key = "a", .op = "Lt", .values = {"12"}}, ""},
      {{.key = "a", .op = "Gt"}, ".values"},
      {{.key = "a", .op = "Gt", .values = {"1", "2"}}, ".values"},
      {{.key = "a", .op = "Gt", .values = {"-1"}}, ".values"},
      {{.key = "a", .op = "Lt", .values = {"1.5"}}, ".values"},
      {{.key = "a", .op = "Lt", .values = {"99999999999999999999"}}, ".values"},
      {{.key = "a", .op = "In", .values = {"x", "y"}, .min_values = 2}, ""},
      {{.key = "a", .op = "In", .values = {"x"}, .min_values = 2},
       ".minValues"},
      {{.key = "a", .op = "Exists", .min_values = 50}, ""},
      {{.key = "a", .op = "Exists", .min_values = 51}, ".minValues"},
      {{.key = "a", .op = "Exists", .min_values = 0}, ".minValues"},
  };
  for (const auto& c : kCases) {
    const FieldErrors errors = Check(c.requirement);
    if (*c.path == '\0') {
      EXPECT_EQ(errors.ToString(), "");
    } else {
      EXPECT_THAT(Paths(errors),
                  ElementsAre(absl::StrCat("spec.requirements[0]", c.path)));
    }
  }
}

TEST(ValidateNodeClaim, FindsAllThatIsWrongAtOnce) {
  NodeClaim claim = Decode<NodeClaim>(Load("node_claim.json")).object;
  claim.spec.node_class_ref = {.group = "kaito.sh/v1"};
  claim.spec.taints = {{.key = "", .value = "a b", .effect = "Never"}};
  claim.spec.expire_after = "1d";
  claim.spec.termination_grace_period = "Never";
  EXPECT_THAT(Paths(ValidateNodeClaim(claim)),
              ElementsAre("spec.nodeClassRef.group", "spec.nodeClassRef.kind",
                          "spec.nodeClassRef.name", "spec.taints[0].key",
                          "spec.taints[0].value", "spec.taints[0].effect",
                          "spec.terminationGracePeriod", "spec.expireAfter"));
  claim.spec.requirements.resize(101);
  EXPECT_THAT(ValidateNodeClaim(claim).ToString(), HasSubstr("at most 100"));
}

TEST(ValidateNodeClaimUpdate, RefusesAnotherSpec) {
  const NodeClaim before = Decode<NodeClaim>(Load("node_claim.json")).object;
  NodeClaim after = before;
  after.metadata.labels["a"] = "b";
  after.status.reset();
  EXPECT_TRUE(ValidateNodeClaimUpdate(before, after).empty());
  after.spec.taints.clear();
  EXPECT_THAT(ValidateNodeClaimUpdate(before, after).ToString(),
              HasSubstr("immutable"));
}

TEST(ParseClaimDuration, TakesHoursMinutesAndSeconds) {
  EXPECT_THAT(ParseClaimDuration("720h"), IsOkAndHolds(absl::Hours(720)));
  EXPECT_THAT(ParseClaimDuration("1h30m"), IsOkAndHolds(absl::Minutes(90)));
  EXPECT_THAT(ParseClaimDuration("0s"), IsOkAndHolds(absl::ZeroDuration()));
  EXPECT_THAT(ParseClaimDuration("9223372036854775807h"),
              IsOkAndHolds(absl::InfiniteDuration()));
  for (const char* bad : {"", "h", "1", "1d", "1.5h", "-1h", "1h 30m", "Never",
                          "1hm", "99999999999999999999s"}) {
    EXPECT_THAT(ParseClaimDuration(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

// Every schema of a structural CRD has a type (or is int-or-string or open),
// and arrays have items.
void ExpectStructural(const json::Value& schema, const std::string& at) {
  const bool int_or_string =
      schema.Find("x-kubernetes-int-or-string") != nullptr;
  const std::string type(schema.StringAt({"type"}));
  EXPECT_TRUE(!type.empty() || int_or_string) << at;
  if (type == "array") {
    ASSERT_NE(schema.Find("items"), nullptr) << at;
    ExpectStructural(*schema.Find("items"), at + "[]");
  }
  if (const json::Value* items = schema.Find("additionalProperties")) {
    EXPECT_EQ(schema.Find("properties"), nullptr) << at;
    ExpectStructural(*items, at + "{}");
  }
  if (const json::Value* properties = schema.Find("properties")) {
    for (const json::Member& member : *properties->object()) {
      ExpectStructural(member.value, at + "." + member.name);
    }
  }
}

std::vector<std::string> ColumnNames(const json::Value& version) {
  std::vector<std::string> names;
  for (const json::Value& column :
       *version.Find("additionalPrinterColumns")->array()) {
    const json::Value* priority = column.Find("priority");
    names.push_back(absl::StrCat(column.StringAt({"name"}),
                                 priority != nullptr ? "*" : ""));
  }
  return names;
}

const json::Value& Version(const json::Value& crd) {
  return (*crd.FindPath({"spec", "versions"})->array())[0];
}

TEST(Crd, DescribesTheThreeKinds) {
  const json::Value machine = MachineCrd({});
  const json::Value claim = NodeClaimCrd({.cel = true});
  const json::Value node_class = KaitoNodeClassCrd({});
  EXPECT_EQ(machine.StringAt({"metadata", "name"}), "machines.karpenter.sh");
  EXPECT_EQ(claim.StringAt({"metadata", "name"}), "nodeclaims.karpenter.sh");
  EXPECT_EQ(node_class.StringAt({"metadata", "name"}),
            "kaitonodeclasses.kaito.sh");
  for (const json::Value* crd : {&machine, &claim, &node_class}) {
    EXPECT_EQ(crd->StringAt({"spec", "scope"}), "Cluster");
    ExpectStructural(*Version(*crd).FindPath({"schema", "openAPIV3Schema"}),
                     "");
  }
  EXPECT_THAT(ColumnNames(Version(machine)),
              ElementsAre("Type", "Zone", "Node", "Ready", "Age", "Capacity*",
                          "Provisioner*", "Template*"));
  EXPECT_THAT(
      ColumnNames(Version(claim)),
      ElementsAre("Type", "Capacity", "Zone", "Node", "Ready", "Age",
                  "ImageID*", "ID*", "NodePool*", "NodeClass*", "Drifted*"));
  EXPECT_EQ(
      (*Version(claim).Find("additionalPrinterColumns")->array())[0].StringAt(
          {"jsonPath"}),
      R"(.metadata.labels.node\.kubernetes\.io/instance-type)");
}

TEST(Crd, HasTheRulesOnlyWhereTheServerKnowsThem) {
  const std::string with = json::Write(NodeClaimCrd({.cel = true}));
  const std::string without = json::Write(NodeClaimCrd({.cel = false}));
  EXPECT_THAT(
      with, AllOf(HasSubstr("self == oldSelf"), HasSubstr("spec is immutable"),
                  HasSubstr("int(x.values[0])")));
  EXPECT_EQ(without.find("x-kubernetes-validations"), without.npos);
  // Our structs keep what they lack; our CRD prunes it.
  EXPECT_EQ(with.find("preserve-unknown-fields"), with.npos);
  EXPECT_THAT(with, HasSubstr("\"default\":\"720h\""));
}

}  // namespace
}  // namespace kaito::api

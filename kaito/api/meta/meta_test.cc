#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/owner_reference.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::api {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

absl::Time At(int second) {
  return absl::FromCivil(absl::CivilSecond(2026, 11, 24, 13, 2, second),
                         absl::UTCTimeZone());
}

TEST(Timestamp, IsRfc3339InUtc) {
  EXPECT_EQ(FormatTimestamp(At(5) + absl::Milliseconds(900)),
            "2026-11-24T13:02:05Z");
  EXPECT_EQ(FormatMicroTimestamp(At(5) + absl::Microseconds(7)),
            "2026-11-24T13:02:05.000007Z");
  EXPECT_THAT(ParseTimestamp("2026-11-24T14:02:05+01:00"), IsOkAndHolds(At(5)));
  EXPECT_THAT(ParseTimestamp("2026-11-24T13:02:05.5Z"),
              IsOkAndHolds(At(5) + absl::Milliseconds(500)));
  for (const char* bad : {"", "now", "2026-11-24", "2026-13-01T00:00:00Z",
                          "infinite-future", " 2026-11-24T13:02:05Z",
                          "2026-11-24T13:02:05", "99999-01-01T00:00:00Z"}) {
    EXPECT_THAT(ParseTimestamp(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

TEST(ObjectMeta, KeepsFieldsOfLaterServers) {
  const auto value = json::Parse(
      R"({"name":"a","namespace":"ns","uid":"u","resourceVersion":"7",)"
      R"("generation":2,"creationTimestamp":"2026-11-24T13:02:05Z",)"
      R"("labels":{"app":"x"},"finalizers":["f"],)"
      R"("managedFields":[{"manager":"kubectl"}],"selfLink":"/x",)"
      R"("ownerReferences":[{"apiVersion":"v1","kind":"K","name":"n","uid":"1",)"
      R"("controller":true}]})");
  ASSERT_TRUE(value.ok());
  const Decoded<ObjectMeta> decoded = Decode<ObjectMeta>(*value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_EQ(Encode(decoded.object), *value);
  EXPECT_EQ(decoded.object.label("app"), "x");
  EXPECT_EQ(decoded.object.label("none"), "");
  EXPECT_TRUE(decoded.object.HasFinalizer("f"));
  ASSERT_NE(decoded.object.controller(), nullptr);
  EXPECT_EQ(decoded.object.controller()->name, "n");
}

TEST(SetCondition, MovesTheTimeOnlyWithTheStatus) {
  std::vector<Condition> conditions;
  Condition ready = {.type = "Ready", .reason = "Waiting", .message = "m"};
  EXPECT_TRUE(SetCondition(conditions, ready, At(1)));
  EXPECT_FALSE(SetCondition(conditions, ready, At(2)));
  ready.message = "other";
  EXPECT_TRUE(SetCondition(conditions, ready, At(3)));
  EXPECT_EQ(conditions[0].last_transition_time.value, At(1));
  ready.status = ConditionStatus::kTrue;
  EXPECT_TRUE(SetCondition(conditions, ready, At(4)));
  EXPECT_EQ(conditions[0].last_transition_time.value, At(4));
  EXPECT_EQ(conditions.size(), 1u);
  EXPECT_TRUE(IsConditionTrue(conditions, "Ready"));
  EXPECT_FALSE(IsConditionTrue(conditions, "Other"));
}

TEST(Condition, RoundTripsAndRefusesOtherStatuses) {
  const auto value = json::Parse(
      R"({"type":"Ready","status":"False","reason":"R","message":"",)"
      R"("observedGeneration":3,"lastTransitionTime":"2026-11-24T13:02:05Z"})");
  EXPECT_EQ(Encode(Decode<Condition>(*value).object), *value);
  const auto bad = json::Parse(R"({"type":"Ready","status":"true"})");
  EXPECT_THAT(Decode<Condition>(*bad).errors.ToString(),
              HasSubstr("use True, False or Unknown"));
}

TEST(LabelSelector, Matches) {
  const LabelSelector selector = {
      .match_labels = {{"app", "x"}},
      .match_expressions = {{"tier", "In", {"a", "b"}},
                            {"zone", "NotIn", {"z"}},
                            {"gpu", "Exists", {}},
                            {"old", "DoesNotExist", {}}}};
  std::map<std::string, std::string> labels = {
      {"app", "x"}, {"tier", "b"}, {"gpu", ""}};
  EXPECT_TRUE(selector.Matches(labels));
  labels["zone"] = "z";
  EXPECT_FALSE(selector.Matches(labels));
  labels["zone"] = "y";
  EXPECT_TRUE(selector.Matches(labels));
  labels["old"] = "";
  EXPECT_FALSE(selector.Matches(labels));
  EXPECT_TRUE(LabelSelector().Matches({}));
  EXPECT_FALSE((LabelSelector{.match_expressions = {{"a", "Gt", {"1"}}}})
                   .Matches(labels));
}

TEST(LabelSelector, BecomesLabelsWhereItIsAListOfThem) {
  LabelSelector selector = {.match_labels = {{"app", "x"}},
                            .match_expressions = {{"tier", "In", {"a"}}}};
  EXPECT_THAT(selector.ToLabels(),
              IsOkAndHolds(std::map<std::string, std::string>{{"app", "x"},
                                                              {"tier", "a"}}));
  selector.match_expressions = {{"tier", "In", {"a", "b"}}};
  EXPECT_THAT(selector.ToLabels(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"In\" with 2 values for key \"tier\"")));
  selector.match_expressions = {{"app", "In", {"y"}}};
  EXPECT_THAT(selector.ToLabels(), StatusIs(absl::StatusCode::kInvalidArgument,
                                            HasSubstr("two values")));
}

TEST(Gvk, ParsesAndPrintsApiVersions) {
  EXPECT_THAT(ParseApiVersion("v1"), IsOkAndHolds(GroupVersion{"", "v1"}));
  EXPECT_THAT(ParseApiVersion("karpenter.sh/v1alpha5"),
              IsOkAndHolds(GroupVersion{"karpenter.sh", "v1alpha5"}));
  for (const char* bad : {"", "/", "/v1", "apps/", "a/b/c"}) {
    EXPECT_THAT(ParseApiVersion(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
  constexpr KindInfo kJob = {
      .group = "batch", .version = "v1", .kind = "Job", .plural = "jobs"};
  EXPECT_EQ(kJob.api_version(), "batch/v1");
  EXPECT_EQ(kJob.gvk().ToString(), "batch/v1 Job");
  EXPECT_EQ(kJob.gvr().qualified_resource(), "jobs.batch");
  constexpr KindInfo kPod = {
      .group = "", .version = "v1", .kind = "Pod", .plural = "pods"};
  EXPECT_EQ(kPod.api_version(), "v1");
  EXPECT_EQ(kPod.gvr().qualified_resource(), "pods");
}

TEST(IntOrString, KeepsWhichItWas) {
  for (const json::Value& value :
       {json::Value(5000), json::Value(0), json::Value("http"),
        json::Value("5000"), json::Value("25%")}) {
    const Decoded<IntOrString> decoded = Decode<IntOrString>(value);
    EXPECT_TRUE(decoded.errors.empty());
    EXPECT_EQ(Encode(decoded.object), value);
  }
  EXPECT_EQ(IntOrString(7).ToString(), "7");
  EXPECT_EQ(IntOrString("7"), IntOrString("7"));
  EXPECT_FALSE(IntOrString("7") == IntOrString(7));
  for (const json::Value& bad :
       {json::Value(1.5), json::Value(true), json::Value(int64_t{1} << 40)}) {
    EXPECT_FALSE(Decode<IntOrString>(bad).errors.empty());
  }
}

TEST(OwnerReference, MakesAtMostOneController) {
  const ObjectMeta owner = {.name = "ws", .ns = "ns", .uid = "u1"};
  const GroupVersionKind kind = {"kaito.sh", "v1beta1", "Workspace"};
  ObjectMeta job = {.name = "ws"};
  job.owner_references = {
      {.api_version = "v1", .kind = "ConfigMap", .name = "c", .uid = "u9"}};
  EXPECT_FALSE(IsControlledBy(job, owner, kind));
  KAITO_EXPECT_OK(SetController(owner, kind, job));
  ASSERT_EQ(job.owner_references.size(), 2u);
  EXPECT_EQ(job.controller()->api_version, "kaito.sh/v1beta1");
  EXPECT_EQ(job.controller()->block_owner_deletion, true);
  EXPECT_TRUE(IsControlledBy(job, owner, kind));

  // The owner in another version, made anew: the same owner, with a new uid.
  const ObjectMeta again = {.name = "ws", .ns = "ns", .uid = "u2"};
  const GroupVersionKind older = {"kaito.sh", "v1alpha1", "Workspace"};
  EXPECT_FALSE(IsControlledBy(job, again, older));
  KAITO_EXPECT_OK(SetController(again, older, job));
  ASSERT_EQ(job.owner_references.size(), 2u);
  EXPECT_EQ(job.controller()->uid, "u2");

  const ObjectMeta other = {.name = "other", .uid = "u3"};
  EXPECT_THAT(SetController(other, kind, job),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("belongs to Workspace ws")));
  EXPECT_EQ(job.controller()->uid, "u2");
  EXPECT_FALSE(SameOwner(
      *job.controller(),
      {.api_version = "other.sh/v1", .kind = "Workspace", .name = "ws"}));
}

}  // namespace
}  // namespace kaito::api

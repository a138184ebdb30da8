#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
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

}  // namespace
}  // namespace kaito::api

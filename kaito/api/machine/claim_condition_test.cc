#include "kaito/api/machine/claim_condition.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

using ::testing::ElementsAre;

const absl::Time kCreated = absl::FromUnixSeconds(1000);
const ConditionOwner kOwner = {.generation = 1, .created = kCreated};

absl::Time At(int seconds) { return kCreated + absl::Seconds(seconds); }

// "Type=Status reason (message) @seconds since creation, generation".
std::vector<std::string> Lines(const std::vector<ClaimCondition>& conditions) {
  std::vector<std::string> lines;
  for (const ClaimCondition& c : conditions) {
    lines.push_back(absl::StrCat(
        c.type, "=", ConditionStatusName(c.status), " ", c.reason, " (",
        c.message, ") @",
        absl::ToInt64Seconds(c.last_transition_time.value - kCreated), " g",
        c.observed_generation));
  }
  return lines;
}

std::vector<ClaimCondition> Initialized() {
  std::vector<ClaimCondition> conditions;
  EXPECT_TRUE(InitializeClaimConditions(kOwner, conditions, At(5)));
  return conditions;
}

ClaimCondition Unknown(const char* type, const char* reason) {
  return {.type = type, .reason = reason, .message = "m"};
}

ClaimCondition False(const char* type) {
  return {.type = type,
          .status = ConditionStatus::kFalse,
          .reason = "Failed",
          .message = "m"};
}

TEST(ClaimCondition, FirstTouchDatesDependentsFromTheCreation) {
  std::vector<ClaimCondition> conditions = Initialized();
  constexpr const char* kAwaiting =
      "AwaitingReconciliation (object is awaiting reconciliation) @0 g1";
  EXPECT_THAT(
      Lines(conditions),
      ElementsAre(absl::StrCat("Launched=Unknown ", kAwaiting),
                  absl::StrCat("Registered=Unknown ", kAwaiting),
                  absl::StrCat("Initialized=Unknown ", kAwaiting),
                  "Ready=Unknown ReconcilingDependents (Launched=Unknown, "
                  "Registered=Unknown, Initialized=Unknown) @5 g1"));
  EXPECT_FALSE(InitializeClaimConditions(kOwner, conditions, At(6)));
  EXPECT_EQ(FirstObstacle(conditions), nullptr);
}

TEST(ClaimCondition, FirstTouchAddsWhatIsAbsentAlone) {
  std::vector<ClaimCondition> conditions = Initialized();
  conditions.pop_back();  // Ready.
  EXPECT_TRUE(InitializeClaimConditions(kOwner, conditions, At(9)));
  EXPECT_EQ(Lines(conditions)[3],
            "Ready=Unknown AwaitingReconciliation (object is awaiting "
            "reconciliation) @9 g1");
}

TEST(ClaimCondition, UnknownWithANewReasonKeepsItsTime) {
  std::vector<ClaimCondition> conditions = Initialized();
  EXPECT_TRUE(SetClaimCondition(kOwner, Unknown("Registered", "NodeNotFound"),
                                conditions, At(60)));
  EXPECT_EQ(Lines({*FindCondition(conditions, "Registered")})[0],
            "Registered=Unknown NodeNotFound (m) @0 g1");
  EXPECT_EQ(FirstObstacle(conditions)->type, "Registered");
  EXPECT_FALSE(SetClaimCondition(kOwner, Unknown("Registered", "NodeNotFound"),
                                 conditions, At(70)));
}

TEST(ClaimCondition, BecomesReadyWhenAllDependentsAreTrue) {
  std::vector<ClaimCondition> conditions = Initialized();
  EXPECT_TRUE(SetClaimConditionTrue(kOwner, "Launched", conditions, At(10)));
  EXPECT_THAT(
      Lines(conditions),
      ElementsAre("Registered=Unknown AwaitingReconciliation (object is "
                  "awaiting reconciliation) @0 g1",
                  "Initialized=Unknown AwaitingReconciliation (object is "
                  "awaiting reconciliation) @0 g1",
                  "Launched=True Launched () @10 g1",
                  "Ready=Unknown ReconcilingDependents (Registered=Unknown, "
                  "Initialized=Unknown) @5 g1"));
  EXPECT_TRUE(SetClaimConditionTrue(kOwner, "Registered", conditions, At(20)));
  EXPECT_TRUE(SetClaimConditionTrue(kOwner, "Initialized", conditions, At(30)));
  EXPECT_THAT(Lines(conditions),
              ElementsAre("Launched=True Launched () @10 g1",
                          "Registered=True Registered () @20 g1",
                          "Initialized=True Initialized () @30 g1",
                          "Ready=True Ready () @30 g1"));
  EXPECT_TRUE(IsConditionTrue(conditions, "Ready"));
  EXPECT_FALSE(SetClaimConditionTrue(kOwner, "Launched", conditions, At(40)));
}

TEST(ClaimCondition, OneFalseMakesItUnhealthyAndTheNewestIsNamedFirst) {
  std::vector<ClaimCondition> conditions = Initialized();
  SetClaimCondition(kOwner, False("Registered"), conditions, At(10));
  SetClaimCondition(kOwner, False("Launched"), conditions, At(20));
  EXPECT_EQ(Lines(conditions).back(),
            "Ready=False UnhealthyDependents (Launched=False, "
            "Registered=False, Initialized=Unknown) @10 g1");
}

TEST(ClaimCondition, AnOldGenerationMakesReadyDoubtful) {
  std::vector<ClaimCondition> conditions = Initialized();
  for (const char* type : {"Launched", "Registered", "Initialized"}) {
    SetClaimConditionTrue(kOwner, type, conditions, At(10));
  }
  const ConditionOwner changed = {.generation = 2, .created = kCreated};
  EXPECT_TRUE(SetClaimConditionTrue(changed, "Launched", conditions, At(20)));
  // The status is the same, and so is its time.
  EXPECT_EQ(Lines({*FindCondition(conditions, "Launched")})[0],
            "Launched=True Launched () @10 g2");
  EXPECT_EQ(Lines(conditions).back(),
            "Ready=Unknown ReconcilingDependents (Registered=True, "
            "Initialized=True) @20 g2");
  // A False of an older generation does not count as unhealthy yet.
  SetClaimCondition(kOwner, False("Registered"), conditions, At(25));
  SetClaimCondition(changed, Unknown("Launched", "R"), conditions, At(30));
  EXPECT_EQ(FindCondition(conditions, "Ready")->status,
            ConditionStatus::kUnknown);
}

TEST(ClaimCondition, DeletionDoesNotFlipReady) {
  std::vector<ClaimCondition> conditions = Initialized();
  for (const char* type : {"Launched", "Registered", "Initialized"}) {
    SetClaimConditionTrue(kOwner, type, conditions, At(10));
  }
  const ConditionOwner deleting = {
      .generation = 2, .created = kCreated, .deleting = true};
  EXPECT_TRUE(SetClaimConditionTrue(deleting, claim_condition::kDrained,
                                    conditions, At(50)));
  EXPECT_THAT(Lines(conditions),
              ElementsAre("Launched=True Launched () @10 g2",
                          "Registered=True Registered () @10 g2",
                          "Initialized=True Initialized () @10 g2",
                          "Drained=True Drained () @50 g2",
                          "Ready=True Ready () @10 g2"));
}

TEST(ClaimCondition, OthersComeAndGoWithoutReady) {
  std::vector<ClaimCondition> conditions = Initialized();
  const std::string ready = Lines(conditions).back();
  EXPECT_TRUE(SetClaimCondition(kOwner, False("Drifted"), conditions, At(10)));
  EXPECT_EQ(Lines(conditions).back(), ready);
  EXPECT_EQ(Lines(conditions)[3], "Drifted=False Failed (m) @10 g1");
  EXPECT_TRUE(ClearClaimCondition("Drifted", conditions));
  EXPECT_FALSE(ClearClaimCondition("Drifted", conditions));
  EXPECT_FALSE(ClearClaimCondition("Launched", conditions));
  EXPECT_EQ(conditions.size(), 4u);
}

TEST(ClaimCondition, LeavesOutWhatIsEmpty) {
  std::vector<ClaimCondition> conditions = Initialized();
  SetClaimConditionTrue(kOwner, "Launched", conditions,
                        At(10) + absl::Milliseconds(900));
  EXPECT_EQ(json::Write(Encode(*FindCondition(conditions, "Launched"))),
            R"({"lastTransitionTime":"1970-01-01T00:16:50Z",)"
            R"("observedGeneration":1,"reason":"Launched","status":"True",)"
            R"("type":"Launched"})");
}

TEST(OwnerOf, ReadsTheMetadata) {
  ObjectMeta meta = {.generation = 3, .creation_timestamp = Timestamp{At(7)}};
  EXPECT_EQ(OwnerOf(meta).generation, 3);
  EXPECT_EQ(OwnerOf(meta).created, At(7));
  EXPECT_FALSE(OwnerOf(meta).deleting);
  meta.deletion_timestamp = Timestamp{At(9)};
  EXPECT_TRUE(OwnerOf(meta).deleting);
}

}  // namespace
}  // namespace kaito::api

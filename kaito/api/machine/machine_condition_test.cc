#include "kaito/api/machine/machine_condition.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/condition.h"

namespace kaito::api {
namespace {

using ::testing::ElementsAre;

absl::Time At(int seconds) { return absl::FromUnixSeconds(seconds); }

std::vector<std::string> Lines(
    const std::vector<MachineCondition>& conditions) {
  std::vector<std::string> lines;
  for (const MachineCondition& c : conditions) {
    lines.push_back(absl::StrCat(
        c.type, "=", ConditionStatusName(c.status), " ", c.reason, c.severity,
        " @", absl::ToUnixSeconds(c.last_transition_time->value)));
  }
  return lines;
}

std::vector<MachineCondition> Initialized() {
  std::vector<MachineCondition> conditions;
  EXPECT_TRUE(InitializeMachineConditions(conditions, At(1)));
  EXPECT_FALSE(InitializeMachineConditions(conditions, At(2)));
  return conditions;
}

TEST(MachineCondition, StartsUnknownAndSortedByType) {
  EXPECT_THAT(
      Lines(Initialized()),
      ElementsAre("MachineInitialized=Unknown  @1",
                  "MachineLaunched=Unknown  @1",
                  "MachineRegistered=Unknown  @1", "Ready=Unknown  @1"));
}

TEST(MachineCondition, AMachineThatIsReadyLacksNothing) {
  std::vector<MachineCondition> conditions = {
      {.type = "Ready", .status = ConditionStatus::kTrue}};
  EXPECT_TRUE(InitializeMachineConditions(conditions, At(1)));
  EXPECT_TRUE(IsConditionTrue(conditions, "MachineLaunched"));
}

TEST(MachineCondition, AnyChangeMovesItsTime) {
  std::vector<MachineCondition> conditions = Initialized();
  EXPECT_TRUE(MarkMachineUnknown(conditions, "MachineRegistered",
                                 {"NodeNotFound", "a"}, At(2)));
  EXPECT_TRUE(MarkMachineUnknown(conditions, "MachineRegistered",
                                 {"NodeNotFound", "b"}, At(3)));
  EXPECT_THAT(Lines(conditions),
              ElementsAre("MachineInitialized=Unknown  @1",
                          "MachineLaunched=Unknown  @1",
                          "MachineRegistered=Unknown NodeNotFound @3",
                          "Ready=Unknown NodeNotFound @3"));
  EXPECT_FALSE(MarkMachineUnknown(conditions, "MachineRegistered",
                                  {"NodeNotFound", "b"}, At(4)));
}

TEST(MachineCondition, IsReadyWhenAllThreeAreTrue) {
  std::vector<MachineCondition> conditions = Initialized();
  EXPECT_TRUE(MarkMachineTrue(conditions, "MachineLaunched", At(2)));
  EXPECT_TRUE(MarkMachineTrue(conditions, "MachineRegistered", At(3)));
  EXPECT_FALSE(IsConditionTrue(conditions, "Ready"));
  EXPECT_TRUE(MarkMachineTrue(conditions, "MachineInitialized", At(4)));
  EXPECT_THAT(
      Lines(conditions),
      ElementsAre("MachineInitialized=True  @4", "MachineLaunched=True  @2",
                  "MachineRegistered=True  @3", "Ready=True  @4"));
  EXPECT_FALSE(MarkMachineTrue(conditions, "MachineInitialized", At(5)));
}

TEST(MachineCondition, FalseOutweighsUnknown) {
  std::vector<MachineCondition> conditions = Initialized();
  EXPECT_TRUE(MarkMachineFalse(conditions, "MachineLaunched",
                               {"InsufficientCapacity", "m"}, At(2)));
  EXPECT_TRUE(MarkMachineUnknown(conditions, "MachineRegistered",
                                 {"NodeNotFound", "m"}, At(3)));
  EXPECT_EQ(Lines(conditions)[3], "Ready=False InsufficientCapacity @2");
  EXPECT_TRUE(MarkMachineTrue(conditions, "MachineInitialized", At(4)));
  EXPECT_EQ(Lines(conditions)[3], "Ready=False InsufficientCapacity @2");
  // The False is gone: the Unknown that changed last speaks.
  EXPECT_TRUE(MarkMachineTrue(conditions, "MachineLaunched", At(5)));
  EXPECT_EQ(Lines(conditions)[3], "Ready=Unknown NodeNotFound @5");
}

TEST(MachineCondition, RepairsAReadyThatContradictsAFalse) {
  std::vector<MachineCondition> conditions = Initialized();
  MarkMachineFalse(conditions, "MachineLaunched", {"Refused", "m"}, At(2));
  conditions[3].status = ConditionStatus::kUnknown;
  EXPECT_TRUE(MarkMachineUnknown(conditions, "MachineRegistered",
                                 {"NodeNotFound", "m"}, At(3)));
  EXPECT_EQ(Lines(conditions)[3], "Ready=False Refused @3");
}

TEST(MachineCondition, OthersInformAndDoNotCount) {
  std::vector<MachineCondition> conditions = Initialized();
  EXPECT_TRUE(
      MarkMachineFalse(conditions, "MachineDrifted", {"R", "m"}, At(2)));
  EXPECT_THAT(Lines(conditions), ElementsAre("MachineDrifted=False RInfo @2",
                                             "MachineInitialized=Unknown  @1",
                                             "MachineLaunched=Unknown  @1",
                                             "MachineRegistered=Unknown  @1",
                                             "Ready=Unknown  @1"));
}

}  // namespace
}  // namespace kaito::api

#include "kaito/runtime/train/schedule.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(Schedule, IsThatOfTransformers) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile("kaito/runtime/train/testdata/schedules.json", 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value golden, json::Parse(text));
  const ScheduleSpan span = {.rate = *golden.Find("base_lr")->number(),
                             .warmup = *golden.Find("W")->integer(),
                             .total = *golden.Find("T")->integer()};
  int64_t compared = 0;
  for (const json::Member& entry : *golden.Find("table")->object()) {
    const std::string type(entry.value.StringAt({"type"}));
    if (type == "reduce_lr_on_plateau") continue;
    const auto schedule =
        MakeSchedule(type, *entry.value.Find("arguments")->object(), span);
    ASSERT_TRUE(schedule.ok()) << entry.name << schedule.status();
    int64_t step = 0;
    for (const json::Value& factor : *entry.value.Find("multiplier")->array()) {
      EXPECT_NEAR(schedule->FactorAt(step), *factor.number(), 1e-12)
          << entry.name << " after " << step;
      ++step;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 17 * 51);
}

TEST(MakeSchedule, NamesWhatIsWrong) {
  const ScheduleSpan span = {.rate = 1e-3, .total = 10};
  const auto wrong = [&](const char* name, json::Object arguments,
                         const char* what) {
    EXPECT_THAT(MakeSchedule(name, arguments, span),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)));
  };
  wrong("reduce_lr_on_plateau", {}, "reduce_lr_on_plateau");
  wrong("cosin", {}, "want one of constant, ");
  wrong("linear", {{"num_cycles", 2}}, "linear has no num_cycles");
  wrong("cosine", {{"num_cycles", "x"}}, "num_cycles");
  wrong("cosine_with_min_lr", {{"min_lr_rate", 2}}, "min_lr_rate");
  wrong("polynomial", {{"lr_end", 1}}, "lr_end");
  wrong("warmup_stable_decay", {}, "num_decay_steps");
  wrong("warmup_stable_decay", {{"num_decay_steps", 1}, {"decay_type", "step"}},
        "decay_type");
}

TEST(WarmupSteps, CountsOrTakesAShareRoundedUp) {
  EXPECT_EQ(WarmupSteps(10, std::nullopt, 450), 10);
  EXPECT_EQ(WarmupSteps(0.1, std::nullopt, 18), 2);
  EXPECT_EQ(WarmupSteps(0, 0.03, 100), 3);
  EXPECT_EQ(WarmupSteps(5, 0.5, 100), 5);
  EXPECT_EQ(WarmupSteps(0, std::nullopt, 100), 0);
}

}  // namespace
}  // namespace kaito::runtime

#include "kaito/operator/quickstart/base_model.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GenerateLines, GoThereAndBack) {
  EXPECT_EQ(
      GenerateInput({"a \"b\""}),
      "{\"messages\":[{\"content\":\"a \\\"b\\\"\",\"role\":\"user\"}]}\n");
  const absl::StatusOr<std::vector<std::string>> answers = ParseGenerated(
      "{\"ids\":[1],\"text\":\" x\\n\",\"finish_reason\":\"stop\"}\n"
      "{\"text\":\"y\"}\n");
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_THAT(*answers, ElementsAre("x", "y"));
  EXPECT_FALSE(ParseGenerated("{\"error\":\"no\"}\n").ok());
}

TEST(AskProgram, SaysWhatTheProgramSaid) {
  RealClock clock;
  const absl::StatusOr<std::vector<std::string>> answers =
      AskProgram({.runtime_program = "/bin/false", .model_dir = "m"}, {"a"},
                 clock, StopToken());
  EXPECT_THAT(std::string(answers.status().message()),
              HasSubstr("runtime generate: exit code 1"));
}

}  // namespace
}  // namespace kaito::controller

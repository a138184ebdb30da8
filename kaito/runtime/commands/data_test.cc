#include "kaito/runtime/commands/data.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kaito::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

constexpr char kLines[] = "examples/demo-data/acme-support.jsonl";
constexpr char kModel[] = "examples/models/tiny-phi-3-instruct";

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome RunData(const std::vector<std::string>& args) {
  CaptureStdout();
  CaptureStderr();
  Outcome outcome;
  outcome.code = RunDataCommand(args);
  outcome.out = GetCapturedStdout();
  outcome.err = GetCapturedStderr();
  return outcome;
}

TEST(DataCommand, ShowsRowsAndTokens) {
  const Outcome run =
      RunData({"--data", kLines, "--model", kModel, "--rows", "1", "--config",
               "examples/demo-data/training_config.yaml"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("acme-support.jsonl: JSON\n"
                                 "587 rows read, 0 without anything"));
  EXPECT_THAT(run.out, HasSubstr("587 rows used, 0 left out, 0 cut; "
                                 "15079 tokens, "));
  EXPECT_THAT(run.out, HasSubstr("row 0: "));
  EXPECT_THAT(run.out, HasSubstr("   2047   <|user|>\n"));
  EXPECT_THAT(run.out, HasSubstr("   2046 + <|end|>\n"));
}

TEST(DataCommand, PrintsRowsAsJson) {
  const Outcome run =
      RunData({"--data", "examples/demo-data/acme-support.parquet", "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("{\"row\":0,\"messages\":[{\"role\":"));
}

TEST(DataCommand, EndsWithTwoWhereTheUserMustAct) {
  const Outcome nothing = RunData({});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("give --data"));
  const Outcome absent = RunData({"--data", "/nonexistent"});
  EXPECT_EQ(absent.code, 2);
  EXPECT_THAT(absent.err, HasSubstr("/nonexistent"));
  const Outcome broken = RunData({"--data", "examples/demo-data/recipe.json"});
  EXPECT_EQ(broken.code, 2);
  EXPECT_THAT(broken.err, HasSubstr("recipe.json: line 1: "));
}

TEST(DataCommand, HelpHasAnExample) {
  EXPECT_THAT(RunData({"--help"}).out, HasSubstr("runtime data --model ./phi"));
}

}  // namespace
}  // namespace kaito::runtime

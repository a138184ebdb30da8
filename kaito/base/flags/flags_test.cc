#include "kaito/base/flags/flags.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

enum class Device { kAuto, kCpu, kCuda };

struct Options {
  std::string model;
  std::string output = "/mnt/results";
  std::vector<std::string> data = {"/mnt/data"};
  int64_t max_steps = -1;
  double learning_rate = 2e-4;
  bool packing = true;
  bool notes = false;
  absl::Duration timeout = absl::Seconds(90);
  Device device = Device::kAuto;
};

class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() : flags_("runtime tune", "Trains an adapter.") {
    flags_.Group("Model");
    flags_.Add("model", &options_.model, "Directory of the base model.")
        .Value("DIR");
    flags_.AddEnum<Device>("device", &options_.device,
                           {{"auto", Device::kAuto},
                            {"cpu", Device::kCpu},
                            {"cuda", Device::kCuda}},
                           "Where to compute.");
    flags_.Group("Training");
    flags_
        .Add("data", &options_.data,
             "Rows to train on, as a file, a directory or a URL; their "
             "formats are found out.")
        .Value("PATH");
    flags_.Add("max-steps", &options_.max_steps, "Steps; -1 for no limit.");
    flags_.Add("learning-rate", &options_.learning_rate, "At its peak.");
    flags_.Add("packing", &options_.packing, "Several rows in one sequence.");
    flags_.Add("notes", &options_.notes, "Writes notes.");
    flags_.Add("timeout", &options_.timeout, "For the whole run.");
    flags_.Group("Model");
    flags_.Add("output", &options_.output, "Where the adapter goes.")
        .Value("DIR");
    flags_.Example("runtime tune --model ./phi --data rows.jsonl");
  }

  absl::StatusOr<ParsedFlags> Parse(std::vector<std::string> args) {
    return flags_.Parse(args);
  }
  void ExpectError(std::vector<std::string> args, const std::string& message) {
    EXPECT_THAT(Parse(std::move(args)).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, message));
  }

  Options options_;
  FlagSet flags_;
};

TEST_F(FlagsTest, NothingGivenKeepsTheDefaults) {
  KAITO_ASSERT_OK_AND_ASSIGN(const ParsedFlags parsed, Parse({}));
  EXPECT_FALSE(parsed.help);
  EXPECT_THAT(parsed.arguments, IsEmpty());
  EXPECT_EQ(options_.output, "/mnt/results");
  EXPECT_THAT(options_.data, ElementsAre("/mnt/data"));
  EXPECT_FALSE(flags_.WasSet("output"));
}

TEST_F(FlagsTest, ReadsEachTypeInBothForms) {
  KAITO_ASSERT_OK(
      Parse({"--model", "./phi", "--output=", "--data", "a", "--data=b=c",
             "--max-steps", "-5", "--learning-rate=1e-3", "--nopacking",
             "--notes", "--timeout", "1m30s", "--device=cuda"})
          .status());
  EXPECT_EQ(options_.model, "./phi");
  EXPECT_EQ(options_.output, "");
  EXPECT_THAT(options_.data, ElementsAre("a", "b=c"));
  EXPECT_EQ(options_.max_steps, -5);
  EXPECT_EQ(options_.learning_rate, 1e-3);
  EXPECT_FALSE(options_.packing);
  EXPECT_TRUE(options_.notes);
  EXPECT_EQ(options_.timeout, absl::Seconds(90));
  EXPECT_EQ(options_.device, Device::kCuda);
  EXPECT_TRUE(flags_.WasSet("output"));
}

TEST_F(FlagsTest, BooleansTakeAValueOnlyAfterEquals) {
  KAITO_ASSERT_OK(Parse({"--packing=false"}).status());
  EXPECT_FALSE(options_.packing);
  KAITO_ASSERT_OK(Parse({"--packing=true", "--nonotes"}).status());
  EXPECT_TRUE(options_.packing);
  flags_.Arguments("WORD", 0, 1);
  KAITO_ASSERT_OK_AND_ASSIGN(const ParsedFlags parsed,
                             Parse({"--packing", "false"}));
  EXPECT_TRUE(options_.packing);
  EXPECT_THAT(parsed.arguments, ElementsAre("false"));
}

TEST_F(FlagsTest, LastOneWinsAndParsingAgainStartsAnew) {
  KAITO_ASSERT_OK(Parse({"--model=a", "--model=b", "--data=x"}).status());
  EXPECT_EQ(options_.model, "b");
  KAITO_ASSERT_OK(Parse({"--data=y"}).status());
  EXPECT_THAT(options_.data, ElementsAre("y"));
  EXPECT_FALSE(flags_.WasSet("model"));
}

TEST_F(FlagsTest, ArgumentsMixWithFlagsAndFollowTwoDashes) {
  flags_.Arguments("FILE...", 1, 9);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ParsedFlags parsed,
      Parse({"a", "--model", "m", "-", "--", "--model", "-x", "--"}));
  EXPECT_THAT(parsed.arguments, ElementsAre("a", "-", "--model", "-x", "--"));
  EXPECT_EQ(options_.model, "m");
}

TEST_F(FlagsTest, CountsArguments) {
  ExpectError({"x"},
              "runtime tune: takes no arguments; the first too many is \"x\"");
  flags_.Arguments("URL", 1, 2);
  ExpectError({}, "runtime tune: needs at least 1 URL, not 0");
  ExpectError({"a", "b", "c"},
              "runtime tune: takes at most 2 URL; the first too many is \"c\"");
}

TEST_F(FlagsTest, UnknownFlagNamesTheNearest) {
  ExpectError({"--modle", "x"},
              "flag --modle: is not known; did you mean --model?");
  ExpectError({"--nopackin"},
              "flag --nopackin: is not known; did you mean --nopacking?");
  // Values may be secret: only the name is shown.
  ExpectError({"--token=hunter2"},
              "flag --token: is not known; see runtime tune --help");
  ExpectError({"--nomodel"},
              "flag --nomodel: is not known; did you mean --model?");
  ExpectError({"--nopacking=true"},
              "flag --nopacking: is not known; did you mean --nopacking?");
  ExpectError({"---model"},
              "flag ---model: is not known; did you mean --model?");
}

TEST_F(FlagsTest, OneDashIsNoFlag) {
  ExpectError({"-model=x"},
              "flag -model: flags start with two dashes; arguments that start "
              "with one go after --");
}

TEST_F(FlagsTest, MissingValueIsNoticed) {
  ExpectError({"--model"}, "flag --model: needs a value: --model=DIR");
  ExpectError({"--model", "--notes"},
              "flag --model: needs a value: --model=DIR");
}

TEST_F(FlagsTest, BadValuesSayWhatIsWanted) {
  ExpectError({"--max-steps=1.5"},
              "flag --max-steps: wants a whole number, not \"1.5\"");
  ExpectError({"--max-steps=99999999999999999999"},
              "flag --max-steps: wants a whole number, not "
              "\"99999999999999999999\"");
  ExpectError({"--learning-rate=fast"},
              "flag --learning-rate: wants a number, not \"fast\"");
  ExpectError({"--learning-rate=nan"},
              "flag --learning-rate: wants a number, not \"nan\"");
  ExpectError({"--packing=maybe"},
              "flag --packing: wants true or false, not \"maybe\"");
  ExpectError({"--timeout=10"},
              "flag --timeout: wants a duration such as 10s or 1m30s, not "
              "\"10\"");
  ExpectError({"--device=tpu"},
              "flag --device: wants auto|cpu|cuda, not \"tpu\"");
  EXPECT_EQ(options_.device, Device::kAuto);
}

TEST_F(FlagsTest, RequiredFlagsAreNamedTogether) {
  Options options;
  FlagSet flags("runtime pack", "Packs.");
  flags.Add("dir", &options.model, "What.").Value("DIR").Required();
  flags.Add("image", &options.output, "Where.").Value("REF").Required();
  EXPECT_THAT(flags.Parse({}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "runtime pack: needs --dir DIR and --image REF"));
  const std::vector<std::string> help = {"--help"};
  KAITO_ASSERT_OK_AND_ASSIGN(const ParsedFlags parsed, flags.Parse(help));
  EXPECT_TRUE(parsed.help);
}

TEST_F(FlagsTest, HelpIsAskedForByEitherName) {
  for (const std::string flag : {"--help", "-h"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const ParsedFlags parsed,
                               Parse({"--notes", flag, "--modle"}));
    EXPECT_TRUE(parsed.help);
  }
  flags_.Arguments("WORD", 0, 1);
  KAITO_ASSERT_OK_AND_ASSIGN(const ParsedFlags parsed, Parse({"--", "--help"}));
  EXPECT_FALSE(parsed.help);
}

TEST_F(FlagsTest, HelpIsGroupedWithDefaultsAndAnExample) {
  flags_.Arguments("NAME...", 0, 3);
  Options other;
  flags_.Group("Registry");
  flags_.Add("a-flag-with-a-long-name", &other.model, "Long.").Required();
  EXPECT_EQ(flags_.Help(), R"(Trains an adapter.

Usage: runtime tune [flags] NAME...

Model:
  --model DIR               Directory of the base model.
  --device auto|cpu|cuda    Where to compute. Default: auto.
  --output DIR              Where the adapter goes. Default: /mnt/results.

Training:
  --data PATH               Rows to train on, as a file, a directory or a URL;
                            their formats are found out. May be repeated.
                            Default: /mnt/data.
  --max-steps N             Steps; -1 for no limit. Default: -1.
  --learning-rate X         At its peak. Default: 0.0002.
  --[no]packing             Several rows in one sequence. Default: true.
  --[no]notes               Writes notes.
  --timeout DURATION        For the whole run. Default: 1m30s.

Registry:
  --a-flag-with-a-long-name TEXT
                            Long. Required.

  --help                    Shows this text.

Example:
  runtime tune --model ./phi --data rows.jsonl
)");
}

TEST(FlagSetDeathTest, TwoFlagsCannotShareAName) {
  Options options;
  FlagSet flags("x", "X.");
  flags.Add("model", &options.model, "A.");
  EXPECT_DEATH(flags.Add("model", &options.output, "B."), "model is taken");
  EXPECT_DEATH(flags.WasSet("none"), "no flag --none");
}

}  // namespace
}  // namespace kaito

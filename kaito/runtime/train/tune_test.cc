#include "kaito/runtime/train/tune.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/faulty_file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/runtime/train/recipe.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kTargets =
    "LoraConfig: {r: 4, target_modules: all-linear}, ";

class TuneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }

  std::string Output(absl::string_view name) const {
    return JoinPath(dir_.path(), name);
  }

  // Six steps of four rows, saved at each second one, unless `more` of the
  // arguments says otherwise.
  Recipe MakeOne(absl::string_view output, absl::string_view lora = kTargets,
                 absl::string_view more = "") {
    const auto document = yaml::Parse(absl::StrCat(
        "training_config: {QuantizationConfig: {load_in_4bit: true, "
        "bnb_4bit_quant_type: nf4}, DatasetConfig: {train_test_split: 0.95}, ",
        lora,
        "TrainingArguments: {max_steps: 6, per_device_train_batch_size: 4, "
        "learning_rate: 0.005, logging_steps: 2, save_strategy: steps, "
        "save_steps: 2",
        more, "}}"));
    EXPECT_THAT(document, IsOk());
    auto recipe = MakeRecipe(document->value,
                             {.model = "examples/models/tiny-phi-3-instruct",
                              .data = {"examples/demo-data/acme-support.jsonl"},
                              .output = Output(output)});
    EXPECT_THAT(recipe, IsOk());
    return *recipe;
  }

  TuneEnvironment Environment() {
    return {.clock = &clock_,
            .write =
                [this](absl::string_view text) {
                  absl::StrAppend(&written_, text);
                },
            .threads = 1};
  }

  absl::Status Run(const Recipe& recipe) {
    return Tune(recipe, Environment()).status();
  }

  std::string File(absl::string_view output, absl::string_view name) const {
    const auto text = ReadFile(JoinPath(Output(output), name), 16 << 20);
    return text.ok() ? *text : absl::StrCat("none: ", text.status().message());
  }
  std::vector<std::string> Files(absl::string_view output) const {
    const auto names = ListDir(Output(output), 1000);
    return names.ok() ? *names : std::vector<std::string>();
  }

  FakeClock clock_;
  std::string written_;
  TempDir dir_;
};

TEST_F(TuneTest, LeavesAnAdapterAReportAndTheSentinel) {
  const auto result = Tune(MakeOne("a"), Environment());
  KAITO_ASSERT_OK(result.status());
  EXPECT_THAT(Files("a"),
              ElementsAre("README.md", "adapter_config.json",
                          "adapter_model.safetensors", "checkpoint-2",
                          "checkpoint-4", "fine_tuning_completed.txt",
                          "trainer_state.json", "training_report.json"));
  EXPECT_THAT(File("a", "fine_tuning_completed.txt"),
              HasSubstr("Fine-Tuning completed at 2024-01-01-00-00-00"));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value report,
                             json::Parse(File("a", "training_report.json")));
  EXPECT_EQ(report.Find("steps")->integer(), 6);
  EXPECT_LT(*report.FindPath({"eval_after", "loss"})->number(),
            *report.FindPath({"eval_before", "loss"})->number());
  EXPECT_EQ(report.Find("loss")->number(), result->loss);
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value config,
                             json::Parse(File("a", "adapter_config.json")));
  EXPECT_EQ(*config.Find("target_modules"),
            json::Value(json::Array{"down_proj", "gate_up_proj", "o_proj",
                                    "qkv_proj"}));
  EXPECT_THAT(written_, AllOf(HasSubstr("memory: "), HasSubstr("activations"),
                              HasSubstr("587 rows read"),
                              HasSubstr("\"phase\":\"save\"")));
}

TEST_F(TuneTest, OnlyPushesWhenFinished) {
  std::vector<std::string> pushed;
  TuneEnvironment environment = Environment();
  environment.push =
      [&](absl::string_view directory) -> absl::StatusOr<std::string> {
    pushed.emplace_back(directory);
    if (pushed.size() == 1) return absl::UnavailableError("registry down");
    return "sha256:1";
  };
  const Recipe recipe = MakeOne("a");
  EXPECT_THAT(Tune(recipe, environment),
              StatusIs(absl::StatusCode::kUnavailable));
  const std::string report = File("a", "training_report.json");
  clock_.Advance(absl::Hours(1));
  const auto again = Tune(recipe, environment);
  KAITO_ASSERT_OK(again.status());
  EXPECT_EQ(again->digest, "sha256:1");
  EXPECT_TRUE(again->loss.has_value());
  EXPECT_EQ(File("a", "training_report.json"), report);
  EXPECT_THAT(pushed, ElementsAre(Output("a"), Output("a")));
}

TEST_F(TuneTest, GoesOnBitForBitWhereItWasStopped) {
  KAITO_ASSERT_OK(Run(MakeOne("whole")));
  for (const int stop_at : {3, 5}) {
    const std::string name = absl::StrCat("stopped", stop_at);
    StopSource stop;
    TuneEnvironment environment = Environment();
    environment.stop = stop.token();
    environment.progress.interval = absl::ZeroDuration();
    environment.write = [&](absl::string_view text) {
      if (absl::StrContains(text, absl::StrCat("\"step\":", stop_at, ","))) {
        stop.RequestStop();
      }
    };
    EXPECT_THAT(Tune(MakeOne(name), environment),
                StatusIs(absl::StatusCode::kCancelled));
    EXPECT_THAT(Files(name), Contains(absl::StrCat("checkpoint-", stop_at)));
    EXPECT_THAT(Files(name), Not(Contains("fine_tuning_completed.txt")));
    KAITO_ASSERT_OK(Run(MakeOne(name)));
    EXPECT_THAT(written_, HasSubstr(absl::StrCat("going on from ", Output(name),
                                                 "/checkpoint-", stop_at)));
    for (const char* file :
         {"adapter_model.safetensors", "trainer_state.json"}) {
      EXPECT_EQ(File(name, file), File("whole", file)) << stop_at;
    }
  }
}

TEST_F(TuneTest, StartsAnewWhereTheRecipeIsAnother) {
  KAITO_ASSERT_OK(Run(MakeOne("a")));
  KAITO_ASSERT_OK(Run(MakeOne("a", kTargets, ", seed: 7")));
  EXPECT_THAT(written_,
              AllOf(HasSubstr("is not used: "), HasSubstr("another run")));
  KAITO_ASSERT_OK(Run(MakeOne("b", kTargets, ", seed: 7")));
  EXPECT_EQ(File("a", "adapter_model.safetensors"),
            File("b", "adapter_model.safetensors"));
  // A checkpoint that is named must fit.
  Recipe named = MakeOne("c");
  named.resume = JoinPath(Output("b"), "checkpoint-4");
  EXPECT_THAT(Run(named), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("another run")));
}

TEST_F(TuneTest, SurvivesAFullDisk) {
  KAITO_ASSERT_OK(Run(MakeOne("whole")));
  FaultyFileSystem fs;
  fs.set_capacity(1200000);  // One checkpoint fits, the second doesn't.
  TuneEnvironment environment = Environment();
  environment.file_system = &fs;
  EXPECT_THAT(
      Tune(MakeOne("a"), environment),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("free some space")));
  EXPECT_THAT(Files("a"), Not(Contains("fine_tuning_completed.txt")));
  KAITO_ASSERT_OK(Run(MakeOne("a")));
  EXPECT_EQ(File("a", "adapter_model.safetensors"),
            File("whole", "adapter_model.safetensors"));
}

TEST_F(TuneTest, WarnsOfTargetsThatTheModelLacks) {
  constexpr absl::string_view kSplit =
      "LoraConfig: {target_modules: [q_proj, o_proj]}, ";
  KAITO_ASSERT_OK(Run(MakeOne("a", kSplit)));
  EXPECT_THAT(written_, HasSubstr("WARNING: target_modules: this model has no "
                                  "q_proj; it has qkv_proj, o_proj"));
  constexpr absl::string_view kStrict =
      "LoraConfig: {target_modules: [q_proj, o_proj], strict_targets: true}, ";
  EXPECT_THAT(
      Run(MakeOne("b", kStrict)),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("q_proj")));
  constexpr absl::string_view kAlias =
      "LoraConfig: {target_modules: [q_proj, o_proj], alias_fused: true}, ";
  KAITO_ASSERT_OK(Run(MakeOne("c", kAlias)));
  EXPECT_THAT(File("c", "adapter_config.json"), HasSubstr("qkv_proj"));
}

}  // namespace
}  // namespace kaito::runtime

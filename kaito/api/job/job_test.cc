#include <cmath>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/api/job/progress.h"
#include "kaito/api/job/termination.h"
#include "kaito/api/job/training_config.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ExitCodeFor, FollowsTheContract) {
  EXPECT_EQ(ExitCodeFor(absl::OkStatus()), ExitCode::kDone);
  EXPECT_EQ(ExitCodeFor(absl::InvalidArgumentError("")), ExitCode::kUserError);
  EXPECT_EQ(ExitCodeFor(absl::ResourceExhaustedError("")),
            ExitCode::kOutOfMemory);
  EXPECT_EQ(ExitCodeFor(absl::UnauthenticatedError("")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeFor(absl::UnavailableError("")), ExitCode::kMayHeal);
  EXPECT_TRUE(IsFinal(ExitCode::kRefused));
  EXPECT_FALSE(IsFinal(ExitCode::kMayHeal));
  EXPECT_FALSE(IsFinal(ExitCode::kTerminated));
}

TEST(Termination, IsOneLineThatReadsBack) {
  const Termination termination = {.code = 2,
                                   .reason = "DataUnusable",
                                   .message = "row 3:\nno messages",
                                   .remedy = "fix row 3",
                                   .loss = 0.5};
  const std::string line = FormatTermination(termination);
  EXPECT_EQ(line, R"({"code":2,"loss":0.5,"message":"row 3:\nno messages",)"
                  R"("reason":"DataUnusable","remedy":"fix row 3"})");
  EXPECT_EQ(ParseTermination(absl::StrCat(line, "\n"), 2), termination);
}

TEST(Termination, FitsIntoWhatAKubeletKeeps) {
  for (const std::string& filler :
       {std::string("a"), std::string("\x01"), std::string("\xE2\x82\xAC"),
        std::string("\xFF")}) {
    std::string text;
    while (text.size() < 20000) text += filler;
    const std::string line = FormatTermination({.code = 1,
                                                .reason = text,
                                                .message = text,
                                                .remedy = text,
                                                .digest = text});
    EXPECT_LE(line.size(), 4096u);
    EXPECT_TRUE(json::Parse(line).ok()) << line;
  }
}

TEST(Termination, TakesForeignTextAsMessage) {
  const Termination foreign = ParseTermination("Segmentation fault\n", 139);
  EXPECT_EQ(foreign.code, 139);
  EXPECT_EQ(foreign.reason, "Error");
  EXPECT_EQ(foreign.message, "Segmentation fault");
  EXPECT_EQ(ParseTermination(R"({"code":"x"})", 1).reason, "Error");
  EXPECT_EQ(ParseTermination("", 137).message, "");
  EXPECT_LE(ParseTermination(std::string(1 << 20, 'x'), 1).message.size(),
            1100u);
}

TEST(Progress, GoesThroughALog) {
  const Progress progress = {.phase = "train",
                             .step = 120,
                             .total_steps = 450,
                             .epoch = 4.8,
                             .loss = 0.25,
                             .grad_norm = 1.5,
                             .learning_rate = 1e-3,
                             .tokens_per_second = 6100.5,
                             .tokens = 71000,
                             .eta_seconds = 33,
                             .peak_memory_bytes = int64_t{1} << 33};
  const std::string line = FormatProgressLine(progress);
  EXPECT_THAT(line, StartsWith("KAITO_PROGRESS {"));
  EXPECT_THAT(line, HasSubstr(R"("v":1)"));
  const std::string log = absl::StrCat(
      "loading\n", FormatProgressLine({.phase = "load"}), "\n", line, "\r\n",
      "KAITO_PROGRESS {\"v\":2,\"step\":9}\nKAITO_PROGRESS {\"v\":1,\"st");
  EXPECT_EQ(FindLastProgress(log), progress);
  EXPECT_EQ(FindLastProgress("nothing here\n"), std::nullopt);
  EXPECT_EQ(FindLastProgress(""), std::nullopt);
}

TEST(Progress, LeavesOutWhatIsNotANumber) {
  Progress progress = {.phase = "train", .loss = std::nan("")};
  const auto again = FindLastProgress(FormatProgressLine(progress));
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->loss.has_value());
}

TrainingConfig Parse(absl::string_view text, FieldErrors& errors) {
  const auto document = json::Parse(text);
  EXPECT_TRUE(document.ok()) << document.status();
  return ParseTrainingConfig(*document, errors);
}

TEST(TrainingConfig, TakesNumbersWrittenAsStrings) {
  FieldErrors errors;
  const TrainingConfig config = Parse(
      R"({"training_config":{
        "LoraConfig":{"r":"16","lora_alpha":32,"target_modules":["qkv_proj"]},
        "QuantizationConfig":{"load_in_4bit":"True"},
        "TrainingArguments":{"learning_rate":"1e-3","num_train_epochs":18,
          "per_device_train_batch_size":24.0,"max_grad_norm":0,"max_length":0,
          "report_to":"none"}}})",
      errors);
  EXPECT_TRUE(errors.empty()) << errors.ToString();
  EXPECT_EQ(config.lora.r, 16);
  EXPECT_THAT(config.lora.target_modules.names, ElementsAre("qkv_proj"));
  EXPECT_TRUE(config.quantization->load_in_4bit);
  EXPECT_EQ(config.arguments.learning_rate, 1e-3);
  EXPECT_EQ(config.arguments.per_device_train_batch_size, 24);
  EXPECT_EQ(config.arguments.adam_beta2, 0.999);
  EXPECT_TRUE(config.arguments.others.Contains("report_to"));
  // What was said survives being written and read again.
  FieldErrors again_errors;
  const TrainingConfig again =
      ParseTrainingConfig(FormatTrainingConfig(config), again_errors);
  EXPECT_TRUE(again_errors.empty());
  EXPECT_EQ(FormatTrainingConfig(again), FormatTrainingConfig(config));
  EXPECT_EQ(again.arguments.max_grad_norm, 0);
  EXPECT_EQ(again.arguments.max_length, 0);
}

TEST(TrainingConfig, NamesEveryProblemWithItsPlace) {
  FieldErrors errors;
  Parse(R"({"training_config":{"LoraConfg":{},"LoraConfig":{"r":"many",
        "target_modules":7},"TrainingArguments":{"seed":1.5}}})",
        errors);
  EXPECT_EQ(errors.ToString(),
            "training_config.LoraConfig.r: expected integer, found string; "
            "training_config.LoraConfig.target_modules: expected a list of "
            "names, or a string, found integer; "
            "training_config.TrainingArguments.seed: expected integer, found "
            "number; training_config.LoraConfg: unknown field; did you mean "
            "LoraConfig?");
  FieldErrors none;
  Parse(R"({"LoraConfig":{}})", none);
  EXPECT_THAT(none.ToString(), StartsWith("training_config: required"));
}

TEST(DefaultTrainingConfig, IsKaitosTemplate) {
  const json::Value qlora =
      FormatTrainingConfig(DefaultTrainingConfig("QLoRA"));
  EXPECT_EQ(qlora.StringAt({"training_config", "QuantizationConfig",
                            "bnb_4bit_quant_type"}),
            "nf4");
  EXPECT_EQ(qlora
                .FindPath({"training_config", "TrainingArguments",
                           "per_device_train_batch_size"})
                ->integer(),
            1);
  const json::Value lora = FormatTrainingConfig(DefaultTrainingConfig("lora"));
  EXPECT_EQ(
      lora.FindPath({"training_config", "QuantizationConfig", "load_in_4bit"})
          ->boolean(),
      false);
}

}  // namespace
}  // namespace kaito::api

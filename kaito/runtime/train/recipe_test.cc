#include "kaito/runtime/train/recipe.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/batch/batch_plan.h"
#include "kaito/runtime/dataset/row_encoder.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// `sections`: the content of training_config, as YAML in flow style.
absl::StatusOr<Recipe> Make(absl::string_view sections,
                            const RecipeOverrides& overrides = {}) {
  const auto document =
      yaml::Parse(absl::StrCat("training_config: {", sections, "}"));
  EXPECT_THAT(document, IsOk()) << sections;
  if (!document.ok()) return document.status();
  return MakeRecipe(document->value, overrides);
}

TEST(MakeRecipe, ReadsTheDemosFile) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile("examples/demo-data/training_config.yaml", 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const yaml::Document document, yaml::Parse(text));
  const auto recipe = MakeRecipe(document.value, {});
  KAITO_ASSERT_OK(recipe.status());
  EXPECT_TRUE(recipe->model.nf4);
  EXPECT_EQ(recipe->model.directory, "/workspace/weights");
  EXPECT_EQ(recipe->adapter.config.rank, 16);
  EXPECT_EQ(recipe->adapter.config.alpha, 32);
  EXPECT_THAT(recipe->adapter.config.targets.names,
              ElementsAre("qkv_proj", "o_proj", "gate_up_proj", "down_proj"));
  EXPECT_EQ(recipe->data.batches.rows_per_batch, 24);
  EXPECT_EQ(recipe->data.batches.epochs, 18);
  EXPECT_TRUE(recipe->data.batches.group_by_length);
  EXPECT_EQ(recipe->data.batches.seed, 1u);
  EXPECT_EQ(recipe->schedule.name, "cosine");
  EXPECT_EQ(recipe->schedule.rate, 1e-3);
  EXPECT_EQ(recipe->schedule.warmup_steps, 10);
  EXPECT_EQ(recipe->optimizer.beta2, 0.99);
  EXPECT_EQ(recipe->data.encoder.max_length, 512);
  EXPECT_EQ(recipe->data.split.train_share, 1);
  EXPECT_THAT(recipe->data_paths, ElementsAre("/mnt/data"));
  EXPECT_EQ(recipe->save.strategy, SaveStrategy::kNo);
  EXPECT_EQ(recipe->output, "/mnt/results");
  EXPECT_EQ(recipe->resume, "auto");
  EXPECT_THAT(recipe->notes, IsEmpty());
}

TEST(MakeRecipe, WorksWithoutAFile) {
  const auto recipe = MakeRecipe(nullptr, {.target_modules = "q_proj,v_proj"});
  KAITO_ASSERT_OK(recipe.status());
  EXPECT_TRUE(recipe->model.nf4);
  EXPECT_THAT(recipe->adapter.config.targets.names,
              ElementsAre("q_proj", "v_proj"));
  EXPECT_EQ(recipe->save.strategy, SaveStrategy::kNo);
}

TEST(MakeRecipe, LetsFlagsWin) {
  const auto recipe = Make(
      "TrainingArguments: {output_dir: out, max_steps: 5, seed: 1, "
      "data_seed: 9, resume_from_checkpoint: /x}, "
      "DatasetConfig: {dataset_path: sets/a.jsonl}, "
      "ModelConfig: {pretrained_model_name_or_path: /m}, "
      "LoraConfig: {target_modules: [o_proj]}",
      {.model = "/flag/model",
       .data = {"/flag/data"},
       .output = "/flag/out",
       .resume = "never",
       .target_modules = "q_proj",
       .max_steps = 7,
       .seed = 3});
  KAITO_ASSERT_OK(recipe.status());
  EXPECT_EQ(recipe->model.directory, "/flag/model");
  EXPECT_THAT(recipe->data_paths, ElementsAre("/flag/data"));
  EXPECT_EQ(recipe->output, "/flag/out");
  EXPECT_EQ(recipe->resume, "never");
  EXPECT_EQ(recipe->data.batches.max_steps, 7);
  EXPECT_EQ(recipe->data.batches.seed, 3u);
  EXPECT_EQ(recipe->seed, 3u);
  // The file is the user's, the variable the image's.
  EXPECT_THAT(recipe->adapter.config.targets.names, ElementsAre("o_proj"));
}

TEST(MakeRecipe, TakesTheFilesWords) {
  const auto recipe = Make(
      "TrainingArguments: {output_dir: out, data_seed: 9, seed: 1, "
      "packing: true, packing_strategy: wrapped, truncation_mode: keep_end, "
      "max_seq_length: 77, train_sampling_strategy: sequential, "
      "lr_scheduler_type: cosine_with_min_lr, "
      "lr_scheduler_kwargs: {min_lr_rate: 0.1}, optim: paged_adamw_8bit, "
      "assistant_only_loss: false, completion_only_loss: false, "
      "warmup_ratio: '0.03', resume_from_checkpoint: /c}, "
      "DatasetConfig: {dataset_path: sets/a.jsonl, context_column: q, "
      "response_column: a, messages_column: m}, "
      "LoraConfig: {init_lora_weights: gaussian, use_rslora: true, "
      "strict_targets: true, alias_fused: true, target_modules: all-linear}");
  KAITO_ASSERT_OK(recipe.status());
  EXPECT_EQ(recipe->output, "/mnt/out");
  EXPECT_THAT(recipe->data_paths, ElementsAre("/mnt/sets/a.jsonl"));
  EXPECT_EQ(recipe->data.dataset.columns.prompt, "q");
  EXPECT_EQ(recipe->data.dataset.columns.completion, "a");
  EXPECT_EQ(recipe->data.dataset.columns.messages, "m");
  EXPECT_EQ(recipe->data.batches.packed_length, 77);
  EXPECT_EQ(recipe->data.encoder.keep, RowEncoderOptions::Keep::kEnd);
  EXPECT_FALSE(recipe->data.encoder.assistant_only);
  EXPECT_FALSE(recipe->data.encoder.completion_only);
  EXPECT_EQ(recipe->data.split.train_share, 0.8);
  EXPECT_EQ(recipe->data.batches.packing, Packing::kWrapped);
  EXPECT_FALSE(recipe->data.batches.shuffle);
  EXPECT_EQ(recipe->data.batches.seed, 9u);
  EXPECT_EQ(recipe->seed, 1u);
  EXPECT_EQ(recipe->schedule.arguments.size(), 1u);
  EXPECT_EQ(recipe->schedule.warmup_ratio, 0.03);
  EXPECT_EQ(recipe->resume, "/c");
  EXPECT_EQ(recipe->save.strategy, SaveStrategy::kSteps);
  EXPECT_TRUE(recipe->adapter.config.rslora);
  EXPECT_EQ(recipe->adapter.config.init, AdapterInit::kGaussian);
  EXPECT_TRUE(recipe->adapter.strict_targets);
  EXPECT_TRUE(recipe->adapter.alias_fused);
  EXPECT_THAT(recipe->notes, ElementsAre(HasSubstr("paged_adamw_8bit")));
}

TEST(MakeRecipe, TrainsAnswersOnlyUnlessToldOtherwise) {
  const auto recipe = Make("TrainingArguments: {output_dir: out}");
  KAITO_ASSERT_OK(recipe.status());
  EXPECT_TRUE(recipe->data.encoder.assistant_only);
  EXPECT_TRUE(recipe->data.encoder.completion_only);
  const auto compat =
      Make("TrainingArguments: {output_dir: out}", {.kaito_compat = true});
  KAITO_ASSERT_OK(compat.status());
  EXPECT_TRUE(compat->data.encoder.kaito_labels);
  EXPECT_TRUE(compat->adapter.store_bf16);
}

TEST(MakeRecipe, RefusesByName) {
  const struct {
    const char* section;
    const char* entry;
    const char* what;
  } cases[] = {
      {"ModelConfig", "trust_remote_cod: true", "did you mean trust_remote"},
      {"ModelConfig", "load_in_8bit: true", "load_in_8bit"},
      {"QuantizationConfig", "load_in_8bit: true", "load_in_8bit"},
      {"QuantizationConfig", "load_in_4bit: true", "want nf4"},
      {"LoraConfig", "r: 0", "r: want"},
      {"LoraConfig", "use_dora: true", "use_dora"},
      {"LoraConfig", "rnk: 3", "rnk"},
      {"LoraConfig", "strict_targets: 3", "strict_targets"},
      {"TrainingArguments", "deepspeed: ds.json", "deepspeed"},
      {"TrainingArguments", "neftune_noise_alpha: 5", "neftune_noise_alpha"},
      {"TrainingArguments", "label_smoothing_factor: 0.1", "label_smoothing"},
      {"TrainingArguments", "load_best_model_at_end: true", "load_best_model"},
      {"TrainingArguments", "push_to_hub: true", "push_to_hub"},
      {"TrainingArguments", "optim: adafactor", "adafactor"},
      {"TrainingArguments", "loss_type: dft", "loss_type"},
      {"TrainingArguments", "save_strategy: best", "save_strategy"},
      {"TrainingArguments", "learning_rate: 0", "learning_rate"},
      {"TrainingArguments", "learning_rate: fast", "learning_rate"},
      {"TrainingArguments", "num_train_epochs: 0", "num_train_epochs"},
      {"TrainingArguments", "per_device_train_batch_size: 0", "batch_size"},
      {"TrainingArguments", "adam_beta2: 1", "adam_beta2"},
      {"TrainingArguments", "truncation_mode: middle", "truncation_mode"},
      {"TrainingArguments", "output_dir: ../etc", "output_dir"},
      {"TrainingArguments", "output_dir: /mnt", "output_dir"},
      {"TrainingArguments", "data_sed: 1", "did you mean data_seed"},
      {"DatasetConfig", "dataset_path: ../../etc", "dataset_path"},
      {"DatasetConfig", "train_test_split: 0", "train_test_split"},
      {"DataCollator", "mlmm: 1", "mlmm"},
      {"Optimizer", "x: 1", "Optimizer"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Make(absl::StrCat(c.section, ": {", c.entry, "}")),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(c.section), HasSubstr(c.what))))
        << c.section << " " << c.entry;
  }
}

// Every default of TRL's SFTConfig is taken, and the templates of KAITO.
TEST(MakeRecipe, TakesEveryDefaultOfTrl) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile("kaito/runtime/train/testdata/sft_defaults.json", 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(json::Value defaults, json::Parse(text));
  // The only ones that are nothing by themselves.
  defaults["output_dir"] = "out";
  const json::Value document = json::Object{
      {"training_config", json::Object{{"TrainingArguments", defaults}}}};
  const auto recipe = MakeRecipe(document, {});
  KAITO_ASSERT_OK(recipe.status());
  EXPECT_EQ(recipe->schedule.rate, 2e-5);
  EXPECT_EQ(recipe->data.encoder.max_length, 1024);
  EXPECT_THAT(recipe->notes, IsEmpty());
}

}  // namespace
}  // namespace kaito::runtime

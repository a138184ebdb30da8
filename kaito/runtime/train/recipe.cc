#include "kaito/runtime/train/recipe.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/training_config.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/file/path.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/dataset/data_settings.h"
#include "kaito/runtime/train/recipe_keys.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kMount = "/mnt";
constexpr double kMany = 1e12;  // Steps, rows: more than any run has.

absl::Status Wrong(absl::string_view key, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("training_config.", key, ": ", what));
}

absl::Status InRange(absl::string_view key, double value, double low,
                     double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return Wrong(key, absl::StrCat("is ", value, ", want ", low, " to ", high));
}

absl::StatusOr<api::TrainingConfig> ParseConfig(const json::Value& document) {
  if (document.is_null()) return api::DefaultTrainingConfig("qlora");
  api::FieldErrors errors;
  api::TrainingConfig config = api::ParseTrainingConfig(document, errors);
  if (errors.empty()) return config;
  return absl::InvalidArgumentError(errors.ToString());
}

// A string of `others`, or empty.
std::string Text(const json::Object& others, absl::string_view key) {
  const json::Value* value = others.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->string();
  return text == nullptr ? "" : *text;
}

// The keys of ours that adapter_config.json does not have.
absl::StatusOr<bool> TakeBool(absl::string_view key, json::Object& others) {
  const json::Value* value = others.Find(key);
  if (value == nullptr || value->is_null()) return false;
  const std::optional<bool> flag = value->boolean();
  if (!flag.has_value()) {
    return Wrong(absl::StrCat("LoraConfig.", key),
                 absl::StrCat("want true or false, is ",
                              json::Write(*value).substr(0, 100)));
  }
  others.Erase(key);
  return *flag;
}

absl::StatusOr<AdapterRecipe> MakeAdapter(const api::LoraConfig& lora,
                                          const ModelRecipe& model,
                                          const RecipeOverrides& overrides) {
  AdapterRecipe recipe;
  json::Object words = lora.others;
  KAITO_ASSIGN_OR_RETURN(recipe.strict_targets,
                         TakeBool("strict_targets", words));
  KAITO_ASSIGN_OR_RETURN(recipe.alias_fused, TakeBool("alias_fused", words));
  words["r"] = lora.r;
  words["lora_alpha"] = lora.lora_alpha;
  words["lora_dropout"] = lora.lora_dropout;
  if (!lora.target_modules.pattern.empty()) {
    words["target_modules"] = lora.target_modules.pattern;
  } else if (!lora.target_modules.names.empty()) {
    words["target_modules"] = json::Array(lora.target_modules.names.begin(),
                                          lora.target_modules.names.end());
  } else if (!overrides.target_modules.empty()) {
    const std::vector<std::string> names =
        absl::StrSplit(overrides.target_modules, ',', absl::SkipWhitespace());
    words["target_modules"] = json::Array(names.begin(), names.end());
  }
  absl::StatusOr<ParsedAdapterConfig> parsed = ParseAdapterConfig(words);
  if (!parsed.ok()) {
    return Annotate(parsed.status(), "training_config.LoraConfig");
  }
  if (!parsed->unknown.empty()) {
    return Wrong("LoraConfig",
                 absl::StrCat("there is no ", parsed->unknown.front()));
  }
  recipe.config = std::move(parsed->config);
  recipe.config.base_model = model.directory;
  recipe.store_bf16 = overrides.kaito_compat;
  return recipe;
}

absl::StatusOr<ModelRecipe> MakeModel(const api::TrainingConfig& config,
                                      const RecipeOverrides& overrides) {
  ModelRecipe recipe;
  const std::string& named = config.model.pretrained_model_name_or_path;
  recipe.directory = !overrides.model.empty() ? overrides.model
                     : !named.empty()         ? named
                                              : std::string(api::kWeightsDir);
  recipe.chat_template = config.model.chat_template;
  const json::Value* in_model = config.model.others.Find("load_in_4bit");
  recipe.nf4 = in_model != nullptr && in_model->boolean() == true;
  if (!config.quantization.has_value()) return recipe;
  const api::QuantizationConfig& quantization = *config.quantization;
  if (quantization.load_in_8bit) {
    return Wrong("QuantizationConfig.load_in_8bit",
                 "8-bit weights are not supported; use load_in_4bit with "
                 "bnb_4bit_quant_type nf4");
  }
  recipe.nf4 = recipe.nf4 || quantization.load_in_4bit;
  if (quantization.load_in_4bit && quantization.bnb_4bit_quant_type != "nf4") {
    return Wrong("QuantizationConfig.bnb_4bit_quant_type",
                 absl::StrCat("is ", quantization.bnb_4bit_quant_type,
                              " (fp4 where it is not set), want nf4"));
  }
  return recipe;
}

absl::StatusOr<std::string> OutputDirectory(const std::string& stated) {
  if (stated.empty()) return std::string(api::kResultsDir);
  const std::string path = IsUnder(kMount, stated)
                               ? CleanPath(stated)
                               : CleanPath(absl::StrCat(kMount, "/", stated));
  if (path != kMount && IsUnder(kMount, path)) return path;
  return Wrong("TrainingArguments.output_dir",
               absl::StrCat("is ", stated, ", want a directory below ", kMount,
                            ", or give --output"));
}

// What DataSettingsOf() does not know: flags, and newer or older words.
absl::StatusOr<DataSettings> MakeData(const api::TrainingConfig& stated,
                                      const RecipeOverrides& overrides) {
  api::TrainingConfig config = stated;
  api::TrainingArguments& arguments = config.arguments;
  if (const json::Value* old = arguments.others.Find("max_seq_length");
      old != nullptr && old->integer().has_value()) {
    arguments.max_length = *old->integer();
  }
  if (const json::Value* seed = arguments.others.Find("data_seed");
      seed != nullptr && seed->integer().has_value()) {
    arguments.seed = *seed->integer();
  }
  arguments.seed = overrides.seed.value_or(arguments.seed);
  arguments.max_steps = overrides.max_steps.value_or(arguments.max_steps);
  absl::StatusOr<DataSettings> settings =
      DataSettingsOf(config, {.kaito = overrides.kaito_compat});
  if (!settings.ok()) return Annotate(settings.status(), "training_config");

  const std::string sampling =
      Text(arguments.others, "train_sampling_strategy");
  if (sampling == "group_by_length") {
    settings->batches.group_by_length = true;
  } else if (sampling == "sequential") {
    settings->batches.shuffle = false;
  } else if (!sampling.empty() && sampling != "random") {
    return Wrong("TrainingArguments.train_sampling_strategy",
                 absl::StrCat("is ", sampling.substr(0, 100),
                              ", want random, sequential or group_by_length"));
  }
  KAITO_RETURN_IF_ERROR(InRange("DatasetConfig.train_test_split",
                                config.dataset.train_test_split, 1e-9, 1));
  KAITO_RETURN_IF_ERROR(
      InRange("TrainingArguments.per_device_train_batch_size",
              static_cast<double>(settings->batches.rows_per_batch), 1, 1e6));
  KAITO_RETURN_IF_ERROR(
      InRange("TrainingArguments.gradient_accumulation_steps",
              static_cast<double>(settings->batches.accumulation), 1, 1e6));
  if (settings->batches.max_steps <= 0) {
    KAITO_RETURN_IF_ERROR(InRange("TrainingArguments.num_train_epochs",
                                  settings->batches.epochs, 1e-6, 1e6));
  }
  return settings;
}

absl::StatusOr<ScheduleRecipe> MakeScheduleRecipe(
    const api::TrainingArguments& arguments) {
  ScheduleRecipe recipe = {.name = arguments.lr_scheduler_type,
                           .rate = arguments.learning_rate,
                           .warmup_steps = arguments.warmup_steps,
                           .warmup_ratio = arguments.warmup_ratio};
  KAITO_RETURN_IF_ERROR(
      InRange("TrainingArguments.learning_rate", recipe.rate, 1e-12, 1e3));
  KAITO_RETURN_IF_ERROR(
      InRange("TrainingArguments.warmup_steps", recipe.warmup_steps, 0, kMany));
  KAITO_RETURN_IF_ERROR(InRange("TrainingArguments.warmup_ratio",
                                recipe.warmup_ratio.value_or(0), 0, 1));
  const json::Value* words = arguments.others.Find("lr_scheduler_kwargs");
  if (words != nullptr && !words->is_null()) {
    if (words->object() == nullptr) {
      return Wrong("TrainingArguments.lr_scheduler_kwargs", "want a map");
    }
    recipe.arguments = *words->object();
  }
  return recipe;
}

absl::StatusOr<OptimizerOptions> MakeOptimizer(
    const api::TrainingArguments& arguments, std::vector<std::string>& notes) {
  if (!absl::StrContains(arguments.optim, "adamw") ||
      absl::StrContains(arguments.optim, "apex") ||
      absl::StrContains(arguments.optim, "anyprecision")) {
    return Wrong("TrainingArguments.optim",
                 absl::StrCat("is ", arguments.optim.substr(0, 100),
                              ", want adamw_torch, adamw_torch_fused or one of "
                              "bitsandbytes' AdamWs"));
  }
  if (absl::StrContains(arguments.optim, "8bit")) {
    notes.push_back(absl::StrCat(
        "training_config.TrainingArguments.optim is ", arguments.optim,
        ": the optimiser's state of an adapter is small, and kept in 32 bits"));
  }
  const struct {
    const char* key;
    double value;
    double high;
  } ranges[] = {
      {"TrainingArguments.adam_beta1", arguments.adam_beta1, 0.999999},
      {"TrainingArguments.adam_beta2", arguments.adam_beta2, 0.99999999},
      {"TrainingArguments.adam_epsilon", arguments.adam_epsilon, 1},
      {"TrainingArguments.weight_decay", arguments.weight_decay, 100},
      {"TrainingArguments.max_grad_norm", arguments.max_grad_norm, kMany},
  };
  for (const auto& range : ranges) {
    KAITO_RETURN_IF_ERROR(InRange(range.key, range.value, 0, range.high));
  }
  return OptimizerOptions{.beta1 = arguments.adam_beta1,
                          .beta2 = arguments.adam_beta2,
                          .epsilon = arguments.adam_epsilon,
                          .weight_decay = arguments.weight_decay,
                          .max_grad_norm = arguments.max_grad_norm};
}

absl::StatusOr<SaveRecipe> MakeSave(const api::TrainingArguments& arguments) {
  SaveRecipe recipe = {.every = arguments.save_steps,
                       .keep = arguments.save_total_limit.value_or(0),
                       .log_every = arguments.logging_steps};
  const std::string& strategy = arguments.save_strategy;
  if (strategy == "steps") {
    recipe.strategy = SaveStrategy::kSteps;
  } else if (strategy == "epoch") {
    recipe.strategy = SaveStrategy::kEpoch;
  } else if (strategy != "no") {
    return Wrong("TrainingArguments.save_strategy",
                 absl::StrCat("is ", strategy.substr(0, 100),
                              ", want no, steps or epoch"));
  }
  KAITO_RETURN_IF_ERROR(
      InRange("TrainingArguments.save_steps", recipe.every, 1e-9, kMany));
  KAITO_RETURN_IF_ERROR(
      InRange("TrainingArguments.logging_steps", recipe.log_every, 0, kMany));
  KAITO_RETURN_IF_ERROR(InRange("TrainingArguments.save_total_limit",
                                static_cast<double>(recipe.keep), 0, kMany));
  return recipe;
}

absl::Status CheckOthers(const api::TrainingConfig& config,
                         std::vector<std::string>& notes) {
  KAITO_RETURN_IF_ERROR(
      CheckOtherKeys("ModelConfig", config.model.others, notes));
  if (config.quantization.has_value()) {
    KAITO_RETURN_IF_ERROR(CheckOtherKeys("QuantizationConfig",
                                         config.quantization->others, notes));
  }
  KAITO_RETURN_IF_ERROR(
      CheckOtherKeys("TrainingArguments", config.arguments.others, notes));
  KAITO_RETURN_IF_ERROR(
      CheckOtherKeys("DatasetConfig", config.dataset.others, notes));
  KAITO_RETURN_IF_ERROR(
      CheckOtherKeys("DataCollator", config.collator.others, notes));
  const std::string loss = Text(config.arguments.others, "loss_type");
  if (!loss.empty() && loss != "nll" && loss != "chunked_nll") {
    return Wrong("TrainingArguments.loss_type",
                 absl::StrCat("is ", loss.substr(0, 100), ", want nll"));
  }
  return absl::OkStatus();
}

std::string Resume(const api::TrainingArguments& arguments,
                   const RecipeOverrides& overrides) {
  if (!overrides.resume.empty()) return overrides.resume;
  const std::string path = Text(arguments.others, "resume_from_checkpoint");
  return path.empty() || path == "true" || path == "True" ? "auto" : path;
}

}  // namespace

absl::StatusOr<Recipe> MakeRecipe(const json::Value& document,
                                  const RecipeOverrides& overrides) {
  KAITO_ASSIGN_OR_RETURN(const api::TrainingConfig config,
                         ParseConfig(document));
  Recipe recipe;
  KAITO_RETURN_IF_ERROR(CheckOthers(config, recipe.notes));
  KAITO_ASSIGN_OR_RETURN(recipe.model, MakeModel(config, overrides));
  KAITO_ASSIGN_OR_RETURN(recipe.adapter,
                         MakeAdapter(config.lora, recipe.model, overrides));
  KAITO_ASSIGN_OR_RETURN(recipe.data, MakeData(config, overrides));
  recipe.data_paths = overrides.data;
  if (recipe.data_paths.empty()) recipe.data_paths = {recipe.data.path};
  const int64_t seed = overrides.seed.value_or(config.arguments.seed);
  recipe.seed = static_cast<uint64_t>(seed);
  KAITO_ASSIGN_OR_RETURN(recipe.schedule, MakeScheduleRecipe(config.arguments));
  KAITO_ASSIGN_OR_RETURN(recipe.optimizer,
                         MakeOptimizer(config.arguments, recipe.notes));
  KAITO_ASSIGN_OR_RETURN(recipe.save, MakeSave(config.arguments));
  recipe.resume = Resume(config.arguments, overrides);
  if (!overrides.output.empty()) {
    recipe.output = overrides.output;
  } else {
    KAITO_ASSIGN_OR_RETURN(recipe.output,
                           OutputDirectory(config.arguments.output_dir));
  }
  return recipe;
}

}  // namespace kaito::runtime

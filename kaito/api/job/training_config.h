#ifndef KAITO_API_JOB_TRAINING_CONFIG_H_
#define KAITO_API_JOB_TRAINING_CONFIG_H_

// training_config.yaml: KAITO's recipe for a tuning run, with the names of
// Hugging Face's libraries. The operator copies it into the Job's ConfigMap;
// the runtime reads it from /mnt/config.
//
//   KAITO_ASSIGN_OR_RETURN(const TrainingConfig config,
//                          ParseTrainingConfig(document, errors));
//
// The initial values are what KAITO's program uses for a key that is absent,
// which is not always what the templates that ship with it say
// (DefaultTrainingConfig). Numbers and booleans may be written as strings, as
// Hugging Face's argument parser takes them. Keys that are not named here are
// kept, and judged by the runtime, which accepts or refuses each by name.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct ModelConfig {
  std::string pretrained_model_name_or_path;
  std::string torch_dtype;
  std::optional<bool> local_files_only;
  std::string chat_template;  // A file's path, or the template itself.
  json::Object others;
};

struct QuantizationConfig {
  bool load_in_4bit = false;
  bool load_in_8bit = false;
  std::string bnb_4bit_quant_type = "fp4";
  std::string bnb_4bit_compute_dtype = "float32";
  bool bnb_4bit_use_double_quant = false;
  json::Object others;
};

// Names of modules, or one pattern over their paths ("all-linear", a regex).
struct TargetModules {
  std::vector<std::string> names;
  std::string pattern;
};

struct LoraConfig {
  int64_t r = 8;
  double lora_alpha = 8;
  double lora_dropout = 0;
  TargetModules target_modules;
  json::Object others;
};

struct TrainingArguments {
  std::string output_dir;
  double num_train_epochs = 3;
  int64_t max_steps = -1;  // Positive: wins over num_train_epochs.
  int64_t per_device_train_batch_size = 8;
  int64_t gradient_accumulation_steps = 1;
  double learning_rate = 2e-5;
  std::string lr_scheduler_type = "linear";
  double warmup_steps = 0;  // Below 1: a share of all steps.
  std::optional<double> warmup_ratio;
  double weight_decay = 0;
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.999;
  double adam_epsilon = 1e-8;
  double max_grad_norm = 1;
  std::string optim = "adamw_torch_fused";
  int64_t seed = 42;
  std::string save_strategy = "steps";
  double save_steps = 500;
  std::optional<int64_t> save_total_limit;
  double logging_steps = 10;
  int64_t max_length = 1024;
  bool packing = false;
  bool group_by_length = false;
  bool assistant_only_loss = false;
  std::optional<bool> completion_only_loss;
  json::Object others;
};

struct DatasetConfig {
  std::string dataset_path;
  std::string dataset_extension;
  bool shuffle_dataset = true;
  int64_t shuffle_seed = 42;
  double train_test_split = 0.8;
  std::string context_column;
  std::string response_column = "text";
  std::string messages_column;
  json::Object others;
};

struct DataCollator {
  bool mlm = true;
  json::Object others;
};

struct TrainingConfig {
  ModelConfig model;
  std::optional<QuantizationConfig> quantization;
  LoraConfig lora;
  TrainingArguments arguments;
  DatasetConfig dataset;
  DataCollator collator;
};

// Reads the document, whose one top-level key is training_config. All problems
// go to `errors`, with paths such as training_config.LoraConfig.r.
TrainingConfig ParseTrainingConfig(const json::Value& document,
                                   FieldErrors& errors);

// The document of a config, as the ConfigMap holds it.
json::Value FormatTrainingConfig(const TrainingConfig& config);

// KAITO's template for "lora" or "qlora": what a Workspace without a config of
// its own is tuned with.
TrainingConfig DefaultTrainingConfig(absl::string_view method);

const Type& TypeOf(const TargetModules*);
const StructType& Describe(const ModelConfig*);
const StructType& Describe(const QuantizationConfig*);
const StructType& Describe(const LoraConfig*);
const StructType& Describe(const TrainingArguments*);
const StructType& Describe(const DatasetConfig*);
const StructType& Describe(const DataCollator*);
const StructType& Describe(const TrainingConfig*);

}  // namespace kaito::api

#endif  // KAITO_API_JOB_TRAINING_CONFIG_H_

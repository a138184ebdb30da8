#include "kaito/api/job/training_config.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

constexpr absl::string_view kTopLevel = "training_config";

class TargetModulesType final : public Type {
 public:
  Kind kind() const override { return Kind::kAny; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    auto& modules = *static_cast<TargetModules*>(out);
    if (const std::string* pattern = value.string()) {
      modules = {.pattern = *pattern};
    } else if (value.is_array()) {
      modules = {};
      TypeFor<std::vector<std::string>>().Decode(value, &modules.names,
                                                 context);
    } else {
      context.WrongType("a list of names, or a string", value);
    }
  }
  json::Value Encode(const void* in) const override {
    const auto& modules = *static_cast<const TargetModules*>(in);
    if (!modules.pattern.empty()) return modules.pattern;
    return TypeFor<std::vector<std::string>>().Encode(&modules.names);
  }
  bool IsEmpty(const void* in) const override {
    const auto& modules = *static_cast<const TargetModules*>(in);
    return modules.pattern.empty() && modules.names.empty();
  }
};

// A number or boolean that was written as a string, where the field wants one;
// whole numbers may be written as 1.0. Anything else is left for decoding to
// complain about.
void Unquote(Type::Kind wanted, json::Value& value) {
  if (wanted == Type::Kind::kInteger && value.is_double()) {
    const double d = *value.number();
    if (d == static_cast<double>(static_cast<int64_t>(d)) && d < 1e15 &&
        d > -1e15) {
      value = static_cast<int64_t>(d);
    }
    return;
  }
  const std::string* text = value.string();
  if (text == nullptr) return;
  int64_t n = 0;
  double d = 0;
  if (wanted == Type::Kind::kInteger && absl::SimpleAtoi(*text, &n)) {
    value = n;
  } else if (wanted == Type::Kind::kNumber && absl::SimpleAtod(*text, &d)) {
    value = d;
  } else if (wanted == Type::Kind::kBoolean) {
    const std::string lower = absl::AsciiStrToLower(*text);
    if (lower == "true") value = true;
    if (lower == "false") value = false;
  }
}

void UnquoteFields(const StructType& type, json::Value& value) {
  json::Object* members = value.object();
  if (members == nullptr) return;
  for (json::Member& member : *members) {
    const Field* field = type.FindField(member.name);
    if (field == nullptr) continue;
    if (const StructType* section = field->type->as_struct()) {
      UnquoteFields(*section, member.value);
    } else {
      Unquote(field->type->kind(), member.value);
    }
  }
}

// The document's type: one member, so that paths start with its name.
struct Document {
  TrainingConfig config;
};

const StructType& Describe(const Document*) {
  static const auto* type = new StructType(
      "training_config.yaml.",
      {Of(kTopLevel, &Document::config, "The recipe.").Required()});
  return *type;
}

}  // namespace

TrainingConfig ParseTrainingConfig(const json::Value& document,
                                   FieldErrors& errors) {
  const json::Value* section = document.Find(kTopLevel);
  if (section == nullptr || !section->is_object()) {
    errors.Add({FieldError::Kind::kRequired, std::string(kTopLevel),
                "required: a map with the sections ModelConfig, "
                "QuantizationConfig, LoraConfig, TrainingArguments, "
                "DatasetConfig and DataCollator"});
    return {};
  }
  json::Value unquoted = document;
  UnquoteFields(Describe(static_cast<const Document*>(nullptr)), unquoted);
  Decoded<Document> decoded = Decode<Document>(unquoted);
  errors.Append(decoded.errors);
  errors.Append(decoded.unknown);
  return std::move(decoded.object.config);
}

json::Value FormatTrainingConfig(const TrainingConfig& config) {
  return Encode(Document{config});
}

TrainingConfig DefaultTrainingConfig(absl::string_view method) {
  TrainingConfig config;
  config.model.torch_dtype = "bfloat16";
  config.model.local_files_only = true;
  config.quantization = QuantizationConfig();
  if (absl::AsciiStrToLower(method) == "qlora") {
    config.quantization->load_in_4bit = true;
    config.quantization->bnb_4bit_quant_type = "nf4";
    config.quantization->bnb_4bit_compute_dtype = "bfloat16";
    config.quantization->bnb_4bit_use_double_quant = true;
  }
  config.arguments.output_dir = std::string(kResultsDir);
  config.arguments.save_strategy = "no";
  config.arguments.per_device_train_batch_size = 1;
  config.arguments.others["ddp_find_unused_parameters"] = false;
  config.dataset.shuffle_dataset = true;
  config.dataset.train_test_split = 1;
  return config;
}

const Type& TypeOf(const TargetModules*) {
  static const auto* type = new TargetModulesType;
  return *type;
}

const StructType& Describe(const ModelConfig*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "The base model.",
        {Of("pretrained_model_name_or_path",
            &ModelConfig::pretrained_model_name_or_path, "Its folder."),
         Of("torch_dtype", &ModelConfig::torch_dtype,
            "Type of the unquantised weights."),
         Of("local_files_only", &ModelConfig::local_files_only,
            "Whether nothing may be downloaded."),
         Of("chat_template", &ModelConfig::chat_template,
            "A template's file, or the template itself.")});
    t->KeepOthers(Others(&ModelConfig::others));
    return t;
  }();
  return *type;
}

const StructType& Describe(const QuantizationConfig*) {
  using Q = QuantizationConfig;
  static const auto* type = [] {
    auto* t = new StructType(
        "How the frozen weights are stored.",
        {Of("load_in_4bit", &Q::load_in_4bit, "NF4 or FP4.").Always(),
         Of("load_in_8bit", &Q::load_in_8bit, "Eight bits."),
         Of("bnb_4bit_quant_type", &Q::bnb_4bit_quant_type, "nf4 or fp4."),
         Of("bnb_4bit_compute_dtype", &Q::bnb_4bit_compute_dtype,
            "Type that weights are multiplied in."),
         Of("bnb_4bit_use_double_quant", &Q::bnb_4bit_use_double_quant,
            "Whether the scales are quantised too.")});
    t->KeepOthers(Others(&Q::others));
    return t;
  }();
  return *type;
}

const StructType& Describe(const LoraConfig*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "The adapter.",
        {Of("r", &LoraConfig::r, "Rank.").Minimum(1),
         Of("lora_alpha", &LoraConfig::lora_alpha, "Scale is alpha / r."),
         Of("lora_dropout", &LoraConfig::lora_dropout,
            "On the adapter's input."),
         Of("target_modules", &LoraConfig::target_modules,
            "Which linear layers get an adapter.")});
    t->KeepOthers(Others(&LoraConfig::others));
    return t;
  }();
  return *type;
}

const StructType& Describe(const TrainingArguments*) {
  using A = TrainingArguments;
  static const auto* type = [] {
    auto* t = new StructType(
        "The training run, in the words of TRL's SFTConfig.",
        {Of("output_dir", &A::output_dir, "Where results go."),
         Of("num_train_epochs", &A::num_train_epochs, "Passes over the data."),
         Of("max_steps", &A::max_steps, "Steps; wins over epochs."),
         Of("per_device_train_batch_size", &A::per_device_train_batch_size,
            "Rows of a micro-batch."),
         Of("gradient_accumulation_steps", &A::gradient_accumulation_steps,
            "Micro-batches of a step."),
         Of("learning_rate", &A::learning_rate, "At its highest."),
         Of("lr_scheduler_type", &A::lr_scheduler_type, "Its course."),
         Of("warmup_steps", &A::warmup_steps, "Steps, or below 1 a share."),
         Of("warmup_ratio", &A::warmup_ratio, "A share of all steps."),
         Of("weight_decay", &A::weight_decay, "Decoupled."),
         Of("adam_beta1", &A::adam_beta1, ""),
         Of("adam_beta2", &A::adam_beta2, ""),
         Of("adam_epsilon", &A::adam_epsilon, ""),
         Of("max_grad_norm", &A::max_grad_norm, "Clipping."),
         Of("optim", &A::optim, "Optimiser."),
         Of("seed", &A::seed, "Of all random numbers."),
         Of("save_strategy", &A::save_strategy, "no, epoch or steps."),
         Of("save_steps", &A::save_steps, "Between checkpoints."),
         Of("save_total_limit", &A::save_total_limit, "Checkpoints kept."),
         Of("logging_steps", &A::logging_steps, "Between log entries."),
         Of("max_length", &A::max_length, "Tokens of a row."),
         Of("packing", &A::packing, "Several rows in one sequence."),
         Of("group_by_length", &A::group_by_length, "Similar rows together."),
         Of("assistant_only_loss", &A::assistant_only_loss,
            "Whether only the assistant's turns are trained on."),
         Of("completion_only_loss", &A::completion_only_loss,
            "Whether only completions are trained on.")});
    t->KeepOthers(Others(&A::others));
    return t;
  }();
  return *type;
}

const StructType& Describe(const DatasetConfig*) {
  using D = DatasetConfig;
  static const auto* type = [] {
    auto* t = new StructType(
        "The data.",
        {Of("dataset_path", &D::dataset_path, "Below /mnt."),
         Of("dataset_extension", &D::dataset_extension, "Its format."),
         Of("shuffle_dataset", &D::shuffle_dataset, "Random order."),
         Of("shuffle_seed", &D::shuffle_seed, "Of that order."),
         Of("train_test_split", &D::train_test_split, "Share trained on."),
         Of("context_column", &D::context_column, "Column of prompts."),
         Of("response_column", &D::response_column, "Column of answers."),
         Of("messages_column", &D::messages_column, "Column of chats.")});
    t->KeepOthers(Others(&D::others));
    return t;
  }();
  return *type;
}

const StructType& Describe(const DataCollator*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "How rows become batches.",
        {Of("mlm", &DataCollator::mlm,
            "Masked language modelling; without effect for a tokenizer that "
            "has no mask token.")});
    t->KeepOthers(Others(&DataCollator::others));
    return t;
  }();
  return *type;
}

const StructType& Describe(const TrainingConfig*) {
  using C = TrainingConfig;
  static const auto* type = new StructType(
      "The recipe of a tuning run.",
      {Of("ModelConfig", &C::model, "The base model."),
       Of("QuantizationConfig", &C::quantization, "Its storage."),
       Of("LoraConfig", &C::lora, "The adapter."),
       Of("TrainingArguments", &C::arguments, "The run."),
       Of("DatasetConfig", &C::dataset, "The data."),
       Of("DataCollator", &C::collator, "The batches.")});
  return *type;
}

}  // namespace kaito::api

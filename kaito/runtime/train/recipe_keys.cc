#include "kaito/runtime/train/recipe_keys.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/flags/nearest_name.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::runtime {
namespace {

enum class Rule : uint8_t {
  kRead,     // By MakeRecipe().
  kIgnored,  // Changes neither the adapter nor what is written.
  kNoted,    // Said once where it is on; `why` tells what is done instead.
  kOff,      // Refused where it is on, because `why`.
};

struct Key {
  absl::string_view name;
  Rule rule = Rule::kIgnored;
  absl::string_view why;
};

constexpr Key kModelKeys[] = {
    {"device_map"},
    {"revision"},
    {"cache_dir"},
    {"force_download"},
    {"resume_download"},
    {"proxies"},
    {"output_loading_info"},
    {"attn_implementation"},
    {"low_cpu_mem_usage"},
    {"use_safetensors"},
    {"token"},
    {"trust_remote_code", Rule::kNoted, "no code of a model is ever run"},
    {"from_tf", Rule::kOff, "TensorFlow's weights are not read"},
    {"state_dict", Rule::kOff, "weights come from the model's directory"},
    {"load_in_4bit", Rule::kRead},
    {"load_in_8bit", Rule::kOff,
     "8-bit weights are not supported; use load_in_4bit"},
};

constexpr Key kQuantizationKeys[] = {
    {"quant_method"},
    {"bnb_4bit_quant_storage"},
    {"llm_int8_threshold"},
    {"llm_int8_enable_fp32_cpu_offload"},
    {"llm_int8_has_fp16_weight"},
    {"llm_int8_skip_modules", Rule::kOff,
     "all linear layers of the decoder are quantised alike"},
};

constexpr Key kDatasetKeys[] = {
    {"num_proc"},
    {"streaming"},
};

constexpr Key kCollatorKeys[] = {
    {"mlm_probability"},
    {"pad_to_multiple_of"},
    {"return_tensors"},
    {"tf_experimental_compile"},
    {"seed"},
};

constexpr absl::string_view kNoEvaluation =
    "the held-out rows are scored before and after training, not during it";

constexpr Key kArgumentKeys[] = {
    // Read.
    {"data_seed", Rule::kRead},
    {"loss_type", Rule::kRead},
    {"lr_scheduler_kwargs", Rule::kRead},
    {"max_seq_length", Rule::kRead},
    {"packing_strategy", Rule::kRead},
    {"resume_from_checkpoint", Rule::kRead},
    {"train_sampling_strategy", Rule::kRead},
    {"truncation_mode", Rule::kRead},
    // Speed, memory and devices of another program.
    {"accelerator_config"},
    {"activation_offloading"},
    {"auto_find_batch_size"},
    {"average_tokens_across_devices"},
    {"bf16", Rule::kIgnored},
    {"bf16_full_eval"},
    {"dataloader_num_workers"},
    {"dataloader_persistent_workers"},
    {"dataloader_pin_memory"},
    {"dataloader_prefetch_factor"},
    {"dataset_num_proc"},
    {"dataset_batch_size"},
    {"ddp_backend"},
    {"ddp_broadcast_buffers"},
    {"ddp_bucket_cap_mb"},
    {"ddp_find_unused_parameters"},
    {"ddp_static_graph"},
    {"ddp_timeout"},
    {"dispatch_batches"},
    {"enable_jit_checkpoint"},
    {"eval_accumulation_steps"},
    {"fp16"},
    {"fp16_backend"},
    {"fp16_full_eval"},
    {"fp16_opt_level"},
    {"fsdp_config"},
    {"fsdp_min_num_params"},
    {"full_determinism"},
    {"gradient_checkpointing"},
    {"gradient_checkpointing_kwargs"},
    {"half_precision_backend"},
    {"jit_mode_eval"},
    {"liger_kernel_config"},
    {"local_rank"},
    {"no_cuda"},
    {"pad_to_multiple_of"},
    {"padding_free"},
    {"ray_scope"},
    {"split_batches"},
    {"tf32"},
    {"torch_compile"},
    {"torch_compile_backend"},
    {"torch_compile_mode"},
    {"torch_empty_cache_steps"},
    {"torchdynamo"},
    {"tpu_num_cores"},
    {"use_cache"},
    {"use_cpu"},
    {"use_ipex"},
    {"use_liger_kernel"},
    {"use_mps_device"},
    // Logging and reporting.
    {"batch_eval_metrics"},
    {"debug"},
    {"disable_tqdm"},
    {"include_for_metrics"},
    {"include_inputs_for_metrics"},
    {"include_num_input_tokens_seen"},
    {"include_tokens_per_second"},
    {"log_level"},
    {"log_level_replica"},
    {"log_on_each_node"},
    {"logging_dir"},
    {"logging_first_step"},
    {"logging_nan_inf_filter"},
    {"logging_strategy"},
    {"project"},
    {"report_to"},
    {"run_name"},
    {"skip_memory_metrics"},
    {"trackio_bucket_id"},
    {"trackio_space_id"},
    {"trackio_static_space_id"},
    // The hub.
    {"hub_always_push"},
    {"hub_model_id"},
    {"hub_private_repo"},
    {"hub_revision"},
    {"hub_strategy"},
    {"hub_token"},
    {"push_to_hub", Rule::kOff,
     "adapters are stored as the Workspace's output says"},
    // Evaluation.
    {"do_eval"},
    {"do_predict"},
    {"do_train"},
    {"eval_delay"},
    {"eval_do_concat_batches"},
    {"eval_on_start"},
    {"eval_packing"},
    {"eval_steps"},
    {"eval_use_gather_object"},
    {"greater_is_better"},
    {"metric_for_best_model"},
    {"per_device_eval_batch_size"},
    {"prediction_loss_only"},
    {"eval_strategy", Rule::kNoted, kNoEvaluation},
    {"evaluation_strategy", Rule::kNoted, kNoEvaluation},
    {"load_best_model_at_end", Rule::kOff, kNoEvaluation},
    // Data.
    {"dataset_text_field", Rule::kRead},
    {"label_names"},
    {"length_column_name"},
    {"num_of_sequences"},
    {"remove_unused_columns"},
    {"shuffle_dataset"},
    {"eos_token"},
    {"pad_token"},
    {"dataloader_drop_last", Rule::kOff, "every row is trained on; use false"},
    {"dataset_kwargs", Rule::kOff, "rows are always tokenised here"},
    {"chat_template_path", Rule::kOff,
     "name the template in ModelConfig.chat_template"},
    // Checkpoints.
    {"overwrite_output_dir"},
    {"restore_callback_states_from_checkpoint"},
    {"save_on_each_node"},
    {"save_safetensors"},
    {"save_only_model", Rule::kNoted,
     "checkpoints always hold what a run needs to go on"},
    {"ignore_data_skip", Rule::kOff,
     "a run goes on at the row where it was stopped"},
    // What changes the result.
    {"deepspeed", Rule::kOff, "DeepSpeed is not part of this program"},
    {"fsdp", Rule::kOff, "sharded training is not supported"},
    {"parallelism_config", Rule::kOff, "sharded training is not supported"},
    {"label_smoothing_factor", Rule::kOff, "smoothed labels are not supported"},
    {"model_init_kwargs", Rule::kOff, "use ModelConfig"},
    {"neftune_noise_alpha", Rule::kOff, "noisy embeddings are not supported"},
    {"optim_args", Rule::kOff, "AdamW has no more arguments"},
    {"optim_target_modules", Rule::kOff, "AdamW has no such choice"},
    {"router_aux_loss_coef", Rule::kOff,
     "models with experts are not supported"},
    {"trust_remote_code", Rule::kNoted, "no code of a model is ever run"},
    {"use_dft", Rule::kOff, "another loss is not supported"},
};

// Null, false, zero, empty, or "no".
bool IsOff(const json::Value& value) {
  if (value.is_null() || value.boolean() == false || value.number() == 0.0) {
    return true;
  }
  if (const auto* text = value.string()) {
    return text->empty() || *text == "no" || *text == "false";
  }
  if (const auto* array = value.array()) return array->empty();
  if (const auto* object = value.object()) return object->empty();
  return false;
}

template <size_t kSize>
std::vector<Key> List(const Key (&keys)[kSize]) {
  return std::vector<Key>(keys, keys + kSize);
}

std::vector<Key> KeysOf(absl::string_view section) {
  if (section == "ModelConfig") return List(kModelKeys);
  if (section == "QuantizationConfig") return List(kQuantizationKeys);
  if (section == "DatasetConfig") return List(kDatasetKeys);
  if (section == "DataCollator") return List(kCollatorKeys);
  return List(kArgumentKeys);
}

absl::Status Unknown(absl::string_view section, absl::string_view name,
                     const std::vector<Key>& keys) {
  std::vector<std::string> names;
  for (const Key& key : keys) names.emplace_back(key.name);
  const std::string near = NearestName(name.substr(0, 100), names);
  return absl::InvalidArgumentError(absl::StrCat(
      "training_config.", section, ": there is no ", name.substr(0, 100),
      near.empty() ? "" : absl::StrCat("; did you mean ", near, "?")));
}

}  // namespace

absl::Status CheckOtherKeys(absl::string_view section,
                            const json::Object& others,
                            std::vector<std::string>& notes) {
  const std::vector<Key> keys = KeysOf(section);
  for (const json::Member& member : others) {
    const Key* found = nullptr;
    for (const Key& key : keys) {
      if (key.name == member.name) found = &key;
    }
    if (found == nullptr) return Unknown(section, member.name, keys);
    if (found->why.empty() || IsOff(member.value)) continue;
    const std::string what = absl::StrCat(
        "training_config.", section, ".", member.name, " is ",
        json::Write(member.value).substr(0, 100), ": ", found->why);
    if (found->rule == Rule::kOff) return absl::InvalidArgumentError(what);
    notes.push_back(what);
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime

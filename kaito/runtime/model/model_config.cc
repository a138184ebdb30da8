#include "kaito/runtime/model/model_config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/attention_windows.h"
#include "kaito/runtime/model/config_fields.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/quantization_config.h"
#include "kaito/runtime/model/rope_config.h"
#include "kaito/runtime/model/special_ids.h"

namespace kaito::runtime {
namespace {

// Published files have up to 50 KB (lists of factors, of layers).
constexpr int64_t kMaxBytes = 1 << 20;

// Well above any published model (hidden 16384, 126 layers, vocabulary 262144),
// and low enough for the bytes of all weights together to be far below 2^63.
constexpr int64_t kMaxHidden = 1 << 17;
constexpr int64_t kMaxLayers = 1 << 10;
constexpr int64_t kMaxHeads = 1 << 10;
constexpr int64_t kMaxHeadDim = 1 << 10;
constexpr int64_t kMaxIntermediate = 1 << 20;
constexpr int64_t kMaxVocab = 1 << 24;
constexpr int64_t kMaxPositions = 1 << 28;

enum class Bias : uint8_t { kNever, kAlways, kAsStated };

// What transformers knows of a family without its config.json.
struct Family {
  const char* model_type;
  const char* architecture;
  bool fused = false;           // qkv and gate_up
  bool partial_rotary = false;  // May rotate a part of each head.
  bool qk_norm = false;
  Bias qkv_bias = Bias::kNever;
  Bias output_bias = Bias::kNever;
  Bias mlp_bias = Bias::kNever;
  double norm_epsilon = 1e-6;       // Where the file has none.
  std::optional<int64_t> head_dim;  // As above; else hidden / heads.
  WindowRule windows = WindowRule::kNone;
};

constexpr Family kFamilies[] = {
    {.model_type = "llama",
     .architecture = "LlamaForCausalLM",
     .qkv_bias = Bias::kAsStated,
     .output_bias = Bias::kAsStated,
     .mlp_bias = Bias::kAsStated},
    {.model_type = "mistral",
     .architecture = "MistralForCausalLM",
     .windows = WindowRule::kEveryLayer},
    {.model_type = "phi3",
     .architecture = "Phi3ForCausalLM",
     .fused = true,
     .partial_rotary = true,
     .norm_epsilon = 1e-5,
     .windows = WindowRule::kEveryLayer},
    {.model_type = "qwen2",
     .architecture = "Qwen2ForCausalLM",
     .qkv_bias = Bias::kAlways,
     .windows = WindowRule::kUpperLayersIfAsked},
    {.model_type = "qwen3",
     .architecture = "Qwen3ForCausalLM",
     .qk_norm = true,
     .qkv_bias = Bias::kAsStated,
     .output_bias = Bias::kAsStated,
     .head_dim = 128,
     .windows = WindowRule::kUpperLayersIfAsked},
};

std::string SupportedFamilies() {
  return absl::StrJoin(kFamilies, ", ", [](std::string* out, const Family& f) {
    absl::StrAppend(out, f.model_type, " (", f.architecture, ")");
  });
}

absl::StatusOr<Family> FindFamily(const ConfigFields& fields) {
  KAITO_ASSIGN_OR_RETURN(const std::string type, fields.String("model_type"));
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> architectures,
                         fields.Strings("architectures"));
  const absl::string_view architecture =
      architectures.empty() ? "" : absl::string_view(architectures.front());
  for (const Family& family : kFamilies) {
    // Either may be absent. Both must fit: a classifier has the same type.
    const bool type_fits = type.empty() || type == family.model_type;
    const bool architecture_fits =
        architecture.empty() || architecture == family.architecture;
    if (type_fits && architecture_fits &&
        !(type.empty() && architecture.empty())) {
      return family;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "model_type ", json::Quote(absl::string_view(type).substr(0, 64)),
      " with architecture ", json::Quote(architecture.substr(0, 64)),
      " is not supported; supported are ", SupportedFamilies()));
}

absl::Status ParseSizes(const ConfigFields& fields, const Family& family,
                        DecoderConfig& c) {
  KAITO_ASSIGN_OR_RETURN(c.hidden_size,
                         fields.Integer("hidden_size", 1, kMaxHidden));
  KAITO_ASSIGN_OR_RETURN(c.layers,
                         fields.Integer("num_hidden_layers", 1, kMaxLayers));
  KAITO_ASSIGN_OR_RETURN(c.heads,
                         fields.Integer("num_attention_heads", 1, kMaxHeads));
  // Absent where every query has a key of its own, as in Llama 2.
  KAITO_ASSIGN_OR_RETURN(
      c.kv_heads, fields.Integer("num_key_value_heads", 1, kMaxHeads, c.heads));
  if (c.heads % c.kv_heads != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("num_attention_heads ", c.heads,
                     " is no multiple of num_key_value_heads ", c.kv_heads));
  }
  if (fields.Find("head_dim") == nullptr && !family.head_dim.has_value() &&
      c.hidden_size % c.heads != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "hidden_size ", c.hidden_size, " is no multiple of ",
        "num_attention_heads ", c.heads, ", and there is no head_dim"));
  }
  KAITO_ASSIGN_OR_RETURN(
      c.head_dim,
      fields.Integer("head_dim", 1, kMaxHeadDim,
                     family.head_dim.value_or(c.hidden_size / c.heads)));
  if (c.head_dim > kMaxHeadDim) {
    return absl::InvalidArgumentError(
        absl::StrCat("hidden_size ", c.hidden_size, " / num_attention_heads ",
                     c.heads, " is above ", kMaxHeadDim, " dimensions a head"));
  }
  KAITO_ASSIGN_OR_RETURN(
      c.intermediate_size,
      fields.Integer("intermediate_size", 1, kMaxIntermediate));
  KAITO_ASSIGN_OR_RETURN(c.vocab_size,
                         fields.Integer("vocab_size", 1, kMaxVocab));
  KAITO_ASSIGN_OR_RETURN(
      c.max_positions,
      fields.Integer("max_position_embeddings", 1, kMaxPositions));
  return absl::OkStatus();
}

absl::StatusOr<bool> HasBias(const ConfigFields& fields, absl::string_view name,
                             const Family& family, Bias bias) {
  KAITO_ASSIGN_OR_RETURN(const bool stated, fields.Bool(name, false));
  if (bias == Bias::kAsStated) return stated;
  // transformers would ignore it; its author would not expect that.
  if (stated && bias == Bias::kNever) {
    return fields.Bad(name, absl::StrCat("false: models of family ",
                                         family.model_type, " have no biases"));
  }
  return bias == Bias::kAlways;
}

absl::Status ParseParts(const ConfigFields& fields, const Family& family,
                        DecoderConfig& c) {
  KAITO_ASSIGN_OR_RETURN(
      c.norm_epsilon,
      fields.Number("rms_norm_eps", 1e-12, 0.1, family.norm_epsilon));
  KAITO_ASSIGN_OR_RETURN(const std::string activation,
                         fields.String("hidden_act"));
  if (!activation.empty() && activation != "silu" && activation != "swish") {
    return fields.Bad("hidden_act", "silu");
  }
  c.fused_qkv = family.fused;
  c.fused_gate_up = family.fused;
  c.qk_norm = family.qk_norm;
  // Qwen 2 has its biases whatever is stated; only the others are asked.
  KAITO_ASSIGN_OR_RETURN(
      c.qkv_bias, HasBias(fields, "attention_bias", family, family.qkv_bias));
  if (family.output_bias == Bias::kAsStated) c.output_bias = c.qkv_bias;
  KAITO_ASSIGN_OR_RETURN(c.mlp_bias,
                         HasBias(fields, "mlp_bias", family, family.mlp_bias));
  KAITO_ASSIGN_OR_RETURN(c.tied_embeddings,
                         fields.Bool("tie_word_embeddings", false));
  return absl::OkStatus();
}

absl::StatusOr<StatedDtype> ParseStatedDtype(const ConfigFields& fields) {
  const char* name = fields.Find("dtype") != nullptr ? "dtype" : "torch_dtype";
  KAITO_ASSIGN_OR_RETURN(const std::string dtype, fields.String(name));
  if (dtype.empty()) return StatedDtype::kUnstated;
  if (dtype == "float32") return StatedDtype::kF32;
  if (dtype == "bfloat16") return StatedDtype::kBf16;
  if (dtype == "float16") return StatedDtype::kF16;
  return fields.Bad(name, "float32, bfloat16 or float16");
}

// Dropout is training's, and a frozen base is trained without.
absl::Status ReadDropout(const ConfigFields& fields,
                         std::vector<std::string>& warnings) {
  for (const char* name : {"attention_dropout", "embd_pdrop", "resid_pdrop"}) {
    KAITO_ASSIGN_OR_RETURN(const double p, fields.Number(name, 0, 1, 0));
    if (p == 0) continue;
    warnings.push_back(
        absl::StrCat(name, " ", p, " has no effect: the base is frozen"));
  }
  return absl::OkStatus();
}

absl::Status ParseDecoder(const json::Value& config, const Family& family,
                          DecoderConfig& c) {
  const ConfigFields fields(config);
  c.family = family.model_type;
  KAITO_RETURN_IF_ERROR(ParseSizes(fields, family, c));
  KAITO_RETURN_IF_ERROR(ParseParts(fields, family, c));
  KAITO_ASSIGN_OR_RETURN(
      c.rope, ParseRopeConfig(config, {.head_dim = c.head_dim,
                                       .max_positions = c.max_positions,
                                       .partial = family.partial_rotary}));
  KAITO_ASSIGN_OR_RETURN(
      c.windows, ParseAttentionWindows(fields, family.windows, c.layers));
  KAITO_ASSIGN_OR_RETURN(c.special, ParseSpecialIds(fields, c.vocab_size));
  KAITO_ASSIGN_OR_RETURN(c.dtype, ParseStatedDtype(fields));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelConfig> ParseModelConfig(absl::string_view text) {
  KAITO_ASSIGN_OR_RETURN(
      const json::Value config,
      json::Parse(text, {.max_bytes = kMaxBytes, .max_depth = 32}));
  if (!config.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat("is ", config.type_name(), " and no object"));
  }
  const ConfigFields fields(config);
  KAITO_ASSIGN_OR_RETURN(const Family family, FindFamily(fields));
  ModelConfig model;
  KAITO_RETURN_IF_ERROR(ParseDecoder(config, family, model.decoder));
  KAITO_ASSIGN_OR_RETURN(model.stored, ParseQuantizationConfig(config));
  KAITO_RETURN_IF_ERROR(ReadDropout(fields, model.warnings));
  return model;
}

}  // namespace kaito::runtime

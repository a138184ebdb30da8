#include "kaito/runtime/adapter/adapter_config.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

// A model has some ten names of linears; a list may spell out every module of
// a hundred layers.
constexpr size_t kMaxNames = 10000;
constexpr size_t kMaxNameBytes = 4096;  // As Regex bounds its patterns.
constexpr int64_t kMaxLayer = 100000;

std::string Shown(const json::Value& value) {
  constexpr size_t kLongest = 100;
  std::string text = json::Write(value);
  if (text.size() > kLongest) text = absl::StrCat(text.substr(0, 97), "...");
  return text;
}

absl::Status Wrong(absl::string_view wanted, const json::Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("want ", wanted, ", is ", Shown(value)));
}

absl::Status ReadRank(const json::Value& value, int64_t& out) {
  const auto rank = value.integer();
  if (!rank.has_value() || *rank < 1 || *rank > kMaxRank) {
    return Wrong(absl::StrCat("a whole number from 1 to ", kMaxRank), value);
  }
  out = *rank;
  return absl::OkStatus();
}

absl::Status ReadNumber(const json::Value& value, double low, double high,
                        double& out) {
  const auto number = value.number();
  if (!number.has_value() || !(*number >= low && *number <= high)) {
    return Wrong(absl::StrCat("a number from ", low, " to ", high), value);
  }
  out = *number;
  return absl::OkStatus();
}

absl::Status ReadAlpha(const json::Value& value, double& out) {
  return ReadNumber(value, -1e9, 1e9, out);
}

absl::Status ReadBool(const json::Value& value, bool& out) {
  if (value.is_null()) return absl::OkStatus();
  const auto flag = value.boolean();
  if (!flag.has_value()) return Wrong("true or false", value);
  out = *flag;
  return absl::OkStatus();
}

absl::Status ReadString(const json::Value& value, std::string& out) {
  if (value.is_null()) return absl::OkStatus();
  const std::string* text = value.string();
  if (text == nullptr) return Wrong("a string", value);
  out = *text;
  return absl::OkStatus();
}

absl::Status ReadName(const json::Value& value, std::string& out) {
  const std::string* name = value.string();
  if (name == nullptr || name->empty() || name->size() > kMaxNameBytes) {
    return Wrong(absl::StrCat("a name of 1 to ", kMaxNameBytes, " bytes"),
                 value);
  }
  out = *name;
  return absl::OkStatus();
}

absl::Status ReadNames(const json::Array& array,
                       std::vector<std::string>& out) {
  if (array.size() > kMaxNames) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has ", array.size(), " entries, want at most ", kMaxNames));
  }
  for (const json::Value& item : array) {
    KAITO_RETURN_IF_ERROR(ReadName(item, out.emplace_back()));
  }
  return absl::OkStatus();
}

absl::Status ReadSelector(const json::Value& value, ModuleSelector& out) {
  if (value.is_null()) return absl::OkStatus();
  if (value.is_array()) return ReadNames(*value.array(), out.names);
  if (value.is_string()) return ReadName(value, out.pattern);
  return Wrong("a list of names, or a pattern", value);
}

absl::Status ReadLayer(const json::Value& value, std::vector<int64_t>& out) {
  const auto layer = value.integer();
  if (!layer.has_value() || *layer < 0 || *layer > kMaxLayer) {
    return Wrong("a layer's number, from 0, or a list of them", value);
  }
  out.push_back(*layer);
  return absl::OkStatus();
}

absl::Status ReadLayers(const json::Value& value, std::vector<int64_t>& out) {
  if (value.is_null()) return absl::OkStatus();
  if (!value.is_array()) return ReadLayer(value, out);
  if (value.array()->size() > kMaxNames) return Wrong("fewer layers", value);
  for (const json::Value& item : *value.array()) {
    KAITO_RETURN_IF_ERROR(ReadLayer(item, out));
  }
  return absl::OkStatus();
}

absl::Status ReadLayerPatterns(const json::Value& value,
                               std::vector<std::string>& out) {
  if (value.is_null()) return absl::OkStatus();
  if (value.is_array()) return ReadNames(*value.array(), out);
  if (const std::string* text = value.string(); text && text->empty()) {
    return absl::OkStatus();
  }
  return ReadName(value, out.emplace_back());
}

template <typename T>
absl::Status ReadPattern(const json::Value& value,
                         absl::Status (*read)(const json::Value&, T&),
                         std::map<std::string, T>& out) {
  if (value.is_null()) return absl::OkStatus();
  const json::Object* object = value.object();
  if (object == nullptr || object->size() > kMaxNames) {
    return Wrong("an object of patterns and numbers", value);
  }
  for (const json::Member& member : *object) {
    std::string name;
    KAITO_RETURN_IF_ERROR(ReadName(member.name, name));
    KAITO_RETURN_IF_ERROR(read(member.value, out[name]));
  }
  return absl::OkStatus();
}

absl::Status ReadInit(const json::Value& value, AdapterInit& out) {
  if (value.is_null()) return absl::OkStatus();
  if (const auto flag = value.boolean()) {
    out = *flag ? AdapterInit::kUniform : AdapterInit::kRandom;
    return absl::OkStatus();
  }
  const std::string* text = value.string();
  if (text != nullptr && absl::AsciiStrToLower(*text) == "gaussian") {
    out = AdapterInit::kGaussian;
    return absl::OkStatus();
  }
  return Wrong(
      "true, false or \"gaussian\" (the others change the base's weights)",
      value);
}

absl::Status CheckPeftType(const json::Value& value, AdapterConfig&) {
  const std::string* type = value.string();
  if (value.is_null() ||
      (type != nullptr && absl::AsciiStrToUpper(*type) == "LORA")) {
    return absl::OkStatus();
  }
  return Wrong("LORA, the only kind of adapter that is supported", value);
}

absl::Status ReadTaskType(const json::Value& value, AdapterConfig& config) {
  KAITO_RETURN_IF_ERROR(ReadString(value, config.task_type));
  if (config.task_type.empty() || config.task_type == "CAUSAL_LM") {
    return absl::OkStatus();
  }
  return Wrong("CAUSAL_LM or null", value);
}

// Whether a feature is left out: null, false, empty, or bias's "none".
bool IsOff(const json::Value& value) {
  if (value.is_null() || value.boolean() == false) return true;
  if (const auto* text = value.string())
    return text->empty() || *text == "none";
  if (const auto* array = value.array()) return array->empty();
  if (const auto* object = value.object()) return object->empty();
  return false;
}

struct Key {
  absl::string_view name;
  absl::Status (*read)(const json::Value&, AdapterConfig&) = nullptr;
  // Not supported, and why that matters: refused unless it is off. With
  // neither this nor `read`, the key has no effect here.
  absl::string_view refused;
};

using V = const json::Value&;
using C = AdapterConfig&;

// Those of PEFT 0.11.1, and of versions up to 0.20.
const std::vector<Key>& Keys() {
  static const auto* keys = new std::vector<Key>{
      {"peft_type", CheckPeftType},
      {"task_type", ReadTaskType},
      {"base_model_name_or_path",
       [](V v, C c) { return ReadString(v, c.base_model); }},
      {"r", [](V v, C c) { return ReadRank(v, c.rank); }},
      {"lora_alpha", [](V v, C c) { return ReadAlpha(v, c.alpha); }},
      {"lora_dropout",
       [](V v, C c) { return ReadNumber(v, 0, 0.999, c.dropout); }},
      {"use_rslora", [](V v, C c) { return ReadBool(v, c.rslora); }},
      {"init_lora_weights", [](V v, C c) { return ReadInit(v, c.init); }},
      {"target_modules", [](V v, C c) { return ReadSelector(v, c.targets); }},
      {"exclude_modules", [](V v, C c) { return ReadSelector(v, c.excluded); }},
      {"layers_to_transform", [](V v, C c) { return ReadLayers(v, c.layers); }},
      {"layers_pattern",
       [](V v, C c) { return ReadLayerPatterns(v, c.layer_patterns); }},
      {"rank_pattern",
       [](V v, C c) { return ReadPattern(v, ReadRank, c.rank_pattern); }},
      {"alpha_pattern",
       [](V v, C c) { return ReadPattern(v, ReadAlpha, c.alpha_pattern); }},
      {"bias", nullptr, "trained biases are not supported; use \"none\""},
      {"fan_in_fan_out", nullptr, "weights are [out, in] here; use false"},
      {"modules_to_save", nullptr,
       "full copies of modules are not supported; use null"},
      {"layer_replication", nullptr, "repeated layers are not supported"},
      {"use_dora", nullptr, "DoRA is not supported; use false"},
      {"lora_bias", nullptr, "a bias of the adapter is not supported"},
      {"use_qalora", nullptr, "QA-LoRA is not supported; use false"},
      {"target_parameters", nullptr,
       "adapters of parameters that are no "
       "linear layer are not supported"},
      {"trainable_token_indices", nullptr,
       "trained embeddings are not supported"},
      {"alora_invocation_tokens", nullptr, "activated LoRA is not supported"},
      {"arrow_config", nullptr, "routed adapters are not supported"},
      {"megatron_config", nullptr, "Megatron's layers are not supported"},
      {"loftq_config", nullptr, "LoftQ changes the base's weights"},
      {"auto_mapping"},
      {"inference_mode"},
      {"megatron_core"},
      {"revision"},
      {"eva_config"},
      {"corda_config"},
      {"lora_ga_config"},
      {"qalora_group_size"},
      {"ensure_weight_tying"},
      {"runtime_config"},
      {"peft_version"},
  };
  return *keys;
}

const Key* FindKey(absl::string_view name) {
  for (const Key& key : Keys()) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

absl::Status ReadKey(const Key& key, const json::Value& value,
                     AdapterConfig& config) {
  if (key.read != nullptr) return key.read(value, config);
  if (key.refused.empty() || IsOff(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("is ", Shown(value), ": ", key.refused));
}

json::Value Number(double value) {
  if (std::nearbyint(value) == value && std::fabs(value) < 1e15) {
    return static_cast<int64_t>(value);
  }
  return value;
}

json::Value NamesOrNull(const std::vector<std::string>& names) {
  if (names.empty()) return nullptr;
  return json::Array(names.begin(), names.end());
}

json::Value SelectorOrNull(const ModuleSelector& selector) {
  if (!selector.pattern.empty()) return selector.pattern;
  return NamesOrNull(selector.names);
}

json::Value StringOrNull(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

json::Value InitValue(AdapterInit init) {
  if (init == AdapterInit::kGaussian) return "gaussian";
  return init == AdapterInit::kUniform;
}

}  // namespace

absl::StatusOr<ParsedAdapterConfig> ParseAdapterConfig(
    const json::Value& value) {
  const json::Object* object = value.object();
  if (object == nullptr) return Wrong("an object", value);
  ParsedAdapterConfig parsed;
  for (const json::Member& member : *object) {
    const Key* key = FindKey(member.name);
    if (key == nullptr) {
      parsed.unknown.push_back(member.name.substr(0, kMaxNameBytes));
      continue;
    }
    const absl::Status status = ReadKey(*key, member.value, parsed.config);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(member.name, ": ", status.message()));
    }
  }
  const AdapterConfig& config = parsed.config;
  if (!config.targets.pattern.empty() && !config.layers.empty()) {
    return absl::InvalidArgumentError(
        "layers_to_transform: can't be used where target_modules is a "
        "pattern, since PEFT refuses it; put the layers into the pattern");
  }
  return parsed;
}

json::Value FormatAdapterConfig(const AdapterConfig& config) {
  json::Object ranks;
  for (const auto& [name, rank] : config.rank_pattern) ranks[name] = rank;
  json::Object alphas;
  for (const auto& [name, alpha] : config.alpha_pattern) {
    alphas[name] = Number(alpha);
  }
  json::Value layers;
  for (const int64_t layer : config.layers) layers.Append(layer);
  return json::Object{
      {"alpha_pattern", std::move(alphas)},
      {"auto_mapping", nullptr},
      {"base_model_name_or_path", StringOrNull(config.base_model)},
      {"bias", "none"},
      {"fan_in_fan_out", false},
      {"inference_mode", true},
      {"init_lora_weights", InitValue(config.init)},
      {"layer_replication", nullptr},
      {"layers_pattern", NamesOrNull(config.layer_patterns)},
      {"layers_to_transform", std::move(layers)},
      {"loftq_config", json::Object()},
      {"lora_alpha", Number(config.alpha)},
      {"lora_dropout", config.dropout},
      {"megatron_config", nullptr},
      {"megatron_core", "megatron.core"},
      {"modules_to_save", nullptr},
      {"peft_type", "LORA"},
      {"r", config.rank},
      {"rank_pattern", std::move(ranks)},
      {"revision", nullptr},
      {"target_modules", SelectorOrNull(config.targets)},
      {"task_type", StringOrNull(config.task_type)},
      {"use_dora", false},
      {"use_rslora", config.rslora}};
}

double AdapterScale(const AdapterConfig& config, int64_t rank, double alpha) {
  const double r = static_cast<double>(rank);
  return config.rslora ? alpha / std::sqrt(r) : alpha / r;
}

}  // namespace kaito::runtime

#ifndef KAITO_RUNTIME_ADAPTER_ADAPTER_CONFIG_H_
#define KAITO_RUNTIME_ADAPTER_ADAPTER_CONFIG_H_

// AdapterConfig: what adapter_config.json says of an adapter, in the words of
// PEFT 0.11.1. Also read from the section LoraConfig of a training recipe,
// which has the same keys. Pure; the file may come from anyone.
//
//   KAITO_ASSIGN_OR_RETURN(const json::Value value, json::Parse(text));
//   KAITO_ASSIGN_OR_RETURN(const ParsedAdapterConfig parsed,
//                          ParseAdapterConfig(value));
//   parsed.config.rank;  // 8
//
// Which modules of a model these words select is target_match.h.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"

namespace kaito::runtime {

// Modules by name or by pattern; one of the two, or neither.
struct ModuleSelector {
  // Each selects the modules whose path is the name or ends with "." and it.
  std::vector<std::string> names;
  // A regular expression for the whole path, or "all-linear".
  std::string pattern;

  bool empty() const { return names.empty() && pattern.empty(); }
  bool operator==(const ModuleSelector&) const = default;
};

// What the first values of a new adapter are; B is zero but for kRandom.
enum class AdapterInit : uint8_t {
  kUniform,   // true: A uniform in +-1/sqrt(in).
  kGaussian,  // "gaussian": A normal, standard deviation 1/rank.
  kRandom,    // false: A as kUniform, B uniform in +-1/sqrt(rank).
};

struct AdapterConfig {
  std::string base_model;  // base_model_name_or_path; may be empty.
  std::string task_type;   // "CAUSAL_LM" or empty.
  int64_t rank = 8;
  double alpha = 8;
  double dropout = 0;
  bool rslora = false;  // The scale is alpha / sqrt(rank), not alpha / rank.
  AdapterInit init = AdapterInit::kUniform;
  ModuleSelector targets;
  ModuleSelector excluded;
  std::vector<int64_t> layers;              // Empty: all.
  std::vector<std::string> layer_patterns;  // Empty: any.
  // By a regular expression for the end of a module's path.
  std::map<std::string, int64_t> rank_pattern;
  std::map<std::string, double> alpha_pattern;

  bool operator==(const AdapterConfig&) const = default;
};

struct ParsedAdapterConfig {
  AdapterConfig config;
  std::vector<std::string> unknown;  // Keys that nothing here knows.
};

// Larger ranks than any layer has dimensions are mistakes.
inline constexpr int64_t kMaxRank = 65536;

// InvalidArgument, with the key and its value, for what is out of bounds and
// for each option that changes what an adapter computes and that is not
// supported. Keys without an effect here (those of training frameworks) are
// passed over.
absl::StatusOr<ParsedAdapterConfig> ParseAdapterConfig(
    const json::Value& value);

// The keys that PEFT 0.11.1 writes, and no others, so that old and new readers
// take them. `config.excluded` is not among them: resolve it first.
json::Value FormatAdapterConfig(const AdapterConfig& config);

// alpha / rank, or alpha / sqrt(rank).
double AdapterScale(const AdapterConfig& config, int64_t rank, double alpha);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_ADAPTER_ADAPTER_CONFIG_H_

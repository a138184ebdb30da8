#ifndef KAITO_RUNTIME_MODEL_GENERATION_CONFIG_H_
#define KAITO_RUNTIME_MODEL_GENERATION_CONFIG_H_

// generation_config.json: which tokens end a text, and how its makers would
// sample. What a request says wins over it.
//
//   KAITO_ASSIGN_OR_RETURN(const GenerationConfig g,
//                          ParseGenerationConfig(text, config));
//   g.special.eos;  // {2043, 2044, 2046, 2047}

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

struct GenerationConfig {
  // The file's, and config.json's where it has none.
  SpecialIds special;

  // Absent: transformers' default, and not a value of ours.
  std::optional<bool> do_sample;
  std::optional<double> temperature;
  std::optional<int64_t> top_k;
  std::optional<double> top_p;
  std::optional<double> min_p;
  std::optional<double> repetition_penalty;
  std::optional<int64_t> max_new_tokens;

  bool operator==(const GenerationConfig&) const = default;
};

// Other members are not read: a request has its own. A model without the file
// is one with the text "{}".
absl::StatusOr<GenerationConfig> ParseGenerationConfig(
    absl::string_view text, const DecoderConfig& config);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_GENERATION_CONFIG_H_

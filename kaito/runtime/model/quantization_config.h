#ifndef KAITO_RUNTIME_MODEL_QUANTIZATION_CONFIG_H_
#define KAITO_RUNTIME_MODEL_QUANTIZATION_CONFIG_H_

// What config.json's quantization_config asks of whoever loads the weights.
//
//   KAITO_ASSIGN_OR_RETURN(const StoredWeights stored,
//                          ParseQuantizationConfig(config));
//   if (stored.format == WeightFormat::kBnbNf4) ...  // weights/bnb_4bit.h

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"

namespace kaito::runtime {

enum class WeightFormat : uint8_t {
  kPlain,   // Every weight is one tensor of f32, bf16 or f16.
  kBnbNf4,  // Linears but those skipped are bitsandbytes' NF4.
};

struct StoredWeights {
  WeightFormat format = WeightFormat::kPlain;
  // As the file says; each weight's own state decides.
  bool double_quantized = false;
  // Modules that stayed as they were, beside embeddings and head; for messages.
  std::vector<std::string> skipped_modules;

  bool operator==(const StoredWeights&) const = default;
};

// Of a whole config.json. InvalidArgument, with a remedy, for every other kind
// of quantisation: load_in_8bit, fp4, gptq, awq, fp8, mxfp4 and so on.
absl::StatusOr<StoredWeights> ParseQuantizationConfig(
    const json::Value& config);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_QUANTIZATION_CONFIG_H_

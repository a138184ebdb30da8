#include "kaito/runtime/model/quantization_config.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/config_fields.h"

namespace kaito::runtime {
namespace {

absl::Status Refused(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "quantization_config: ", what,
      " is not read; only bitsandbytes' nf4 is. Take the unquantised model, "
      "which can be quantised to nf4 while it is loaded"));
}

}  // namespace

absl::StatusOr<StoredWeights> ParseQuantizationConfig(
    const json::Value& config) {
  const ConfigFields top(config);
  const json::Value* section = top.Find("quantization_config");
  if (section == nullptr) return StoredWeights();
  if (!section->is_object()) return top.Bad("quantization_config", "an object");

  const ConfigFields fields(*section, "quantization_config.");
  KAITO_ASSIGN_OR_RETURN(const std::string method,
                         fields.String("quant_method"));
  // Old files of bitsandbytes lack the method.
  if (!method.empty() && method != "bitsandbytes") {
    return Refused(absl::StrCat(
        "quant_method ", json::Quote(absl::string_view(method).substr(0, 64))));
  }
  KAITO_ASSIGN_OR_RETURN(const bool eight, fields.Bool("load_in_8bit", false));
  if (eight) return Refused("load_in_8bit");
  KAITO_ASSIGN_OR_RETURN(const bool four, fields.Bool("load_in_4bit", false));
  if (!four) {
    return Refused(method.empty() ? "a section without quant_method"
                                  : "bitsandbytes without load_in_4bit");
  }
  KAITO_ASSIGN_OR_RETURN(std::string type,
                         fields.String("bnb_4bit_quant_type"));
  if (type.empty()) type = "fp4";  // bitsandbytes' default.
  if (type != "nf4") {
    return Refused(
        absl::StrCat("bnb_4bit_quant_type ",
                     json::Quote(absl::string_view(type).substr(0, 64))));
  }

  StoredWeights stored = {.format = WeightFormat::kBnbNf4};
  KAITO_ASSIGN_OR_RETURN(stored.double_quantized,
                         fields.Bool("bnb_4bit_use_double_quant", false));
  KAITO_ASSIGN_OR_RETURN(stored.skipped_modules,
                         fields.Strings("llm_int8_skip_modules"));
  return stored;
}

}  // namespace kaito::runtime

#include "kaito/api/workspace/inference_config.h"

#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

FieldErrors ValidateInferenceConfig(const json::Value& config,
                                    int64_t token_limit,
                                    absl::string_view config_map) {
  FieldErrors errors;
  const auto add = [&](absl::string_view where, absl::string_view problem) {
    errors.Invalid("inference.config",
                   absl::StrCat("inference_config.yaml of ConfigMap ",
                                QuoteForMessage(config_map), ": ", where,
                                where.empty() ? "" : ": ", problem));
  };
  if (config.is_null()) return errors;  // An empty file.
  if (!config.is_object()) {
    add("", absl::StrCat("expected a map, found ", config.type_name()));
    return errors;
  }
  const json::Value* server = config.Find("vllm");
  if (server == nullptr || server->is_null()) return errors;
  if (!server->is_object()) {
    add("vllm", absl::StrCat("expected a map, found ", server->type_name()));
    return errors;
  }
  const json::Value* longest = server->Find("max-model-len");
  // "auto" lets the server measure what fits.
  if (longest == nullptr || longest->is_null() ||
      (longest->is_string() && *longest->string() == "auto")) {
    return errors;
  }
  const std::optional<int64_t> tokens = longest->integer();
  if (!tokens || *tokens < 1) {
    add("vllm.max-model-len",
        "expected a number of tokens, 1 or more, or auto");
  } else if (token_limit > 0 && *tokens > token_limit) {
    add("vllm.max-model-len",
        absl::StrCat(*tokens, " tokens are more than the ", token_limit,
                     " that the model knows: use that or less"));
  }
  return errors;
}

}  // namespace kaito::api

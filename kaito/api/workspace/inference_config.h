#ifndef KAITO_API_WORKSPACE_INFERENCE_CONFIG_H_
#define KAITO_API_WORKSPACE_INFERENCE_CONFIG_H_

// The rules about inference_config.yaml, settings of the server in a ConfigMap,
// that can be checked before a node is paid for.

#include <cstdint>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// All that is wrong with the parsed file, at the path "inference.config".
// `token_limit` is the model's longest context, 0 where unknown; `config_map`
// the ConfigMap's name, for the messages.
FieldErrors ValidateInferenceConfig(const json::Value& config,
                                    int64_t token_limit,
                                    absl::string_view config_map);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_INFERENCE_CONFIG_H_

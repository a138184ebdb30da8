#ifndef KAITO_RUNTIME_SERVE_COMMANDS_INFERENCE_CONFIG_H_
#define KAITO_RUNTIME_SERVE_COMMANDS_INFERENCE_CONFIG_H_

// inference_config.yaml: KAITO's settings of a server, in a Workspace's
// ConfigMap. Its section `vllm` holds flags of vLLM by their names; each is
// used, has no effect here, or is refused by name.
//
//   KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> notes,
//                          ApplyInferenceConfig(document, options));
//
// What the file says wins over flags, as in KAITO: the flags of a pod are the
// operator's, the file is its user's. Pure.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"
#include "kaito/runtime/serve/commands/serve.h"

namespace kaito::runtime::serve {

// What the user should hear: settings that are done otherwise here.
// InvalidArgument names the key; `options` are then of no use. A null document
// is an empty file.
absl::StatusOr<std::vector<std::string>> ApplyInferenceConfig(
    const json::Value& document, ServeOptions& options);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_COMMANDS_INFERENCE_CONFIG_H_

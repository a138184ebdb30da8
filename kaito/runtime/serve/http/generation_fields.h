#ifndef KAITO_RUNTIME_SERVE_HTTP_GENERATION_FIELDS_H_
#define KAITO_RUNTIME_SERVE_HTTP_GENERATION_FIELDS_H_

// The fields about choosing tokens that OpenAI's routes share, with vLLM's
// additions, and what becomes of them together with the model's defaults.
//
//   GenerationFields fields;
//   KAITO_ASSIGN_OR_RETURN(const bool known,
//                          ReadGenerationField(key, cursor, fields));
//   GenerationRequest request =
//       MakeGeneration(fields, generation_config, fallback_seed);
//
// Pure. What is out of range is refused by the engine.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/serve/engine/generation.h"

namespace kaito::runtime::serve {

struct GenerationFields {
  std::optional<double> temperature;
  std::optional<int64_t> top_k;  // -1 keeps all, too.
  std::optional<double> top_p;
  std::optional<double> min_p;
  std::optional<double> repetition_penalty;
  std::optional<double> presence_penalty;
  std::optional<double> frequency_penalty;
  std::optional<int64_t> seed;
  std::vector<std::pair<int32_t, double>> logit_bias;
  std::optional<int64_t> max_tokens;
  std::optional<int64_t> max_completion_tokens;  // Wins over max_tokens.
  std::optional<int64_t> min_tokens;
  std::vector<std::string> stop;
  std::vector<int32_t> stop_token_ids;
  std::optional<bool> ignore_eos;
  std::optional<bool> include_stop_str_in_output;
  std::optional<bool> skip_special_tokens;
};

// False for a field that is none of these.
absl::StatusOr<bool> ReadGenerationField(absl::string_view key,
                                         const json::Cursor& from,
                                         GenerationFields& fields);

// OK, or InvalidArgument for a field that would change the answer, and that
// this server has no support for: it is named. Its neutral value is fine.
absl::Status RefuseUnsupported(absl::string_view key, const json::Cursor& from);

// Without prompt, adapter, max_tokens and logprobs. A field that is absent is
// as the model's makers say, or else as OpenAI does; a model whose makers say
// do_sample = false is greedy.
GenerationRequest MakeGeneration(const GenerationFields& fields,
                                 const GenerationConfig& defaults,
                                 uint64_t fallback_seed);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_GENERATION_FIELDS_H_

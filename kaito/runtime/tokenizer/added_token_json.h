#ifndef KAITO_RUNTIME_TOKENIZER_ADDED_TOKEN_JSON_H_
#define KAITO_RUNTIME_TOKENIZER_ADDED_TOKEN_JSON_H_

// An added token as tokenizer.json and tokenizer_config.json describe it.

#include <cstdint>

#include "absl/status/status.h"
#include "kaito/base/json/reader.h"
#include "kaito/runtime/tokenizer/added_tokens.h"

namespace kaito::runtime::tokenization {

// `id` is set where the object has it, unchecked; `out->id` stays as it is.
absl::Status ReadAddedToken(const json::Cursor& token, int64_t* id,
                            AddedToken* out);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_ADDED_TOKEN_JSON_H_

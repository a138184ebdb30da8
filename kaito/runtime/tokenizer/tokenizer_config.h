#ifndef KAITO_RUNTIME_TOKENIZER_TOKENIZER_CONFIG_H_
#define KAITO_RUNTIME_TOKENIZER_TOKENIZER_CONFIG_H_

// What tokenizer_config.json and special_tokens_map.json say about tokens. The
// ids of texts are tokenizer.json's affair: add_bos_token and the like, which
// transformers only heeds for some classes, are not read.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/added_tokens.h"

namespace kaito::runtime::tokenization {

struct TokenizerConfig {
  // Contents; empty where the model has no such token.
  std::string bos_token;
  std::string eos_token;
  std::string pad_token;
  std::string unk_token;
  // added_tokens_decoder. Has what tokenizer.json has, and sometimes more.
  std::vector<AddedToken> added_tokens;
};

// Reads either of the two files into `out`; what it has already stays.
absl::Status ReadTokenizerConfig(absl::string_view text, TokenizerConfig* out);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_TOKENIZER_CONFIG_H_

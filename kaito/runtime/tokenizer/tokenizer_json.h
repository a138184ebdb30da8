#ifndef KAITO_RUNTIME_TOKENIZER_TOKENIZER_JSON_H_
#define KAITO_RUNTIME_TOKENIZER_TOKENIZER_JSON_H_

// Reads Hugging Face's tokenizer.json into the components of a tokenizer. The
// file is untrusted: whatever is wrong with it is InvalidArgument that names the
// place. "truncation" and "padding" are not read: those are the caller's.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/added_tokens.h"
#include "kaito/runtime/tokenizer/decoder.h"
#include "kaito/runtime/tokenizer/model.h"
#include "kaito/runtime/tokenizer/normalizer.h"
#include "kaito/runtime/tokenizer/post_processor.h"
#include "kaito/runtime/tokenizer/pre_tokenizer.h"

namespace kaito::runtime::tokenization {

// Gemma 3's, the largest published, has 33 MB.
inline constexpr int64_t kMaxTokenizerJsonBytes = int64_t{128} << 20;

struct Components {
  std::vector<AddedToken> added_tokens;
  std::unique_ptr<Normalizer> normalizer;       // May be null.
  std::unique_ptr<PreTokenizer> pre_tokenizer;  // May be null.
  std::unique_ptr<Model> model;
  PostProcessor post_processor;
  Decoder decoder;
};

absl::StatusOr<Components> ReadTokenizerJson(absl::string_view text);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_TOKENIZER_JSON_H_

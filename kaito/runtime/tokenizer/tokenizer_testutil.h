#ifndef KAITO_RUNTIME_TOKENIZER_TOKENIZER_TESTUTIL_H_
#define KAITO_RUNTIME_TOKENIZER_TOKENIZER_TESTUTIL_H_

// Small tokenizer.json files made in memory, for tests that change a part of
// one, and for fuzzing. Both hold every byte, so that any text survives.

#include "kaito/base/json/value.h"

namespace kaito::runtime {

// As Llama 2's: ▁ for spaces, byte fallback, <s> put before a text. Tokens:
// <unk> 0, <s> 1, </s> 2, bytes 3-258, then ▁ a b c ab bc abc ▁a.
json::Value SmallByteFallbackTokenizer();

// As Llama 3's: byte alphabet, cl100k's split, <|end|> (259) added. Ids 0-255
// are the bytes; then "ab" 256, "Ġa" 257, "Ġab" 258.
json::Value SmallByteLevelTokenizer();

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TOKENIZER_TOKENIZER_TESTUTIL_H_

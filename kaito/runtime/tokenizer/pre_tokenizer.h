#ifndef KAITO_RUNTIME_TOKENIZER_PRE_TOKENIZER_H_
#define KAITO_RUNTIME_TOKENIZER_PRE_TOKENIZER_H_

// The pre-tokenizers of tokenizer.json: each cuts the normalised text into
// pieces that the model sees one at a time, and may rewrite them. To add one: a
// class in pre_tokenizer.cc, its name in MakePreTokenizer, and a golden.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/tokenizer/component_spec.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/pattern.h"
#include "kaito/runtime/tokenizer/splitter.h"

namespace kaito::runtime::tokenization {

struct PreTokenized {
  MappedText text;
  std::vector<Piece> pieces;  // In order; need not cover the text.
  // Whether `text` begins where the whole input does, which some rules ask.
  bool at_input_start = false;
};

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  // Thread-safe. False where the budget of split patterns is spent.
  [[nodiscard]] virtual bool Apply(PreTokenized* text,
                                   PatternBudget* budget) const = 0;
  // As a Normalizer's.
  virtual int64_t MaxGrowth() const = 0;
};

// Of the value of "pre_tokenizer"; nullptr for null.
absl::StatusOr<std::unique_ptr<PreTokenizer>> MakePreTokenizer(
    const ComponentSpec& spec);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_PRE_TOKENIZER_H_

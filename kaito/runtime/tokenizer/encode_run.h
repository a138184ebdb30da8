#ifndef KAITO_RUNTIME_TOKENIZER_ENCODE_RUN_H_
#define KAITO_RUNTIME_TOKENIZER_ENCODE_RUN_H_

// One text on its way through a tokenizer's components: added tokens, then for
// the text between them normalizer, added tokens again, pre-tokenizer, model.
// Private to Tokenizer, which adds what goes around the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/added_tokens.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/model.h"
#include "kaito/runtime/tokenizer/pattern.h"
#include "kaito/runtime/tokenizer/splitter.h"
#include "kaito/runtime/tokenizer/tokenizer_json.h"

namespace kaito::runtime::tokenization {

class EncodeRun {
 public:
  struct Parts {
    const Components& components;
    const AddedTokenFinder& raw_finder;
    const AddedTokenFinder& normalized_finder;
  };

  // `text` is well-formed UTF-8, and outlives this.
  EncodeRun(const Parts& parts, absl::string_view text, bool with_offsets);

  // False where the budget of split patterns is spent.
  [[nodiscard]] bool Run();

  std::vector<int32_t>& ids() { return sink_.ids; }
  // Bytes of the text, as many as ids; empty without offsets.
  std::vector<Span>& spans() { return spans_; }
  // The added tokens: their place in ids(), and the text that they were found
  // as, normalised and with the white space that they took along.
  struct Found {
    size_t index;
    std::string text;
  };
  const std::vector<Found>& found() const { return found_; }

 private:
  // Text between added tokens.
  bool EncodeSection(Piece section);
  // What of it is between those that are found after normalisation.
  bool EncodeNormalized(MappedText text, bool at_input_start);
  void TakeAddedToken(const AddedTokenFinder::Part& part,
                      absl::string_view text);
  // Turns the ranges of tokens in `text` into those of the original.
  void TakeRanges(const MappedText& text);

  Parts parts_;
  absl::string_view text_;
  bool with_offsets_;
  PatternBudget budget_;
  TokenSink sink_;
  std::vector<Span> spans_;
  std::vector<Found> found_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_ENCODE_RUN_H_

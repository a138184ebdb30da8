#ifndef KAITO_RUNTIME_TOKENIZER_MODEL_H_
#define KAITO_RUNTIME_TOKENIZER_MODEL_H_

// What turns one piece of pre-tokenized text into tokens.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/splitter.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {

// Takes tokens, and, if asked for, which bytes of the text each stands for.
class TokenSink {
 public:
  explicit TokenSink(bool with_ranges) : with_ranges_(with_ranges) {}

  void Add(int32_t id, size_t begin, size_t end) {
    ids.push_back(id);
    if (with_ranges_) ranges.push_back({begin, end});
  }

  std::vector<int32_t> ids;
  std::vector<Piece> ranges;  // As long as `ids`, or empty.

 private:
  bool with_ranges_;
};

class Model {
 public:
  virtual ~Model() = default;
  virtual const Vocabulary& vocabulary() const = 0;
  // Appends the tokens of bytes [begin, end) of `text`, which is well-formed
  // UTF-8 of less than 2 GiB. Thread-safe; at most a little slower than linear.
  virtual void Encode(absl::string_view text, Piece piece,
                      TokenSink* out) const = 0;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_MODEL_H_

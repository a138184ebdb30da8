#ifndef KAITO_RUNTIME_TOKENIZER_ADJACENCY_H_
#define KAITO_RUNTIME_TOKENIZER_ADJACENCY_H_

// Which characters stand beside each other in some token. Where two neighbours
// of a text never do, no merge can reach across, and each side may be tokenized
// alone: that is what keeps words short where the pipeline itself cuts nothing.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime::tokenization {

class Adjacency {
 public:
  Adjacency() : dense_(kDense * kDense / 64 + 1) {}

  // Notes every pair of neighbours of a token's text.
  void AddNeighbours(absl::string_view token);

  bool Contains(char32_t left, char32_t right) const {
    const uint32_t l = DenseIndex(left);
    const uint32_t r = DenseIndex(right);
    if (l < kDense && r < kDense) {
      const uint32_t bit = l * kDense + r;
      return (dense_[bit / 64] >> (bit % 64) & 1) != 0;
    }
    return sparse_.contains(Key(left, right));
  }

 private:
  // Latin, the byte alphabet, and the ▁ of SentencePiece: a table of 33 KB.
  static constexpr uint32_t kLatin = 0x200;
  static constexpr uint32_t kDense = kLatin + 1;

  static uint32_t DenseIndex(char32_t c) {
    return c < kLatin ? c : c == U'\u2581' ? kLatin : kDense;
  }
  static uint64_t Key(char32_t left, char32_t right) {
    return uint64_t{left} << 32 | right;
  }

  std::vector<uint64_t> dense_;
  absl::flat_hash_set<uint64_t> sparse_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_ADJACENCY_H_

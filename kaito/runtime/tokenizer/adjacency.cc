#include "kaito/runtime/tokenizer/adjacency.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {

void Adjacency::AddNeighbours(absl::string_view token) {
  if (token.empty()) return;
  char32_t left = DecodeUtf8(token.data());
  for (size_t i = Utf8Size(token[0]); i < token.size();
       i += Utf8Size(token[i])) {
    const char32_t right = DecodeUtf8(token.data() + i);
    const uint32_t l = DenseIndex(left);
    const uint32_t r = DenseIndex(right);
    if (l < kDense && r < kDense) {
      const uint32_t bit = l * kDense + r;
      dense_[bit / 64] |= uint64_t{1} << (bit % 64);
    } else {
      sparse_.insert(Key(left, right));
    }
    left = right;
  }
}

}  // namespace kaito::runtime::tokenization

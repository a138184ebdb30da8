#ifndef KAITO_RUNTIME_DATASET_ENCODED_ROW_H_
#define KAITO_RUNTIME_DATASET_ENCODED_ROW_H_

// EncodedRow: a row as token ids, and which of them are trained. Made by
// row_encoder.h, batched by kaito/runtime/batch.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kaito::runtime {

struct EncodedRow {
  int64_t index = 0;             // Row::index.
  std::vector<int32_t> ids;      // [tokens]
  std::vector<bool> trained;     // [tokens]; the first is never a target.
  int64_t truncated_tokens = 0;  // Cut off.

  int64_t tokens() const { return static_cast<int64_t>(ids.size()); }
  // Tokens that the model is asked for.
  int64_t targets() const {
    int64_t count = 0;
    for (std::size_t i = 1; i < trained.size(); ++i) {
      if (trained[i]) ++count;
    }
    return count;
  }
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_ENCODED_ROW_H_

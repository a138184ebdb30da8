#ifndef KAITO_RUNTIME_BACKEND_DROPOUT_H_
#define KAITO_RUNTIME_BACKEND_DROPOUT_H_

// Dropout of an adapter's input: an element is zero with a probability, or else
// scaled up so that its mean stays. The mask is a function of the seed, the
// module, the token's row and the column, so the backward pass needs no copy of
// it. For the packed pass; serving has none.
//
//   const DropoutMask mask = {.probability = 0.05, .seed = 7, .module = 12};
//   Drop(mask, x, tokens, columns, dropped, stream);

#include <cstdint>

#include "kaito/kernels/stream.h"

namespace kaito::runtime {

struct DropoutMask {
  double probability = 0;  // From 0, below 1.
  uint64_t seed = 0;
  uint32_t module = 0;
  // The token of each row; null: the row's number.
  const int32_t* tokens = nullptr;
};

// y [rows, columns] = mask(x) / (1 - probability).
void Drop(const DropoutMask& mask, const float* x, int64_t rows,
          int64_t columns, float* y, kernels::Stream stream);

// dx += mask(dy) / (1 - probability).
void AddDropGradient(const DropoutMask& mask, const float* dy, int64_t rows,
                     int64_t columns, float* dx, kernels::Stream stream);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_DROPOUT_H_

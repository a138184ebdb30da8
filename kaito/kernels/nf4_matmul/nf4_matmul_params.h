#ifndef KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_PARAMS_H_
#define KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_PARAMS_H_

// Products of f32 or bf16 rows with an NF4 weight: the vocabulary of all files
// here.

#include <cstdint>

#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {

// Which product. W is [n, k], row-major, as linear layers store it.
enum class Nf4Product : uint8_t {
  kForward,   // out [m, n] = in [m, k] W^T: a layer's output.
  kBackward,  // out [m, k] = in [m, n] W: the gradient of its input.
};

// How a forward product is made. The two ways add up in different orders: a
// server that wants a token's bits to be the same whatever else is in the batch
// chooses one itself.
enum class Nf4Method : uint8_t {
  kByTokens,  // Whichever is faster for m.
  kDots,      // Dot products along k, for each token.
  kPanels,    // Panels of tokens.
};

struct Nf4MatmulParams {
  Nf4Tensor w;               // [n, k], so w.count = n * k
  const void* in = nullptr;  // Row-major, of in_type, aligned to its elements.
  void* out = nullptr;       // Row-major, of out_type, aligned likewise.
  // At least Nf4MatmulWorkspaceBytes(); what is in it doesn't matter. Not
  // shared with a call that runs at the same time.
  void* workspace = nullptr;
  int64_t workspace_bytes = 0;
  int64_t m = 0;  // Rows: tokens.
  int64_t n = 0;
  int64_t k = 0;
  FloatType in_type = FloatType::kF32;   // kF32 or kBf16
  FloatType out_type = FloatType::kF32;  // kF32 or kBf16
  bool accumulate = false;  // Adds to what `out` holds, rounding once.
  // Of a forward product. With kDots or kPanels a token's output does not depend
  // on the other tokens.
  Nf4Method method = Nf4Method::kByTokens;
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_PARAMS_H_

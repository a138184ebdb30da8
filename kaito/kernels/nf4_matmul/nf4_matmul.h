#ifndef KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_H_
#define KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_H_

// Products with a weight that stays NF4: a linear layer's output and the
// gradient of its input. No copy of the weight in f32 is ever whole. For dense
// weights see matmul.h; the low-rank part of a layer is an operation of its
// own.
//
//   const Nf4MatmulParams params = {.w = layer.weight, .in = x, .out = y,
//                                   .workspace = workspace.data(),
//                                   .workspace_bytes = workspace.size(),
//                                   .m = tokens, .n = out, .k = in};
//   KAITO_RETURN_IF_ERROR(
//       Nf4Matmul(params, Nf4Product::kForward, stream));
//
// The weight in f32 is what Nf4Dequantize makes of it, sums are f32, and `out`
// is rounded once. Scales may be f32 or double-quantised. Every shape works;
// shapes whose blocks don't span rows (k a multiple of the block, and of 64)
// are read at memory's speed where the tokens are few.

#include <cstdint>

#include "absl/status/status.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// Of a call with these sizes on this stream; it doesn't fall as m grows, but
// where m passes 12 and so changes the way. 0 or more sizes; no other memory is
// used.
int64_t Nf4MatmulWorkspaceBytes(Nf4Product product, int64_t m, int64_t n,
                                int64_t k, Stream stream,
                                Nf4Method method = Nf4Method::kByTokens);

// Fails with
// - InvalidArgument: a null or misaligned pointer, sizes that don't fit
//   together, a workspace that is too small, fp16, CUDA's default stream;
// - Unimplemented: a CUDA stream.
// Where n or k is summed over and 0, the product is 0.
absl::Status Nf4Matmul(const Nf4MatmulParams& params, Nf4Product product,
                       Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_H_

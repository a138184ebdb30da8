#ifndef KAITO_KERNELS_MATMUL_MATMUL_H_
#define KAITO_KERNELS_MATMUL_MATMUL_H_

// Dense products in f32: layers that aren't quantised, the low-rank part of
// adapted ones, gradients of weights. For weights in NF4 see nf4_matmul.h.
//
//   // y [tokens, out] += h [tokens, rank] B^T, B being [out, rank].
//   KAITO_RETURN_IF_ERROR(Matmul({.a = h, .b = b, .c = y, .m = tokens,
//                                 .n = out, .k = rank, .b_transposed = true,
//                                 .accumulate = true},
//                                stream));
//
// Sums are f32, in an order that depends on the shape alone: the same bits for
// every number of workers. c may hold anything where it isn't added to.

#include "absl/status/status.h"
#include "kaito/kernels/matmul/matmul_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// Fails with
// - InvalidArgument: a null pointer to elements that there are, a negative
//   size, a stride below a row's length, CUDA's default stream;
// - Unimplemented: a CUDA stream;
// - Internal: oneDNN's own failure, such as no memory.
absl::Status Matmul(const MatmulParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_MATMUL_MATMUL_H_

#ifndef KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_H_
#define KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_H_

// Dense products for serving: the head's logits, and layers that aren't
// quantised. A row's result has the same bits whichever and however many other
// rows are there, so an answer doesn't depend on the load of the server. For
// training, where that is of no use, matmul.h is somewhat faster.
//
//   KAITO_RETURN_IF_ERROR(RowMatmul({.x = hidden,
//                                    .w = head,
//                                    .w_type = FloatType::kBf16,
//                                    .y = logits,
//                                    .m = sequences,
//                                    .n = 32064,
//                                    .k = 3072},
//                                   stream));

#include "absl/status/status.h"
#include "kaito/kernels/row_matmul/row_matmul_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU all is written on return. Fails with
// - InvalidArgument: a null or misaligned buffer, a negative size, fp16;
// - Unimplemented: a CUDA stream.
absl::Status RowMatmul(const RowMatmulParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_H_

#ifndef KAITO_RUNTIME_BACKEND_LINEAR_PRODUCT_H_
#define KAITO_RUNTIME_BACKEND_LINEAR_PRODUCT_H_

// The products of a linear's frozen weight, whichever way it is stored. What an
// adapter adds is kernels::Lora().
//
//   KAITO_RETURN_IF_ERROR(
//       LinearForward(layer.linear(LinearRole::kO), x, tokens, y, on));

#include <cstdint>

#include "absl/status/status.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul_params.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/model_weights.h"

namespace kaito::runtime {

// Where products run.
struct ProductContext {
  kernels::Stream stream = kernels::Stream::Cpu();
  // At least LinearWorkspaceBytes().
  void* workspace = nullptr;
  int64_t workspace_bytes = 0;
};

// y [rows, out] = x [rows, in] W^T + bias.
absl::Status LinearForward(const LinearWeight& w, const float* x, int64_t rows,
                           float* y, const ProductContext& context);

struct RowKinds {
  int64_t rows = 0;
  // The first rows, each all that a sequence puts into the step.
  int64_t singles = 0;
};

// As LinearForward(), each row in a way that follows from its kind alone: its
// bits do not depend on the other rows. Slower for many rows of dense weights.
absl::Status LinearForwardRows(const LinearWeight& w, const float* x,
                               const RowKinds& kinds, float* y,
                               const ProductContext& context);

// dx [rows, in] = dy [rows, out] W, or that added to dx.
absl::Status LinearBackward(const LinearWeight& w, const float* dy,
                            int64_t rows, float* dx, bool accumulate,
                            const ProductContext& context);

// For all linears of the model, with up to `rows` rows.
int64_t LinearWorkspaceBytes(const ModelWeights& weights, int64_t rows,
                             kernels::Nf4Product product,
                             kernels::Stream stream);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_LINEAR_PRODUCT_H_

#include "kaito/runtime/backend/linear_product.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/matmul/matmul.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul.h"
#include "kaito/kernels/row_matmul/row_matmul.h"

namespace kaito::runtime {
namespace {

using kernels::Nf4Method;
using kernels::Nf4Product;
using kernels::Stream;

// Whether there is a bias, which is then in y.
bool StartWithBias(const LinearWeight& w, int64_t rows, float* y) {
  if (w.bias.empty()) return false;
  for (int64_t row = 0; row < rows; ++row) {
    std::copy(w.bias.begin(), w.bias.end(), y + row * w.out);
  }
  return true;
}

absl::Status Nf4Forward(const LinearWeight& w, const float* x, int64_t rows,
                        float* y, bool accumulate, Nf4Method method,
                        const ProductContext& context) {
  return kernels::Nf4Matmul({.w = w.nf4->Tensor(),
                             .in = x,
                             .out = y,
                             .workspace = context.workspace,
                             .workspace_bytes = context.workspace_bytes,
                             .m = rows,
                             .n = w.out,
                             .k = w.in,
                             .accumulate = accumulate,
                             .method = method},
                            Nf4Product::kForward, context.stream);
}

}  // namespace

absl::Status LinearForward(const LinearWeight& w, const float* x, int64_t rows,
                           float* y, const ProductContext& context) {
  const bool biased = StartWithBias(w, rows, y);
  if (w.nf4.has_value()) {
    return Nf4Forward(w, x, rows, y, biased, Nf4Method::kByTokens, context);
  }
  return kernels::Matmul({.a = x,
                          .b = w.dense.As<float>(),
                          .c = y,
                          .m = rows,
                          .n = w.out,
                          .k = w.in,
                          .b_transposed = true,
                          .accumulate = biased},
                         context.stream);
}

absl::Status LinearForwardRows(const LinearWeight& w, const float* x,
                               const RowKinds& kinds, float* y,
                               const ProductContext& context) {
  const bool biased = StartWithBias(w, kinds.rows, y);
  if (!w.nf4.has_value()) {
    return kernels::RowMatmul({.x = x,
                               .w = w.dense.As<void>(),
                               .y = y,
                               .m = kinds.rows,
                               .n = w.out,
                               .k = w.in,
                               .accumulate = biased},
                              context.stream);
  }
  // Dot products serve up to some 50 tokens as fast as panels do, so decoding
  // takes them however large its batch is.
  KAITO_RETURN_IF_ERROR(
      Nf4Forward(w, x, kinds.singles, y, biased, Nf4Method::kDots, context));
  return Nf4Forward(w, x + kinds.singles * w.in, kinds.rows - kinds.singles,
                    y + kinds.singles * w.out, biased, Nf4Method::kPanels,
                    context);
}

absl::Status LinearBackward(const LinearWeight& w, const float* dy,
                            int64_t rows, float* dx, bool accumulate,
                            const ProductContext& context) {
  if (w.nf4.has_value()) {
    return kernels::Nf4Matmul({.w = w.nf4->Tensor(),
                               .in = dy,
                               .out = dx,
                               .workspace = context.workspace,
                               .workspace_bytes = context.workspace_bytes,
                               .m = rows,
                               .n = w.out,
                               .k = w.in,
                               .accumulate = accumulate},
                              Nf4Product::kBackward, context.stream);
  }
  return kernels::Matmul({.a = dy,
                          .b = w.dense.As<float>(),
                          .c = dx,
                          .m = rows,
                          .n = w.in,
                          .k = w.out,
                          .accumulate = accumulate},
                         context.stream);
}

int64_t LinearWorkspaceBytes(const ModelWeights& weights, int64_t rows,
                             Nf4Product product, Stream stream) {
  int64_t bytes = 0;
  for (const LayerWeights& layer : weights.layers) {
    for (const LinearWeight& w : layer.linears) {
      if (!w.nf4.has_value()) continue;
      // Whichever way is chosen.
      for (const Nf4Method method : {Nf4Method::kDots, Nf4Method::kPanels}) {
        bytes =
            std::max(bytes, kernels::Nf4MatmulWorkspaceBytes(
                                product, rows, w.out, w.in, stream, method));
      }
    }
  }
  return bytes;
}

}  // namespace kaito::runtime

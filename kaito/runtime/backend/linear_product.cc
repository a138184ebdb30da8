#include "kaito/runtime/backend/linear_product.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "kaito/kernels/matmul/matmul.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul.h"

namespace kaito::runtime {
namespace {

using kernels::Nf4Product;
using kernels::Stream;

// Where rows are dots along k and where panels of tokens, nf4_matmul changes
// its workspace; within each way it grows with the rows.
constexpr int64_t kDotRows = 12;

}  // namespace

absl::Status LinearForward(const LinearWeight& w, const float* x, int64_t rows,
                           float* y, const ProductContext& context) {
  const bool biased = !w.bias.empty();
  for (int64_t row = 0; biased && row < rows; ++row) {
    std::copy(w.bias.begin(), w.bias.end(), y + row * w.out);
  }
  if (w.nf4.has_value()) {
    return kernels::Nf4Matmul({.w = w.nf4->Tensor(),
                               .in = x,
                               .out = y,
                               .workspace = context.workspace,
                               .workspace_bytes = context.workspace_bytes,
                               .m = rows,
                               .n = w.out,
                               .k = w.in,
                               .accumulate = biased},
                              Nf4Product::kForward, context.stream);
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
  if (weights.layers.empty()) return 0;
  int64_t bytes = 0;
  // Layers are alike; a linear that isn't quantised takes none.
  for (const LayerWeights& layer : weights.layers) {
    for (const LinearWeight& w : layer.linears) {
      if (!w.nf4.has_value()) continue;
      for (const int64_t m : {std::min(rows, kDotRows), rows}) {
        bytes = std::max(bytes, kernels::Nf4MatmulWorkspaceBytes(
                                    product, m, w.out, w.in, stream));
      }
    }
  }
  return bytes;
}

}  // namespace kaito::runtime

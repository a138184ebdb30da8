#include "kaito/kernels/nf4_matmul/nf4_matmul_ref.h"

#include <vector>

#include "kaito/kernels/nf4_quantize/nf4_quantize_ref.h"

namespace kaito::kernels {
namespace {

double Load(const void* data, FloatType type, int64_t i) {
  if (type == FloatType::kF32) return static_cast<const float*>(data)[i];
  return ToFloat(static_cast<const bf16*>(data)[i]);
}

}  // namespace

void Nf4MatmulRef(const Nf4MatmulParams& params, Nf4Product product,
                  double* out) {
  const bool forward = product == Nf4Product::kForward;
  const int64_t columns = forward ? params.n : params.k;
  const int64_t depth = forward ? params.k : params.n;
  std::vector<float> w(params.w.count);
  Nf4DequantizeRef({.w = params.w, .out = w.data()});
  for (int64_t i = 0; i < params.m; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const int64_t at = i * columns + j;
      double sum =
          params.accumulate ? Load(params.out, params.out_type, at) : 0.0;
      for (int64_t p = 0; p < depth; ++p) {
        const double weight =
            forward ? w[j * params.k + p] : w[p * params.k + j];
        sum += Load(params.in, params.in_type, i * depth + p) * weight;
      }
      out[at] = sum;
    }
  }
}

}  // namespace kaito::kernels

#include "kaito/kernels/rope/rope_ref.h"

namespace kaito::kernels {
namespace {

void Rotate(const RopeParams& params, const RopeHeads& heads) {
  const int64_t half = params.rotary_dim / 2;
  for (int64_t t = 0; t < params.tokens; ++t) {
    const int64_t row = params.positions[t] * half;
    for (int64_t h = 0; h < heads.heads; ++h) {
      float* const x =
          heads.data + t * heads.token_stride + h * params.head_dim;
      for (int64_t i = 0; i < half; ++i) {
        const double cos = params.cos[row + i];
        const double sin = params.direction == RopeDirection::kForward
                               ? double{params.sin[row + i]}
                               : -double{params.sin[row + i]};
        const double first = x[i];
        const double second = x[i + half];
        x[i] = static_cast<float>(first * cos - second * sin);
        x[i + half] = static_cast<float>(second * cos + first * sin);
      }
    }
  }
}

}  // namespace

void RopeRef(const RopeParams& params) {
  Rotate(params, params.q);
  Rotate(params, params.k);
}

}  // namespace kaito::kernels

#include "kaito/kernels/blockwise8/blockwise8_ref.h"

#include <cmath>
#include <cstdint>

namespace kaito::kernels {
namespace {

float AbsmaxOf(const Blockwise8QuantizeParams& params, int64_t block) {
  float most = 0;
  for (int64_t i = 0; i < params.count; ++i) {
    if (i / params.block != block) continue;
    const float magnitude = std::fabs(params.x[i] - params.offset);
    if (std::isnan(magnitude)) return magnitude;
    if (magnitude > most) most = magnitude;
  }
  return most;
}

}  // namespace

void Blockwise8QuantizeRef(const Blockwise8QuantizeParams& params) {
  const int64_t blocks = BlocksOf(params.count, params.block);
  for (int64_t b = 0; b < blocks; ++b) params.absmax[b] = AbsmaxOf(params, b);
  for (int64_t i = 0; i < params.count; ++i) {
    const float absmax = params.absmax[i / params.block];
    const float v = absmax == 0 ? 0 : (params.x[i] - params.offset) / absmax;
    int code = 0;
    for (int j = 0; j < 255; ++j) {
      if (v > (params.map[j] + params.map[j + 1]) * 0.5f) ++code;
    }
    params.codes[i] = static_cast<uint8_t>(code);
  }
}

void Blockwise8DequantizeRef(const Blockwise8DequantizeParams& params) {
  for (int64_t i = 0; i < params.count; ++i) {
    const float product =
        params.map[params.codes[i]] * params.absmax[i / params.block];
    params.out[i] = product + params.offset;
  }
}

}  // namespace kaito::kernels

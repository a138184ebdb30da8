#include "kaito/kernels/nf4_quantize/nf4_quantize_ref.h"

#include <algorithm>
#include <cmath>

namespace kaito::kernels {
namespace {

float Load(const void* x, FloatType type, int64_t i) {
  switch (type) {
    case FloatType::kF32:
      return static_cast<const float*>(x)[i];
    case FloatType::kBf16:
      return ToFloat(static_cast<const bf16*>(x)[i]);
    case FloatType::kFp16:
      return ToFloat(static_cast<const fp16*>(x)[i]);
  }
  return 0;
}

void Store(float value, FloatType type, int64_t i, void* out) {
  switch (type) {
    case FloatType::kF32:
      static_cast<float*>(out)[i] = value;
      return;
    case FloatType::kBf16:
      static_cast<bf16*>(out)[i] = ToBf16(value);
      return;
    case FloatType::kFp16:
      static_cast<fp16*>(out)[i] = ToFp16(value);
      return;
  }
}

}  // namespace

void Nf4QuantizeRef(const Nf4QuantizeParams& params) {
  for (int64_t begin = 0; begin < params.count; begin += params.block) {
    const int64_t end = std::min(begin + params.block, params.count);
    float absmax = 0;
    for (int64_t i = begin; i < end; ++i) {
      const float magnitude = std::fabs(Load(params.x, params.x_type, i));
      if (std::isnan(magnitude)) absmax = magnitude;
      if (magnitude > absmax) absmax = magnitude;  // Not once it is NaN.
    }
    params.absmax[begin / params.block] = absmax;
    const float reciprocal = 1.0f / absmax;
    for (int64_t i = begin; i < end; ++i) {
      const float v = Load(params.x, params.x_type, i) * reciprocal;
      int code = 0;
      for (const float threshold : kNf4Thresholds) code += v > threshold;
      uint8_t& byte = params.packed[i / 2];
      byte = static_cast<uint8_t>(i % 2 == 0 ? code << 4 : byte | code);
    }
  }
}

int Nf4CodeRef(const Nf4Tensor& w, int64_t i) {
  const uint8_t byte = w.packed[i / 2];
  return i % 2 == 0 ? byte >> 4 : byte & 15;
}

float Nf4AbsmaxRef(const Nf4Tensor& w, int64_t i) {
  const int64_t block = i / w.block;
  const Nf4Absmax& a = w.absmax;
  if (a.values != nullptr) return a.values[block];
  const float product =
      a.map[a.codes[block]] * a.nested_absmax[block / a.nested_block];
  return product + a.offset;
}

void Nf4DequantizeRef(const Nf4DequantizeParams& params) {
  for (int64_t i = 0; i < params.w.count; ++i) {
    Store(kNf4Values[Nf4CodeRef(params.w, i)] * Nf4AbsmaxRef(params.w, i),
          params.out_type, i, params.out);
  }
}

}  // namespace kaito::kernels

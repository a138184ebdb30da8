#ifndef KAITO_KERNELS_TYPES_H_
#define KAITO_KERNELS_TYPES_H_

// The 16-bit floating-point types as they lie in memory, and exact conversions.
// For parameter structs, references, tests and device code alike: no CUDA
// header, no Abseil, no containers. Arithmetic is done in float or double; a
// vectorised kernel converts with its own instructions and is tested against
// these.
//
//   const bf16 x = ToBf16(1.0f);  // x.bits == 0x3f80
//   const float y = ToFloat(x);   // 1.0f

#include <bit>
#include <cstdint>

#if defined(__CUDACC__)
#define KAITO_HOST_DEVICE __host__ __device__
#else
#define KAITO_HOST_DEVICE
#endif

namespace kaito::kernels {

// Files, messages and kernels all assume it.
static_assert(std::endian::native == std::endian::little);

// How the numbers of a buffer are stored, where a parameter struct leaves it
// open.
enum class FloatType : uint8_t { kF32, kBf16, kFp16 };

KAITO_HOST_DEVICE constexpr int64_t BytesOf(FloatType type) {
  return type == FloatType::kF32 ? 4 : 2;
}

constexpr const char* NameOf(FloatType type) {
  return type == FloatType::kF32    ? "f32"
         : type == FloatType::kBf16 ? "bf16"
                                    : "fp16";
}

// float without its lower 16 bits: 8 bits of exponent, 7 of mantissa.
struct bf16 {
  uint16_t bits;
};

// IEEE 754 binary16: 5 bits of exponent, 10 of mantissa, largest value 65504.
struct fp16 {
  uint16_t bits;
};

// Exact: every bf16 is a float.
KAITO_HOST_DEVICE constexpr float ToFloat(bf16 x) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(x.bits) << 16);
}

// To nearest, ties to even; too large becomes infinite. A NaN keeps its sign
// and upper payload and turns quiet: compare NaNs as NaNs, since hardware
// conversions may answer another one.
KAITO_HOST_DEVICE constexpr bf16 ToBf16(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  if ((bits & 0x7fffffff) > 0x7f800000) {
    return {static_cast<uint16_t>((bits >> 16) | 0x0040)};
  }
  const uint32_t tie_to_even = (bits >> 16) & 1;
  return {static_cast<uint16_t>((bits + 0x7fff + tie_to_even) >> 16)};
}

// Exact: every fp16 is a float.
KAITO_HOST_DEVICE constexpr float ToFloat(fp16 x) {
  const uint32_t sign = static_cast<uint32_t>(x.bits & 0x8000) << 16;
  const uint32_t exponent = (x.bits >> 10) & 0x1f;
  const uint32_t mantissa = x.bits & 0x3ff;
  if (exponent == 0) {  // Zero, or subnormal: a multiple of 2^-24.
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return __builtin_bit_cast(float,
                              sign | __builtin_bit_cast(uint32_t, magnitude));
  }
  // The bias is 15 here and 127 in float.
  const uint32_t wide = exponent == 0x1f ? 0xff : exponent + 127 - 15;
  return __builtin_bit_cast(float, sign | (wide << 23) | (mantissa << 13));
}

// As ToBf16: to nearest, ties to even, overflow to infinity, NaN to a quiet
// NaN.
KAITO_HOST_DEVICE constexpr fp16 ToFp16(float x) {
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  const uint32_t sign = (bits >> 16) & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  uint32_t half = 0;
  if (magnitude > 0x7f800000) {
    half = 0x7e00 | ((magnitude >> 13) & 0x3ff);
  } else if (magnitude >= 0x47800000) {  // 2^16
    half = 0x7c00;
  } else if (magnitude >= 0x38800000) {  // 2^-14, the smallest normal
    const uint32_t tie_to_even = (magnitude >> 13) & 1;
    // A carry out of the mantissa lands in the exponent, where it belongs.
    half = (magnitude + 0xfff + tie_to_even - 0x38000000) >> 13;
  } else if (magnitude > 0x33000000) {  // 2^-25 itself ties to zero
    // In units of 2^-24; 102 <= exponent < 113, so 14 <= shift <= 24.
    const uint32_t shift = 126 - (magnitude >> 23);
    const uint32_t mantissa = (magnitude & 0x7fffff) | 0x800000;
    const uint32_t rest = mantissa & ((1u << shift) - 1);
    const uint32_t tie = 1u << (shift - 1);
    half = mantissa >> shift;
    if (rest > tie || (rest == tie && (half & 1) != 0)) ++half;
  }
  return {static_cast<uint16_t>(sign | half)};
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_TYPES_H_

#ifndef KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_PARAMS_H_
#define KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_PARAMS_H_

// NF4: 4-bit codes of 16 fixed numbers, and one scale for each block of
// elements of the flattened, row-major tensor. The vocabulary of all files here
// and of nf4_matmul.
//
// Packing: byte i holds element 2 i in its high nibble and element 2 i + 1 in
// its low one; the last low nibble of an odd count is 0. Element i is
//   kNf4Values[code] * absmax[i / block],
// one product in f32, rounded once more where it is stored in 16 bits.

#include <cstdint>

#include "kaito/kernels/types.h"

namespace kaito::kernels {

inline constexpr int64_t kNf4Block = 64;  // What QLoRA and checkpoints use.

constexpr bool IsNf4Block(int64_t block) {
  return block >= 32 && block <= 4096 && (block & (block - 1)) == 0;
}

// Quantiles of the normal distribution (8 above 0, 7 below, and 0), scaled to
// [-1, 1]. The decimals are those of the f32 numbers, which they round to.
inline constexpr float kNf4Values[16] = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f,
};

// A code is the number of thresholds below the scaled element. As bits, of
// bitsandbytes' compiled CUDA code: four differ by one ulp from the midpoints
// of their neighbours, which is what their decimals give where they are read as
// doubles first.
inline constexpr float kNf4Thresholds[15] = {
    __builtin_bit_cast(float, 0xbf591cd9u),
    __builtin_bit_cast(float, 0xbf1c5270u),
    __builtin_bit_cast(float, 0xbeeb8480u),
    __builtin_bit_cast(float, 0xbeadea76u),
    __builtin_bit_cast(float, 0xbe703cecu),
    __builtin_bit_cast(float, 0xbe0d38bcu),
    __builtin_bit_cast(float, 0xbd3a7871u),
    __builtin_bit_cast(float, 0x3d22faffu),
    __builtin_bit_cast(float, 0x3df64863u),
    __builtin_bit_cast(float, 0x3e5067e0u),
    __builtin_bit_cast(float, 0x3e9582d4u),
    __builtin_bit_cast(float, 0x3ec753f9u),
    __builtin_bit_cast(float, 0x3f006d03u),
    __builtin_bit_cast(float, 0x3f248dafu),
    __builtin_bit_cast(float, 0x3f5c89d9u),
};

// The scales of a tensor's blocks: as they are, or 8-bit codes (double
// quantisation):
//   absmax[i] = map[codes[i]] * nested_absmax[i / nested_block] + offset,
// each operation rounded to f32. Takes 0.5 and 0.127 bits an element in blocks
// of 64.
struct Nf4Absmax {
  const float* values = nullptr;         // [blocks]; null where there are codes
  const uint8_t* codes = nullptr;        // [blocks]; null where values
  const float* map = nullptr;            // [256]
  const float* nested_absmax = nullptr;  // [blocks of nested_block]
  float offset = 0;
  int64_t nested_block = 256;  // 1 or more
};

// A quantised tensor; owns nothing.
struct Nf4Tensor {
  const uint8_t* packed = nullptr;  // [(count + 1) / 2]
  int64_t count = 0;                // Elements.
  int64_t block = kNf4Block;        // IsNf4Block; the last may be shorter.
  Nf4Absmax absmax;
};

constexpr int64_t Nf4PackedBytes(int64_t count) { return (count + 1) / 2; }

constexpr int64_t Nf4Blocks(int64_t count, int64_t block) {
  return (count + block - 1) / block;
}

struct Nf4QuantizeParams {
  const void* x = nullptr;    // [count] of x_type, aligned to its elements
  uint8_t* packed = nullptr;  // [Nf4PackedBytes(count)], written
  float* absmax = nullptr;    // [Nf4Blocks(count, block)], written
  int64_t count = 0;
  int64_t block = kNf4Block;
  FloatType x_type = FloatType::kF32;
};

struct Nf4DequantizeParams {
  Nf4Tensor w;
  void* out = nullptr;  // [w.count] of out_type, written; aligned to elements
  FloatType out_type = FloatType::kF32;
};

// Double quantisation: the scales of a tensor, to 8 bits.
struct Nf4QuantizeAbsmaxParams {
  const float* absmax = nullptr;   // [blocks]
  const float* map = nullptr;      // [256]; kDynamicSigned
  uint8_t* codes = nullptr;        // [blocks], written
  float* nested_absmax = nullptr;  // [blocks of nested_block], written
  float* offset = nullptr;         // [1], written: the mean of absmax
  int64_t blocks = 0;
  int64_t nested_block = 256;
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_PARAMS_H_

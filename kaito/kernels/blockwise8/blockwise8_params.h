#ifndef KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_PARAMS_H_
#define KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_PARAMS_H_

// Blockwise 8-bit numbers: x[i] is about
//   map[codes[i]] * absmax[i / block] + offset.
// The vocabulary of all files here.

#include <cstdint>

#include "kaito/kernels/types.h"

namespace kaito::kernels {

// Of bitsandbytes, for absmax values and for optimizer states alike.
inline constexpr int64_t kBlockwise8Block = 256;

struct Blockwise8QuantizeParams {
  const float* x = nullptr;    // [count]
  const float* map = nullptr;  // [256], ascending
  uint8_t* codes = nullptr;    // [count], written
  float* absmax = nullptr;     // [blocks of count], written
  int64_t count = 0;
  int64_t block = kBlockwise8Block;  // 1 or more; the last may be shorter
  float offset = 0;                  // Taken from each x first.
};

struct Blockwise8DequantizeParams {
  const uint8_t* codes = nullptr;  // [count]
  const float* absmax = nullptr;   // [blocks of count]
  const float* map = nullptr;      // [256]
  float* out = nullptr;            // [count], written
  int64_t count = 0;
  int64_t block = kBlockwise8Block;
  float offset = 0;  // Added to each product, rounded on its own: no fma.
};

// Blocks of `block` elements that hold `count`; the last may be shorter.
KAITO_HOST_DEVICE constexpr int64_t BlocksOf(int64_t count, int64_t block) {
  return count / block + (count % block != 0 ? 1 : 0);
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_PARAMS_H_

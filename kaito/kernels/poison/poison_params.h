#ifndef KAITO_KERNELS_POISON_POISON_PARAMS_H_
#define KAITO_KERNELS_POISON_POISON_PARAMS_H_

// What poison fills a buffer with, and where: the vocabulary of all files here.

#include <cstdint>

#include "kaito/kernels/types.h"

namespace kaito::kernels {

// Each is a NaN in the type it is named after. The payloads are ours: hardware
// makes 0x7fc00000, 0xffc00000 or 0x7fffffff, so an element that still holds
// the pattern was not written by arithmetic on good inputs.
enum class PoisonPattern : uint8_t {
  kBytes,  // 0xff throughout: a NaN in every type, -1 in integers
  kF32,    // 0x7fc0dead
  kBf16,   // 0x7fde
  kFp16,   // 0x7ead
};

struct PoisonParams {
  // [size_bytes]; aligned to an element of the pattern. Host or device memory,
  // as the stream says.
  void* data = nullptr;
  int64_t size_bytes = 0;  // A multiple of the element's size; may be 0.
  PoisonPattern pattern = PoisonPattern::kBytes;
};

KAITO_HOST_DEVICE constexpr int64_t ElementBytes(PoisonPattern pattern) {
  return pattern == PoisonPattern::kBytes ? 1
         : pattern == PoisonPattern::kF32 ? 4
                                          : 2;
}

// Four bytes of the pattern, little-endian, from an element's start.
KAITO_HOST_DEVICE constexpr uint32_t PatternWord(PoisonPattern pattern) {
  return pattern == PoisonPattern::kBytes  ? 0xffffffff
         : pattern == PoisonPattern::kF32  ? 0x7fc0dead
         : pattern == PoisonPattern::kBf16 ? 0x7fde7fde
                                           : 0x7ead7ead;
}

// Byte `offset` of a poisoned buffer.
KAITO_HOST_DEVICE constexpr uint8_t PatternByte(PoisonPattern pattern,
                                                int64_t offset) {
  return static_cast<uint8_t>(PatternWord(pattern) >> (8 * (offset % 4)));
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_POISON_POISON_PARAMS_H_

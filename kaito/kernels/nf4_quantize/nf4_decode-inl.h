// Decodes NF4 in registers: for the Highway files of the operations that read
// NF4 on the CPU (nf4_dequantize_cpu.cc, nf4_matmul_cpu.cc), which include it
// once for each instruction set. Scales are the caller's.

#if defined(KAITO_KERNELS_NF4_QUANTIZE_NF4_DECODE_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_NF4_QUANTIZE_NF4_DECODE_INL_H_
#undef KAITO_KERNELS_NF4_QUANTIZE_NF4_DECODE_INL_H_
#else
#define KAITO_KERNELS_NF4_QUANTIZE_NF4_DECODE_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "hwy/highway.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"

// Whether numbers can be looked up by lane in registers; Nf4Decoder exists
// where they can. Elsewhere (SSE4, one lane) a table in memory serves as well.
#undef KAITO_NF4_DECODES_IN_REGISTERS
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
#define KAITO_NF4_DECODES_IN_REGISTERS 1
#else
#define KAITO_NF4_DECODES_IN_REGISTERS 0
#endif

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

#if KAITO_NF4_DECODES_IN_REGISTERS

class Nf4Decoder {
 public:
  using F32 = hn::CappedTag<float, 16>;  // 16 lanes, or AVX2's 8
  using U32 = hn::RebindToUnsigned<F32>;
  using Floats = hn::Vec<F32>;
  using Words = hn::Vec<U32>;
  static constexpr int64_t kLanes = HWY_TARGET == HWY_AVX2 ? 8 : 16;

  Nf4Decoder()
      : low_(hn::LoadU(F32(), kNf4Values)),
        high_(hn::LoadU(F32(), kNf4Values + 16 - kLanes)) {
    alignas(64) uint8_t pattern[4 * kLanes];
    alignas(64) uint32_t shifts[kLanes];
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      for (int64_t i = 0; i < 4; ++i) {
        pattern[4 * lane + i] = static_cast<uint8_t>(lane / 2);
      }
      shifts[lane] = lane % 2 == 0 ? 4 : 0;
    }
    pattern_ = hn::Load(hn::Repartition<uint8_t, F32>(), pattern);
    shifts_ = hn::Load(U32(), shifts);
  }

  // The values of kLanes elements in order, from kLanes / 2 bytes.
  Floats InOrder(const uint8_t* packed) const {
    const hn::Repartition<uint8_t, F32> u8;
#if HWY_TARGET == HWY_AVX2
    uint32_t word;
    std::memcpy(&word, packed, sizeof(word));
    const auto bytes = hn::BitCast(u8, hn::Set(U32(), word));
#else
    uint64_t word;
    std::memcpy(&word, packed, sizeof(word));
    const auto bytes =
        hn::BitCast(u8, hn::Set(hn::Repartition<uint64_t, F32>(), word));
#endif
    // Each byte in two lanes; the first one's nibble is the high one.
    const Words words =
        hn::BitCast(U32(), hn::TableLookupBytes(bytes, pattern_));
    return Lookup<0>(words >> shifts_);
  }

  // The values of nibble kNibble of each word, 0 being its lowest. A word of 4
  // bytes holds elements 0 to 7 in nibbles 1, 0, 3, 2, 5, 4, 7, 6.
  template <int kNibble>
  Floats OfNibble(Words words) const {
    return Lookup<4 * kNibble>(words);
  }

 private:
  // By bits kShift to kShift + 3 of each word: the instructions look at those
  // alone that they need.
  template <int kShift>
  Floats Lookup(Words words) const {
    Words index = words;
    if constexpr (kShift > 0) index = hn::ShiftRight<kShift>(words);
#if HWY_TARGET == HWY_AVX2
    const auto lanes = hn::Indices256<float>{index.raw};
    const auto upper_half =
        hn::BitCast(F32(), hn::ShiftLeft<28 - kShift>(words));
    return hn::IfNegativeThenElse(upper_half,
                                  hn::TableLookupLanes(high_, lanes),
                                  hn::TableLookupLanes(low_, lanes));
#else
    return hn::TableLookupLanes(low_, hn::Indices512<float>{index.raw});
#endif
  }

  Floats low_;
  Floats high_;  // With 16 lanes the same.
  hn::Vec<hn::Repartition<uint8_t, F32>> pattern_;
  Words shifts_;
};

#endif  // KAITO_NF4_DECODES_IN_REGISTERS

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_DECODE_INL_H_

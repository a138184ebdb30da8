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
// Nf4StepDecoder exists wherever there are vectors.
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
    return Lookup(words >> shifts_);
  }

 private:
  // By the low 4 bits of each word, which are all that the instructions see.
  Floats Lookup(Words words) const {
#if HWY_TARGET == HWY_AVX2
    const auto lanes = hn::Indices256<float>{words.raw};
    const auto upper_half = hn::BitCast(F32(), hn::ShiftLeft<28>(words));
    return hn::IfNegativeThenElse(upper_half,
                                  hn::TableLookupLanes(high_, lanes),
                                  hn::TableLookupLanes(low_, lanes));
#else
    return hn::TableLookupLanes(low_, hn::Indices512<float>{words.raw});
#endif
  }

  Floats low_;
  Floats high_;  // With 16 lanes the same.
  hn::Vec<hn::Repartition<uint8_t, F32>> pattern_;
  Words shifts_;
};

#endif  // KAITO_NF4_DECODES_IN_REGISTERS

#if HWY_TARGET != HWY_SCALAR

// Decodes a step of 8 vectors from one vector of packed bytes, in an order that
// costs least; for sums, whose other factor is put into the same order.
class Nf4StepDecoder {
 public:
  using F32 = hn::CappedTag<float, 16>;
  using U8 = hn::Repartition<uint8_t, F32>;
  using Floats = hn::Vec<F32>;
  using Bytes = hn::Vec<U8>;
  static constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(F32()));
  static constexpr int64_t kStep = 8 * kLanes;  // Elements; half as many bytes.

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

  Nf4StepDecoder() : values_(hn::LoadU(F32(), kNf4Values)) {}

  // Which element of the step is in lane `lane` of vector `vector`. Nibble j of
  // a word of 4 bytes, 0 being its lowest, is element j ^ 1 of the word's 8.
  static int64_t ElementOf(int64_t vector, int64_t lane) {
    return 8 * lane + (vector ^ 1);
  }

  // Vectors 4 kHalf to 4 kHalf + 3: each a nibble of all words. The lookup
  // sees the low 4 bits of a word alone.
  template <int kHalf>
  HWY_INLINE void Decode(Bytes packed, Floats* out) const {
    const auto words = hn::BitCast(hn::RebindToUnsigned<F32>(), packed);
    out[0] = Lookup(hn::ShiftRight<16 * kHalf>(words));
    out[1] = Lookup(hn::ShiftRight<16 * kHalf + 4>(words));
    out[2] = Lookup(hn::ShiftRight<16 * kHalf + 8>(words));
    out[3] = Lookup(hn::ShiftRight<16 * kHalf + 12>(words));
  }

 private:
  HWY_INLINE Floats Lookup(hn::Vec<hn::RebindToUnsigned<F32>> words) const {
    return hn::TableLookupLanes(values_, hn::Indices512<float>{words.raw});
  }

  const Floats values_;

#else

  // Byte i of all 16 numbers, for i = 0 to 3.
  Nf4StepDecoder()
      : byte0_(BytesOfValues(0)),
        byte1_(BytesOfValues(1)),
        byte2_(BytesOfValues(2)),
        byte3_(BytesOfValues(3)) {}

  // The first four vectors are of low nibbles, so of second elements; of each
  // 16 bytes, vector q holds the bytes 4 q to 4 q + 3.
  static int64_t ElementOf(int64_t vector, int64_t lane) {
    const int64_t byte = lane / 4 * 16 + vector % 4 * 4 + lane % 4;
    return 2 * byte + (vector < 4 ? 1 : 0);
  }

  // A lookup for each byte of the numbers, which are then put together.
  template <int kHalf>
  HWY_INLINE void Decode(Bytes packed, Floats* out) const {
    const U8 u8;
    const hn::Repartition<uint16_t, F32> u16;
    const Bytes nibbles = hn::And(
        kHalf == 0
            ? packed
            : hn::BitCast(u8, hn::ShiftRight<4>(hn::BitCast(u16, packed))),
        hn::Set(u8, 0x0f));
    const Bytes b0 = hn::TableLookupBytes(byte0_, nibbles);
    const Bytes b1 = hn::TableLookupBytes(byte1_, nibbles);
    const Bytes b2 = hn::TableLookupBytes(byte2_, nibbles);
    const Bytes b3 = hn::TableLookupBytes(byte3_, nibbles);
    const auto low01 = hn::BitCast(u16, hn::InterleaveLower(u8, b0, b1));
    const auto low23 = hn::BitCast(u16, hn::InterleaveLower(u8, b2, b3));
    const auto high01 = hn::BitCast(u16, hn::InterleaveUpper(u8, b0, b1));
    const auto high23 = hn::BitCast(u16, hn::InterleaveUpper(u8, b2, b3));
    out[0] = hn::BitCast(F32(), hn::InterleaveLower(u16, low01, low23));
    out[1] = hn::BitCast(F32(), hn::InterleaveUpper(u16, low01, low23));
    out[2] = hn::BitCast(F32(), hn::InterleaveLower(u16, high01, high23));
    out[3] = hn::BitCast(F32(), hn::InterleaveUpper(u16, high01, high23));
  }

 private:
  static Bytes BytesOfValues(int byte) {
    alignas(16) uint8_t bytes[16];
    for (int code = 0; code < 16; ++code) {
      const uint32_t bits = __builtin_bit_cast(uint32_t, kNf4Values[code]);
      bytes[code] = static_cast<uint8_t>(bits >> (8 * byte));
    }
    return hn::LoadDup128(U8(), bytes);
  }

  const Bytes byte0_;
  const Bytes byte1_;
  const Bytes byte2_;
  const Bytes byte3_;

#endif
};

#endif  // HWY_TARGET != HWY_SCALAR

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_DECODE_INL_H_

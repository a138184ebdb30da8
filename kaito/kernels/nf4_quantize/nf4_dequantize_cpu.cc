#include <algorithm>
#include <cstdint>

#include "kaito/kernels/nf4_quantize/nf4_absmax.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_cpu.h"
#include "kaito/kernels/parallel/workers.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/nf4_quantize/nf4_dequantize_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/nf4_quantize/nf4_decode-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// Where a number goes, and how it is rounded to get there.
struct AsF32 {
  using T = float;
  static T Round(float x) { return x; }
};
struct AsBf16 {
  using T = bf16;
  static T Round(float x) { return ToBf16(x); }
};
struct AsFp16 {
  using T = fp16;
  static T Round(float x) { return ToFp16(x); }
};

#if KAITO_NF4_DECODES_IN_REGISTERS

using F32 = Nf4Decoder::F32;
using Floats = Nf4Decoder::Floats;

void Store(Floats v, float* out) { hn::StoreU(v, F32(), out); }

// As ToBf16(): to nearest, ties to even, NaNs stay NaNs.
void Store(Floats v, bf16* out) {
  const Nf4Decoder::U32 u32;
  const hn::RebindToSigned<F32> i32;
  const hn::Rebind<uint16_t, F32> u16;
  const auto bits = hn::BitCast(u32, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(u32, 1));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(u32, 0x7fff)));
  const auto quiet = hn::Or(bits, hn::Set(u32, 0x00400000));
  const auto is_nan = hn::RebindMask(u32, hn::IsNaN(v));
  const auto upper = hn::ShiftRight<16>(hn::IfThenElse(is_nan, quiet, rounded));
  hn::StoreU(hn::DemoteTo(u16, hn::BitCast(i32, upper)), u16,
             reinterpret_cast<uint16_t*>(out));
}

void Store(Floats v, fp16* out) {
  const hn::Rebind<hwy::float16_t, F32> f16;
  hn::StoreU(hn::DemoteTo(f16, v), f16, reinterpret_cast<hwy::float16_t*>(out));
}

#endif  // KAITO_NF4_DECODES_IN_REGISTERS

// One block's elements; they begin with the high nibble of the first byte.
template <typename As>
void DequantizeBlock(const uint8_t* packed, int64_t count, float absmax,
                     typename As::T* out) {
  int64_t i = 0;
#if KAITO_NF4_DECODES_IN_REGISTERS
  const Nf4Decoder decoder;
  const auto scale = hn::Set(F32(), absmax);
  for (; i + Nf4Decoder::kLanes <= count; i += Nf4Decoder::kLanes) {
    Store(hn::Mul(decoder.InOrder(packed + i / 2), scale), out + i);
  }
#else
  typename As::T table[16];
  for (int code = 0; code < 16; ++code) {
    table[code] = As::Round(kNf4Values[code] * absmax);
  }
  for (; i + 2 <= count; i += 2) {
    out[i] = table[packed[i / 2] >> 4];
    out[i + 1] = table[packed[i / 2] & 15];
  }
#endif
  for (; i < count; ++i) {
    const uint8_t byte = packed[i / 2];
    out[i] = As::Round(kNf4Values[i % 2 == 0 ? byte >> 4 : byte & 15] * absmax);
  }
}

template <typename As>
void DequantizeAs(const Nf4DequantizeParams& params, int64_t first,
                  int64_t last) {
  constexpr int64_t kScales = 256;  // Read at once.
  float scales[kScales];
  typename As::T* const out = static_cast<typename As::T*>(params.out);
  for (int64_t b = first; b < last; b += kScales) {
    const int64_t blocks = std::min(kScales, last - b);
    ReadAbsmax(params.w.absmax, b, blocks, scales);
    for (int64_t j = 0; j < blocks; ++j) {
      const int64_t begin = (b + j) * params.w.block;
      const int64_t count = std::min(params.w.block, params.w.count - begin);
      DequantizeBlock<As>(params.w.packed + begin / 2, count, scales[j],
                          out + begin);
    }
  }
}

void DequantizeBlocks(const Nf4DequantizeParams& params, int64_t first,
                      int64_t last) {
  switch (params.out_type) {
    case FloatType::kF32:
      return DequantizeAs<AsF32>(params, first, last);
    case FloatType::kBf16:
      return DequantizeAs<AsBf16>(params, first, last);
    case FloatType::kFp16:
      return DequantizeAs<AsFp16>(params, first, last);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

// Elements that keep a thread busy for some 10 us.
constexpr int64_t kGrain = 32768;

}  // namespace

HWY_EXPORT(DequantizeBlocks);

void Nf4DequantizeCpu(const Nf4DequantizeParams& params, Workers* workers) {
  ParallelFor(workers, Nf4Blocks(params.w.count, params.w.block),
              kGrain / params.w.block, [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(DequantizeBlocks)(params, begin, end);
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

#include "kaito/kernels/nf4_quantize/nf4_quantize_cpu.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "kaito/kernels/parallel/workers.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/nf4_quantize/nf4_quantize_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using I32 = hn::RebindToSigned<F32>;

constexpr int64_t kLongestBlock = 4096;

// One block on its way: elements as f32, and codes, a byte each.
struct Scratch {
  alignas(64) float x[kLongestBlock];
  alignas(64) uint8_t codes[kLongestBlock];
};

int64_t Lanes() { return static_cast<int64_t>(hn::Lanes(F32())); }

void FromBf16(const bf16* x, int64_t count, float* out) {
  const hn::RebindToUnsigned<F32> u32;
  const hn::Rebind<uint16_t, F32> u16;
  int64_t i = 0;
  for (; i + Lanes() <= count; i += Lanes()) {
    const auto bits = hn::LoadU(u16, reinterpret_cast<const uint16_t*>(x + i));
    hn::StoreU(hn::BitCast(F32(), hn::ShiftLeft<16>(hn::PromoteTo(u32, bits))),
               F32(), out + i);
  }
  for (; i < count; ++i) out[i] = ToFloat(x[i]);
}

void FromFp16(const fp16* x, int64_t count, float* out) {
  int64_t i = 0;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2  // Which have the instruction.
  const hn::Rebind<hwy::float16_t, F32> f16;
  for (; i + Lanes() <= count; i += Lanes()) {
    const auto half =
        hn::LoadU(f16, reinterpret_cast<const hwy::float16_t*>(x + i));
    hn::StoreU(hn::PromoteTo(F32(), half), F32(), out + i);
  }
#endif
  for (; i < count; ++i) out[i] = ToFloat(x[i]);
}

// The block's elements as f32, with zeros up to a whole number of vectors:
// where they are, or in `scratch`.
const float* Elements(const Nf4QuantizeParams& params, int64_t begin,
                      int64_t count, Scratch& scratch) {
  const int64_t whole = (count + Lanes() - 1) / Lanes() * Lanes();
  switch (params.x_type) {
    case FloatType::kF32: {
      const float* const x = static_cast<const float*>(params.x) + begin;
      if (count == whole) return x;
      std::copy_n(x, count, scratch.x);
      break;
    }
    case FloatType::kBf16:
      FromBf16(static_cast<const bf16*>(params.x) + begin, count, scratch.x);
      break;
    case FloatType::kFp16:
      FromFp16(static_cast<const fp16*>(params.x) + begin, count, scratch.x);
      break;
  }
  std::fill(scratch.x + count, scratch.x + whole, 0.0f);
  return scratch.x;
}

// Of a whole number of vectors. As integers, magnitudes are in the order of the
// numbers, with NaN above all.
float Absmax(const float* x, int64_t count) {
  const I32 i32;
  const auto magnitude = hn::Set(i32, 0x7fffffff);
  auto most = hn::Zero(i32);
  for (int64_t i = 0; i < count; i += Lanes()) {
    const auto bits = hn::BitCast(i32, hn::LoadU(F32(), x + i));
    most = hn::Max(most, hn::And(bits, magnitude));
  }
  return std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(i32, most)));
}

// Codes of a whole number of vectors: minus one for each threshold below.
void Codes(const float* x, int64_t count, float reciprocal, uint8_t* codes) {
  const F32 f32;
  const I32 i32;
  const hn::Rebind<uint8_t, F32> u8;
  const auto scale = hn::Set(f32, reciprocal);
  for (int64_t i = 0; i < count; i += Lanes()) {
    const auto v = hn::Mul(hn::LoadU(f32, x + i), scale);
    auto code = hn::Zero(i32);
    HWY_UNROLL(15)
    for (int t = 0; t < 15; ++t) {
      const auto above = hn::Gt(v, hn::Set(f32, kNf4Thresholds[t]));
      code = hn::Sub(code, hn::BitCast(i32, hn::VecFromMask(f32, above)));
    }
    hn::StoreU(hn::DemoteTo(u8, code), u8, codes + i);
  }
}

// Two codes to a byte, the first one high; an absent last one is 0.
void Pack(const uint8_t* codes, int64_t count, uint8_t* packed) {
  const hn::CappedTag<uint16_t, 32> u16;
  const hn::Rebind<uint8_t, decltype(u16)> u8;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(u16));
  const auto low_byte = hn::Set(u16, 0xff);
  int64_t i = 0;  // Of the bytes.
  for (; i + lanes <= count / 2; i += lanes) {
    // Little-endian: the first code of a pair is the lower byte.
    uint16_t pairs[32];
    std::memcpy(pairs, codes + 2 * i, 2 * lanes);
    const auto pair = hn::LoadU(u16, pairs);
    const auto byte = hn::And(
        hn::Or(hn::ShiftLeft<4>(pair), hn::ShiftRight<8>(pair)), low_byte);
    hn::StoreU(hn::DemoteTo(
                   u8, hn::BitCast(hn::RebindToSigned<decltype(u16)>(), byte)),
               u8, packed + i);
  }
  for (; i < count / 2; ++i) {
    packed[i] = static_cast<uint8_t>(codes[2 * i] << 4 | codes[2 * i + 1]);
  }
  if (count % 2 != 0) packed[i] = static_cast<uint8_t>(codes[2 * i] << 4);
}

void QuantizeBlocks(const Nf4QuantizeParams& params, int64_t first,
                    int64_t last) {
  Scratch scratch;
  for (int64_t b = first; b < last; ++b) {
    const int64_t begin = b * params.block;
    const int64_t count = std::min(params.block, params.count - begin);
    const int64_t whole = (count + Lanes() - 1) / Lanes() * Lanes();
    const float* const x = Elements(params, begin, count, scratch);
    const float absmax = Absmax(x, whole);
    params.absmax[b] = absmax;
    // For a block of zeros infinite, which makes them NaN and their codes 0.
    Codes(x, whole, 1.0f / absmax, scratch.codes);
    Pack(scratch.codes, count, params.packed + begin / 2);
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

HWY_EXPORT(QuantizeBlocks);

void Nf4QuantizeCpu(const Nf4QuantizeParams& params, Workers* workers) {
  ParallelFor(workers, Nf4Blocks(params.count, params.block),
              kGrain / params.block, [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(QuantizeBlocks)(params, begin, end);
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

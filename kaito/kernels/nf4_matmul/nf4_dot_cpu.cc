// Few tokens: each output is a dot product along k, of a row of W that is read
// once and decoded in registers, a vector of packed bytes at a step. `in` was
// put into the order of the decoder before.

#include <algorithm>
#include <bit>
#include <cstdint>

#include "kaito/kernels/nf4_matmul/nf4_matmul_cpu.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul_plan.h"
#include "kaito/kernels/nf4_quantize/nf4_absmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/nf4_matmul/nf4_dot_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "kaito/kernels/nf4_matmul/nf4_range-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;

#if HWY_TARGET != HWY_SCALAR

// Tokens whose sums fit into registers.
constexpr int64_t kTokensAtOnce = 4;

using Floats = Nf4StepDecoder::Floats;
using Bytes = Nf4StepDecoder::Bytes;
constexpr int64_t kLanes = Nf4StepDecoder::kLanes;
constexpr int64_t kStep = Nf4StepDecoder::kStep;

// Whether two rows at a time share the loads of `in`, which pays where it is too
// large for the first cache: one row at a time is one stream of memory. AVX2 has
// registers for two of one token alone.
constexpr bool InPairs(int64_t tokens, int64_t k) {
  constexpr int64_t kStaysInCache = 4096;  // 16 KiB of 32.
  return kLanes == 16 ? tokens * k > kStaysInCache
                      : tokens == 1 && k > kStaysInCache;
}

// Scales of two rows, where they are codes.
constexpr int64_t kScales = 2048;

// Whether steps and blocks fit: no block spans rows, none is less than 64.
bool InSteps(const Nf4MatmulParams& params) {
  return params.k % 64 == 0 && params.k % params.w.block == 0 &&
         params.w.block >= 64 && params.k / params.w.block * 2 <= kScales;
}

// One token in the order of the steps, with zeros up to a whole step.
void Rearrange(const Nf4MatmulParams& params, int64_t token, float* out) {
  for (int64_t begin = 0; begin < params.k; begin += kStep) {
    const int64_t count = std::min(kStep, params.k - begin);
    float step[kStep] = {};
    ReadRow(params.in, params.in_type, token * params.k + begin, count, 1,
            step);
    for (int64_t v = 0; v < 8; ++v) {
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        *out++ = step[Nf4StepDecoder::ElementOf(v, lane)];
      }
    }
  }
}

// sums[r][t] (+)= half a step of row r times that of token t.
template <int kHalf, int kRows, int kTokens>
HWY_INLINE void AddHalf(const Nf4StepDecoder& decoder, const Bytes* packed,
                        const float* x, int64_t x_stride,
                        Floats (*sums)[kTokens]) {
  Floats w[kRows][4];
  HWY_UNROLL(2)
  for (int r = 0; r < kRows; ++r) decoder.Decode<kHalf>(packed[r], w[r]);
  HWY_UNROLL(4)
  for (int v = 0; v < 4; ++v) {
    HWY_UNROLL(4)
    for (int t = 0; t < kTokens; ++t) {
      const Floats xt =
          hn::Load(F32(), x + t * x_stride + (4 * kHalf + v) * kLanes);
      HWY_UNROLL(2)
      for (int r = 0; r < kRows; ++r) {
        sums[r][t] = kHalf == 0 && v == 0 ? hn::Mul(w[r][v], xt)
                                          : hn::MulAdd(w[r][v], xt, sums[r][t]);
      }
    }
  }
}

// The scales of a step's lanes, which start at element `at` of the row; those
// past the row's end are 0. A division would take longer than the step.
HWY_INLINE Floats ScalesOf(const float* scales, int64_t at, int64_t k,
                           int block_bits) {
  const Floats lower = hn::Set(F32(), scales[at >> block_bits]);
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3  // 128 elements, in order of lanes.
  if (at + 64 >= k) return hn::ZeroExtendVector(F32(), hn::LowerHalf(lower));
  return hn::ConcatUpperLower(
      F32(), hn::Set(F32(), scales[(at + 64) >> block_bits]), lower);
#else
  return lower;  // 64 elements at most.
#endif
}

HWY_INLINE Bytes PackedOf(const uint8_t* packed, bool whole) {
  const Nf4StepDecoder::U8 u8;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if (!whole) {
    return hn::ZeroExtendVector(u8,
                                hn::LoadU(hn::Half<decltype(u8)>(), packed));
  }
#endif
  return hn::LoadU(u8, packed);
}

// Rows [row, row + kRows) times tokens [token, token + kTokens). `scales` are
// those of the rows, one row after another.
template <int kRows, int kTokens>
void DotSteps(const Nf4MatmulParams& params, const Nf4StepDecoder& decoder,
              const float* x, const float* scales, int64_t row, int64_t token) {
  const int64_t k = params.k;
  const int64_t x_stride = RoundUp(k, kStep);
  const int64_t row_bytes = k / 2;
  const int block_bits =
      std::countr_zero(static_cast<uint64_t>(params.w.block));
  const int64_t row_scales = k >> block_bits;
  const uint8_t* const packed = params.w.packed + row * row_bytes;
  // The same place two rows on: the processor's own prefetch is late with each
  // new row.
  const int64_t ahead = 2 * row_bytes;
  x += token * x_stride;
  Floats totals[kRows][kTokens];
  for (int r = 0; r < kRows; ++r) {
    for (int t = 0; t < kTokens; ++t) totals[r][t] = hn::Zero(F32());
  }
  for (int64_t at = 0; at < k; at += kStep) {
    Bytes bytes[kRows];
    HWY_UNROLL(2)
    for (int r = 0; r < kRows; ++r) {
      const uint8_t* const here = packed + r * row_bytes + at / 2;
      // As an integer, since nothing may be there.
      hwy::Prefetch(reinterpret_cast<const void*>(
          reinterpret_cast<uintptr_t>(here) + ahead));
      bytes[r] = PackedOf(here, at + kStep <= k);
    }
    Floats sums[kRows][kTokens];
    AddHalf<0, kRows, kTokens>(decoder, bytes, x + at, x_stride, sums);
    AddHalf<1, kRows, kTokens>(decoder, bytes, x + at, x_stride, sums);
    HWY_UNROLL(2)
    for (int r = 0; r < kRows; ++r) {
      const Floats scale = ScalesOf(scales + r * row_scales, at, k, block_bits);
      HWY_UNROLL(4)
      for (int t = 0; t < kTokens; ++t) {
        totals[r][t] = hn::MulAdd(sums[r][t], scale, totals[r][t]);
      }
    }
  }
  for (int t = 0; t < kTokens; ++t) {
    float sums[kRows];
    for (int r = 0; r < kRows; ++r) {
      sums[r] = hn::GetLane(hn::SumOfLanes(F32(), totals[r][t]));
    }
    WriteRow(sums, 1, kRows, params.accumulate, params.out_type,
             (token + t) * params.n + row, params.out);
  }
}

// One row or two, and tokens [token, token + kTokens).
template <int kTokens>
void DotRows(const Nf4MatmulParams& params, const Nf4StepDecoder& decoder,
             const float* x, const float* scales, int64_t row, int64_t rows,
             int64_t token) {
  if (rows == 2 && InPairs(kTokens, params.k)) {
    DotSteps<2, kTokens>(params, decoder, x, scales, row, token);
    return;
  }
  for (int64_t r = 0; r < rows; ++r) {
    DotSteps<1, kTokens>(params, decoder, x,
                         scales + r * (params.k / params.w.block), row + r,
                         token);
  }
}

void DotInSteps(const Nf4MatmulParams& params, const float* x, int64_t begin,
                int64_t end) {
  const Nf4StepDecoder decoder;
  const int64_t row_scales = params.k / params.w.block;
  float buffer[kScales];
  for (int64_t row = begin; row < end; row += 2) {
    const int64_t rows = std::min<int64_t>(2, end - row);
    const float* scales = buffer;
    if (params.w.absmax.values != nullptr) {
      scales = params.w.absmax.values + row * row_scales;
    } else {
      ReadAbsmax(params.w.absmax, row * row_scales, rows * row_scales, buffer);
    }
    for (int64_t token = 0; token < params.m; token += kTokensAtOnce) {
      switch (std::min(kTokensAtOnce, params.m - token)) {
        case 1:
          DotRows<1>(params, decoder, x, scales, row, rows, token);
          break;
        case 2:
          DotRows<2>(params, decoder, x, scales, row, rows, token);
          break;
        case 3:
          DotRows<3>(params, decoder, x, scales, row, rows, token);
          break;
        default:
          DotRows<4>(params, decoder, x, scales, row, rows, token);
          break;
      }
    }
  }
}

#endif  // HWY_TARGET != HWY_SCALAR

// Any k and block: parts of a row are decoded into memory first.
void DotByParts(const Nf4MatmulParams& params, const float* x, int64_t begin,
                int64_t end) {
  constexpr int64_t kPart = 512;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(F32()));
  const int64_t x_stride = RoundUp(params.k, 128);
  const Nf4Range range(params.w);
  alignas(64) float part[kPart];
  for (int64_t row = begin; row < end; ++row) {
    hn::Vec<F32> totals[kNf4DotTokens];
    for (int64_t t = 0; t < params.m; ++t) totals[t] = hn::Zero(F32());
    for (int64_t at = 0; at < params.k; at += kPart) {
      const int64_t count = std::min(kPart, params.k - at);
      const int64_t whole = RoundUp(count, lanes);
      range.Decode(row * params.k + at, count, part);
      std::fill(part + count, part + whole, 0.0f);
      for (int64_t t = 0; t < params.m; ++t) {
        const float* const xt = x + t * x_stride + at;
        for (int64_t i = 0; i < whole; i += lanes) {
          totals[t] = hn::MulAdd(hn::Load(F32(), part + i),
                                 hn::Load(F32(), xt + i), totals[t]);
        }
      }
    }
    for (int64_t t = 0; t < params.m; ++t) {
      const float sum = hn::GetLane(hn::SumOfLanes(F32(), totals[t]));
      WriteRow(&sum, 1, 1, params.accumulate, params.out_type,
               t * params.n + row, params.out);
    }
  }
}

// `in` as the rows' code wants it: [m, k rounded up to steps or lanes].
void ReadTokens(const Nf4MatmulParams& params, float* x) {
#if HWY_TARGET != HWY_SCALAR
  if (InSteps(params)) {
    for (int64_t t = 0; t < params.m; ++t) {
      Rearrange(params, t, x + t * RoundUp(params.k, kStep));
    }
    return;
  }
#endif
  const int64_t stride = RoundUp(params.k, 128);
  for (int64_t t = 0; t < params.m; ++t) {
    float* const row = x + t * stride;
    ReadRow(params.in, params.in_type, t * params.k, params.k, 1, row);
    std::fill(row + params.k, row + stride, 0.0f);
  }
}

void Dot(const Nf4MatmulParams& params, const float* x, int64_t begin,
         int64_t end) {
#if HWY_TARGET != HWY_SCALAR
  if (InSteps(params)) return DotInSteps(params, x, begin, end);
#endif
  DotByParts(params, x, begin, end);
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {

HWY_EXPORT(ReadTokens);
HWY_EXPORT(Dot);

void Nf4DotCpu(const Nf4MatmulParams& params, float* workspace,
               Workers* workers) {
  // 64 KiB of W, some 5 us; rows in even numbers, for those done in pairs.
  constexpr int64_t kGrainElements = 131072;
  const int64_t grain = RoundUp(kGrainElements / params.k + 1, 4);
  for (int64_t first = 0; first < params.m; first += kNf4DotTokens) {
    Nf4MatmulParams turn = params;
    turn.in = static_cast<const uint8_t*>(params.in) +
              first * params.k * BytesOf(params.in_type);
    turn.out = static_cast<uint8_t*>(params.out) +
               first * params.n * BytesOf(params.out_type);
    turn.m = std::min(kNf4DotTokens, params.m - first);
    HWY_DYNAMIC_DISPATCH(ReadTokens)(turn, workspace);
    ParallelFor(workers, params.n, grain, [&](int64_t begin, int64_t end) {
      HWY_DYNAMIC_DISPATCH(Dot)(turn, workspace, begin, end);
    });
  }
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

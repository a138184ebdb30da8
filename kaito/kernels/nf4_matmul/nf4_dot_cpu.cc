// Few tokens: each output is a dot product along k, of a row of W that is read
// once and decoded in registers, a nibble of 16 (or 8) words at a time.
//
// Lane i of a step holds elements 8 i to 8 i + 7 of its part of the row, and
// nibble j of each lane's word comes with the vector j of the step's part of x,
// which was put into this order before.

#include <algorithm>
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

#if KAITO_NF4_DECODES_IN_REGISTERS

// Tokens whose sums fit into registers.
constexpr int64_t kTokensAtOnce = 4;

using Floats = Nf4Decoder::Floats;
using Words = Nf4Decoder::Words;
constexpr int64_t kStep = 8 * Nf4Decoder::kLanes;  // Elements.
constexpr int64_t kStepBytes = kStep / 2;

// Rows that share loads of x. Sums of 4 tokens, their scales and 16 numbers
// fill AVX-512's 32 registers at 2 rows, AVX2's 16 at 1 row.
constexpr int kRowsAtOnce = HWY_TARGET == HWY_AVX2 ? 1 : 2;

// Scales of so many rows, where they are codes.
constexpr int64_t kScales = 2048;

// Whether steps and blocks fit: no block spans rows, none is less than 64.
bool InSteps(const Nf4MatmulParams& params) {
  return params.k % 64 == 0 && params.k % params.w.block == 0 &&
         params.w.block >= 64 &&
         params.k / params.w.block * kRowsAtOnce <= kScales;
}

// x in the order of the steps: element j ^ 1 of each lane's eight in vector j,
// as a byte's first element is its high nibble. Zeros up to a whole step.
void Rearrange(const Nf4MatmulParams& params, int64_t token, float* out) {
  const int64_t whole = RoundUp(params.k, kStep);
  if (params.k < whole) std::fill(out + whole - kStep, out + whole, 0.0f);
  for (int64_t begin = 0; begin < params.k; begin += 8) {
    float eight[8];
    ReadRow(params.in, params.in_type, token * params.k + begin, 8, 1, eight);
    float* const step = out + begin / kStep * kStep;
    const int64_t lane = begin % kStep / 8;
    for (int64_t j = 0; j < 8; ++j) {
      step[j * Nf4Decoder::kLanes + lane] = eight[j ^ 1];
    }
  }
}

// Sums of one step before their scales.
template <int kNibble, int kRows, int kTokens>
HWY_INLINE void AddNibble(const Nf4Decoder& decoder, const Words* words,
                          const float* x, int64_t x_stride,
                          Floats (*sums)[kTokens]) {
  Floats w[kRows];
  HWY_UNROLL(4)
  for (int r = 0; r < kRows; ++r) w[r] = decoder.OfNibble<kNibble>(words[r]);
  HWY_UNROLL(4)
  for (int t = 0; t < kTokens; ++t) {
    const Floats v =
        hn::Load(F32(), x + t * x_stride + kNibble * Nf4Decoder::kLanes);
    HWY_UNROLL(4)
    for (int r = 0; r < kRows; ++r) {
      sums[r][t] =
          kNibble == 0 ? hn::Mul(w[r], v) : hn::MulAdd(w[r], v, sums[r][t]);
    }
  }
}

template <int kRows, int kTokens>
HWY_INLINE void AddStep(const Nf4Decoder& decoder, const Words* words,
                        const Floats* scales, const float* x, int64_t x_stride,
                        Floats (*totals)[kTokens]) {
  Floats sums[kRows][kTokens];
  AddNibble<0, kRows, kTokens>(decoder, words, x, x_stride, sums);
  AddNibble<1, kRows, kTokens>(decoder, words, x, x_stride, sums);
  AddNibble<2, kRows, kTokens>(decoder, words, x, x_stride, sums);
  AddNibble<3, kRows, kTokens>(decoder, words, x, x_stride, sums);
  AddNibble<4, kRows, kTokens>(decoder, words, x, x_stride, sums);
  AddNibble<5, kRows, kTokens>(decoder, words, x, x_stride, sums);
  AddNibble<6, kRows, kTokens>(decoder, words, x, x_stride, sums);
  AddNibble<7, kRows, kTokens>(decoder, words, x, x_stride, sums);
  HWY_UNROLL(4)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(4)
    for (int t = 0; t < kTokens; ++t) {
      totals[r][t] = hn::MulAdd(sums[r][t], scales[r], totals[r][t]);
    }
  }
}

// The scales of a step's lanes, which start at element `at` of the row; those
// past the row's end are 0.
HWY_INLINE Floats ScalesOf(const float* scales, int64_t at, int64_t k,
                           int64_t block) {
#if HWY_TARGET == HWY_AVX2
  return hn::Set(F32(), scales[at / block]);  // A step is 64 elements.
#else
  const Floats lower = hn::Set(F32(), scales[at / block]);
  if (at + 64 >= k) return hn::ZeroExtendVector(F32(), hn::LowerHalf(lower));
  return hn::ConcatUpperLower(F32(), hn::Set(F32(), scales[(at + 64) / block]),
                              lower);
#endif
}

HWY_INLINE Words WordsOf(const uint8_t* packed, bool whole) {
  const hn::Repartition<uint8_t, F32> u8;
#if HWY_TARGET != HWY_AVX2
  if (!whole) {
    return hn::BitCast(
        Nf4Decoder::U32(),
        hn::ZeroExtendVector(u8, hn::LoadU(hn::Half<decltype(u8)>(), packed)));
  }
#endif
  return hn::BitCast(Nf4Decoder::U32(), hn::LoadU(u8, packed));
}

// Rows [row, row + kRows) times tokens [token, token + kTokens). `scales` are
// those of the rows, one row after another.
template <int kRows, int kTokens>
void DotSteps(const Nf4MatmulParams& params, const Nf4Decoder& decoder,
              const float* x, const float* scales, int64_t row, int64_t token) {
  const int64_t k = params.k;
  const int64_t x_stride = RoundUp(k, kStep);
  const int64_t row_bytes = k / 2;
  const int64_t row_scales = k / params.w.block;
  const uint8_t* const packed = params.w.packed + row * row_bytes;
  x += token * x_stride;
  Floats totals[kRows][kTokens];
  for (int r = 0; r < kRows; ++r) {
    for (int t = 0; t < kTokens; ++t) totals[r][t] = hn::Zero(F32());
  }
  for (int64_t at = 0; at < k; at += kStep) {
    Words words[kRows];
    Floats step_scales[kRows];
    HWY_UNROLL(4)
    for (int r = 0; r < kRows; ++r) {
      const uint8_t* const here = packed + r * row_bytes + at / 2;
      // The same place of the next rows, as an integer since there may be none:
      // the processor's own prefetch starts anew with each row.
      hwy::Prefetch(reinterpret_cast<const void*>(
          reinterpret_cast<uintptr_t>(here) + kRows * row_bytes));
      words[r] = WordsOf(here, at + kStep <= k);
      step_scales[r] = ScalesOf(scales + r * row_scales, at, k, params.w.block);
    }
    AddStep<kRows, kTokens>(decoder, words, step_scales, x + at, x_stride,
                            totals);
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

template <int kRows>
void DotRows(const Nf4MatmulParams& params, const Nf4Decoder& decoder,
             const float* x, const float* scales, int64_t row) {
  for (int64_t token = 0; token < params.m;) {
    switch (std::min(kTokensAtOnce, params.m - token)) {
      case 1:
        DotSteps<kRows, 1>(params, decoder, x, scales, row, token);
        break;
      case 2:
        DotSteps<kRows, 2>(params, decoder, x, scales, row, token);
        break;
      case 3:
        DotSteps<kRows, 3>(params, decoder, x, scales, row, token);
        break;
      default:
        DotSteps<kRows, 4>(params, decoder, x, scales, row, token);
        break;
    }
    token += kTokensAtOnce;
  }
}

void DotInSteps(const Nf4MatmulParams& params, const float* x, int64_t begin,
                int64_t end) {
  const Nf4Decoder decoder;
  const int64_t row_scales = params.k / params.w.block;
  float buffer[kScales];
  int64_t row = begin;
  while (row < end) {
    const bool together = row + kRowsAtOnce <= end;
    const int64_t rows = together ? kRowsAtOnce : 1;
    const float* scales = buffer;
    if (params.w.absmax.values != nullptr) {
      scales = params.w.absmax.values + row * row_scales;
    } else {
      ReadAbsmax(params.w.absmax, row * row_scales, rows * row_scales, buffer);
    }
    if (together) {
      DotRows<kRowsAtOnce>(params, decoder, x, scales, row);
    } else {
      DotRows<1>(params, decoder, x, scales, row);
    }
    row += rows;
  }
}

#endif  // KAITO_NF4_DECODES_IN_REGISTERS

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
#if KAITO_NF4_DECODES_IN_REGISTERS
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
#if KAITO_NF4_DECODES_IN_REGISTERS
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
  HWY_DYNAMIC_DISPATCH(ReadTokens)(params, workspace);
  // 64 KiB of W, some 5 us; rows in even numbers, for those done in pairs.
  constexpr int64_t kGrainElements = 131072;
  const int64_t grain = RoundUp(kGrainElements / params.k + 1, 4);
  ParallelFor(workers, params.n, grain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(Dot)(params, workspace, begin, end);
  });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

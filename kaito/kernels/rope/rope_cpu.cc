#include "kaito/kernels/rope/rope_cpu.h"

#include <algorithm>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/rope/rope_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// One vector of pairs. `backward` turns the sign of the sine.
template <class D>
HWY_INLINE void RotateVector(D d, const float* cos, const float* sin,
                             bool backward, float* first, float* second) {
  const auto c = hn::LoadU(d, cos);
  const auto loaded = hn::LoadU(d, sin);
  const auto s = backward ? hn::Neg(loaded) : loaded;
  const auto a = hn::LoadU(d, first);
  const auto b = hn::LoadU(d, second);
  hn::StoreU(hn::NegMulAdd(b, s, hn::Mul(a, c)), d, first);
  hn::StoreU(hn::MulAdd(a, s, hn::Mul(b, c)), d, second);
}

// The row of the table stays in L1 (256 pairs are 2 KiB) for all heads.
HWY_INLINE void RotateToken(const RopeParams& params, const RopeHeads& heads,
                            int64_t token) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t half = params.rotary_dim / 2;
  const bool backward = params.direction == RopeDirection::kBackward;
  const float* const cos = params.cos + params.positions[token] * half;
  const float* const sin = params.sin + params.positions[token] * half;
  for (int64_t h = 0; h < heads.heads; ++h) {
    float* const x =
        heads.data + token * heads.token_stride + h * params.head_dim;
    int64_t i = 0;
    for (; i + lanes <= half; i += lanes) {
      RotateVector(d, cos + i, sin + i, backward, x + i, x + half + i);
    }
    for (; i < half; ++i) {
      RotateVector(one, cos + i, sin + i, backward, x + i, x + half + i);
    }
  }
}

void RotateTokens(const RopeParams& params, int64_t begin, int64_t end) {
  for (int64_t token = begin; token < end; ++token) {
    RotateToken(params, params.q, token);
    RotateToken(params, params.k, token);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

// Elements that one core rotates in some 10 us.
constexpr int64_t kGrainElements = 32768;

}  // namespace

HWY_EXPORT(RotateTokens);

void RopeCpu(const RopeParams& params, Workers* workers) {
  const int64_t elements = std::max<int64_t>(
      1, (params.q.heads + params.k.heads) * params.rotary_dim);
  const int64_t grain = std::max<int64_t>(1, kGrainElements / elements);
  ParallelFor(workers, params.tokens, grain, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(RotateTokens)(params, begin, end);
  });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

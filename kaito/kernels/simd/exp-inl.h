// exp and the logistic function over vectors of float; included once for each
// target by <op>_cpu.cc, after hwy/foreach_target.h.
//
//   const auto p = Exp(d, hn::Sub(logits, max));
//
// Exp: at most 2 units in the last place (exp_test.cc looks at all exponents);
// a NaN stays NaN, +inf and x > 88.73 give inf, -inf and x < -104 give 0.
// Results below 2^-126 are rounded twice. Sigmoid: relative error below 3e-7
// where the result is a normal number.

#if defined(KAITO_KERNELS_SIMD_EXP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_SIMD_EXP_INL_H_
#undef KAITO_KERNELS_SIMD_EXP_INL_H_
#else
#define KAITO_KERNELS_SIMD_EXP_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {

// 2^k for -126 <= k <= 127, from the exponent's bits.
template <class D, class VI>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<D> PowerOf2(D d, VI k) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToSigned<D> di;
  return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(k, hn::Set(di, 127))));
}

// x = n ln 2 + r with |r| <= ln 2 / 2, and exp(x) = 2^n exp(r). The series of
// exp(r) ends with r^7 / 7!: what is left out is below 6e-9.
template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  // Where the result has long been 0 or infinite: n then fits two powers.
  const V bounded = hn::Min(hn::Max(x, hn::Set(d, -104.0f)), hn::Set(d, 89.0f));
  const auto n = hn::NearestInt(hn::Mul(bounded, hn::Set(d, 1.44269504f)));
  const V whole = hn::ConvertTo(d, n);
  // ln 2 in two parts; the first has few bits, so its product is exact.
  V r = hn::NegMulAdd(whole, hn::Set(d, 0.693359375f), bounded);
  r = hn::MulAdd(whole, hn::Set(d, 2.12194440e-4f), r);

  V series = hn::Set(d, 1.0f / 5040);
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f / 720));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f / 120));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f / 24));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0f / 6));
  series = hn::MulAdd(series, r, hn::Set(d, 0.5f));
  series = hn::MulAdd(hn::Mul(r, r), series, r);
  series = hn::Add(series, hn::Set(d, 1.0f));

  // In two steps: 2^n itself may be no normal number.
  const auto half = hn::ShiftRight<1>(n);
  const V scaled = hn::Mul(hn::Mul(series, PowerOf2(d, half)),
                           PowerOf2(d, hn::Sub(n, half)));
  return hn::IfThenElse(hn::IsNaN(x), x, scaled);
}

template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V Sigmoid(D d, V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const V one = hn::Set(d, 1.0f);
  return hn::Div(one, hn::Add(one, Exp(d, hn::Neg(x))));
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // Once for each target.

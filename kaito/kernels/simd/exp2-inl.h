// Exp2(): 2^x of a vector of floats, for softmax in op_cpu.cc files. Included
// once for each target, after hwy/foreach_target.h.
//
//   const auto p = Exp2(d, hn::Sub(score, row_maximum));  // Scores in bits.
//
// Softmax in base 2 saves a product for each score: its caller multiplies the
// softmax scale by log2(e) once.

// Per target, as Highway's own headers have it: clang-format keeps the order.
#if defined(KAITO_KERNELS_SIMD_EXP2_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_SIMD_EXP2_INL_H_
#undef KAITO_KERNELS_SIMD_EXP2_INL_H_
#else
#define KAITO_KERNELS_SIMD_EXP2_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {

// Relative error at most 2^-22 (two units in the last place) where the result
// is a normal float: exp2_test.cc. 0 for x below -126, minus infinity included;
// NaN for NaN. x must be at most 127.
//
// x = n + f with f in [-1/2, 1/2]. 2^f is the polynomial of degree 6 with the
// least relative error (2^-29; found with Remez' algorithm, its first
// coefficient then set to 1), and n goes into the exponent.
template <class D>
HWY_INLINE ::hwy::HWY_NAMESPACE::Vec<D> Exp2(
    D d, ::hwy::HWY_NAMESPACE::Vec<D> x) {
  namespace hn = ::hwy::HWY_NAMESPACE;
  const hn::RebindToSigned<D> di;
  const auto n = hn::Round(x);
  const auto f = hn::Sub(x, n);
  auto power = hn::Set(d, 0.00015345812f);
  power = hn::MulAdd(power, f, hn::Set(d, 0.0013399931f));
  power = hn::MulAdd(power, f, hn::Set(d, 0.009618489f));
  power = hn::MulAdd(power, f, hn::Set(d, 0.055503288f));
  power = hn::MulAdd(power, f, hn::Set(d, 0.24022647f));
  power = hn::MulAdd(power, f, hn::Set(d, 0.6931472f));
  power = hn::MulAdd(power, f, hn::Set(d, 1.0f));
  const auto exponent = hn::ShiftLeft<23>(
      hn::Add(hn::ConvertTo(di, n), hn::Set(di, int32_t{127})));
  // A product, and not a sum of exponents, so that a NaN stays one.
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -126.0f)),
                            hn::Mul(power, hn::BitCast(d, exponent)));
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // KAITO_KERNELS_SIMD_EXP2_INL_H_

#include "kaito/kernels/swiglu/swiglu_cpu.h"

#include <algorithm>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/swiglu/swiglu_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/simd/exp-inl.h"
#include "kaito/kernels/simd/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

// Both activations are g * sigmoid(z(g)): (1 + tanh(a)) / 2 = sigmoid(2 a).
template <GateActivation kActivation>
struct Gate {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE V Argument(D d, V g) {
    if constexpr (kActivation == GateActivation::kSilu) return g;
    // 2 sqrt(2 / pi), and that times 0.044715. Beyond 100 the sigmoid is 0 or
    // 1; bounded, the cube stays finite.
    const V b = hn::Min(hn::Max(hn::Set(d, -100.0f), g), hn::Set(d, 100.0f));
    const V cubic = hn::MulAdd(hn::Mul(b, b), hn::Set(d, 0.07135481283f),
                               hn::Set(d, 1.5957691216f));
    return hn::Mul(b, cubic);
  }

  // z'(g).
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE V Slope(D d, V g) {
    if constexpr (kActivation == GateActivation::kSilu) {
      return hn::Set(d, 1.0f);
    }
    const V b = hn::Min(hn::Max(hn::Set(d, -100.0f), g), hn::Set(d, 100.0f));
    return hn::MulAdd(hn::Mul(b, b), hn::Set(d, 0.21406443849f),
                      hn::Set(d, 1.5957691216f));
  }
};

template <GateActivation kActivation>
void ForwardRows(const SwigluParams& params, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const float* const gate = params.gate + row * params.stride;
    const float* const up = params.up + row * params.stride;
    float* const y = params.y + row * params.columns;
    ForEachVector(params.columns, [&](auto d, int64_t i) HWY_ATTR {
      const auto g = hn::LoadU(d, gate + i);
      const auto s = Sigmoid(d, Gate<kActivation>::Argument(d, g));
      hn::StoreU(hn::Mul(hn::Mul(g, s), hn::LoadU(d, up + i)), d, y + i);
    });
  }
}

// act'(g) = s + g s (1 - s) z'(g).
template <GateActivation kActivation>
void BackwardRows(const SwigluBackwardParams& params, int64_t begin,
                  int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const int64_t at = row * params.stride;
    const float* const dy = params.dy + row * params.columns;
    ForEachVector(params.columns, [&](auto d, int64_t i) HWY_ATTR {
      const auto g = hn::LoadU(d, params.gate + at + i);
      const auto u = hn::LoadU(d, params.up + at + i);
      const auto dout = hn::LoadU(d, dy + i);
      const auto s = Sigmoid(d, Gate<kActivation>::Argument(d, g));
      const auto active = hn::Mul(g, s);
      const auto falling =
          hn::Mul(hn::Sub(hn::Set(d, 1.0f), s), Gate<kActivation>::Slope(d, g));
      const auto slope = hn::MulAdd(active, falling, s);
      hn::StoreU(hn::Mul(hn::Mul(dout, u), slope), d, params.dgate + at + i);
      hn::StoreU(hn::Mul(dout, active), d, params.dup + at + i);
    });
  }
}

void Forward(const SwigluParams& params, int64_t begin, int64_t end) {
  if (params.activation == GateActivation::kSilu) {
    ForwardRows<GateActivation::kSilu>(params, begin, end);
  } else {
    ForwardRows<GateActivation::kGeluTanh>(params, begin, end);
  }
}

void Backward(const SwigluBackwardParams& params, int64_t begin, int64_t end) {
  if (params.activation == GateActivation::kSilu) {
    BackwardRows<GateActivation::kSilu>(params, begin, end);
  } else {
    BackwardRows<GateActivation::kGeluTanh>(params, begin, end);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(Forward);
HWY_EXPORT(Backward);

// Some 10 us of work at about 1 ns an element.
constexpr int64_t kGrainElements = 8192;

int64_t GrainRows(int64_t columns) {
  return std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, columns));
}

}  // namespace

void SwigluCpu(const SwigluParams& params, Workers* workers) {
  ParallelFor(workers, params.rows, GrainRows(params.columns),
              [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(Forward)(params, begin, end);
              });
}

void SwigluBackwardCpu(const SwigluBackwardParams& params, Workers* workers) {
  ParallelFor(workers, params.rows, GrainRows(params.columns),
              [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(Backward)(params, begin, end);
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

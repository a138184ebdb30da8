#include "kaito/kernels/rms_norm/rms_norm_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/rms_norm/rms_norm_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/simd/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

// s = x + residual, stored, and the sum of its squares.
float AddResidual(const float* x, const float* residual, int64_t columns,
                  float* sum) {
  return SumOverVectors(columns, [&](auto d, int64_t i, auto squares) HWY_ATTR {
    const auto s = hn::Add(hn::LoadU(d, x + i), hn::LoadU(d, residual + i));
    hn::StoreU(s, d, sum + i);
    return hn::MulAdd(s, s, squares);
  });
}

float SumOfSquares(const float* x, int64_t columns) {
  return SumOverVectors(columns, [&](auto d, int64_t i, auto squares) HWY_ATTR {
    const auto s = hn::LoadU(d, x + i);
    return hn::MulAdd(s, s, squares);
  });
}

void ForwardRows(const RmsNormParams& params, int64_t begin, int64_t end) {
  const int64_t columns = params.columns;
  const float shift = params.one_plus_weight ? 1.0f : 0.0f;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t at = row * columns;
    const float* s = params.x + at;
    float squares = 0;
    if (params.residual != nullptr) {
      squares = AddResidual(s, params.residual + at, columns, params.sum + at);
      s = params.sum + at;
    } else {
      squares = SumOfSquares(s, columns);
    }
    const auto inverse = static_cast<float>(
        1 / std::sqrt(squares / static_cast<double>(columns) + params.epsilon));
    if (params.inverse_rms != nullptr) params.inverse_rms[row] = inverse;
    float* const y = params.y + at;
    ForEachVector(columns, [&](auto d, int64_t i) HWY_ATTR {
      const auto w =
          hn::Add(hn::LoadU(d, params.weight + i), hn::Set(d, shift));
      const auto scaled = hn::Mul(hn::LoadU(d, s + i), hn::Set(d, inverse));
      hn::StoreU(hn::Mul(scaled, w), d, y + i);
    });
  }
}

// dx = inverse * (w dy - s * inverse^2 * mean(w dy s)) + dsum.
void BackwardRows(const RmsNormBackwardParams& params, int64_t begin,
                  int64_t end) {
  const int64_t columns = params.columns;
  const float shift = params.one_plus_weight ? 1.0f : 0.0f;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t at = row * columns;
    const float* const x = params.x + at;
    const float* const dy = params.dy + at;
    const float* const dsum =
        params.dsum == nullptr ? nullptr : params.dsum + at;
    float* const dx = params.dx + at;
    const float inverse = params.inverse_rms[row];

    const float dot =
        SumOverVectors(columns, [&](auto d, int64_t i, auto sum) HWY_ATTR {
          const auto w =
              hn::Add(hn::LoadU(d, params.weight + i), hn::Set(d, shift));
          const auto g = hn::Mul(hn::LoadU(d, dy + i), w);
          return hn::MulAdd(g, hn::LoadU(d, x + i), sum);
        });
    const float back =
        inverse * inverse * inverse * dot / static_cast<float>(columns);
    ForEachVector(columns, [&](auto d, int64_t i) HWY_ATTR {
      const auto w =
          hn::Add(hn::LoadU(d, params.weight + i), hn::Set(d, shift));
      const auto g = hn::Mul(hn::LoadU(d, dy + i), w);
      auto v = hn::NegMulAdd(hn::LoadU(d, x + i), hn::Set(d, back),
                             hn::Mul(g, hn::Set(d, inverse)));
      if (dsum != nullptr) v = hn::Add(v, hn::LoadU(d, dsum + i));
      hn::StoreU(v, d, dx + i);
    });
  }
}

// dweight[i] += sum over rows of dy s inverse, for the columns of one range:
// one order of additions, however many ranges there are.
void WeightColumns(const RmsNormBackwardParams& params, int64_t begin,
                   int64_t end) {
  ForEachVector(end - begin, [&](auto d, int64_t offset) HWY_ATTR {
    const int64_t i = begin + offset;
    auto sum = hn::Zero(d);
    for (int64_t row = 0; row < params.rows; ++row) {
      const int64_t at = row * params.columns + i;
      const auto g = hn::Mul(hn::LoadU(d, params.dy + at),
                             hn::Set(d, params.inverse_rms[row]));
      sum = hn::MulAdd(g, hn::LoadU(d, params.x + at), sum);
    }
    sum = hn::Add(sum, hn::LoadU(d, params.dweight + i));
    hn::StoreU(sum, d, params.dweight + i);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(ForwardRows);
HWY_EXPORT(BackwardRows);
HWY_EXPORT(WeightColumns);

// Some 10 us of work at a few elements a nanosecond.
constexpr int64_t kGrainElements = 32768;

// A multiple of the widest vector's 16 floats, so that a column is in a vector
// or in the tail whatever the range.
constexpr int64_t kGrainColumns = 64;

int64_t GrainRows(int64_t columns) {
  return std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, columns));
}

}  // namespace

void RmsNormCpu(const RmsNormParams& params, Workers* workers) {
  ParallelFor(workers, params.rows, GrainRows(params.columns),
              [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(ForwardRows)(params, begin, end);
              });
}

void RmsNormBackwardCpu(const RmsNormBackwardParams& params, Workers* workers) {
  // First: dx may overwrite dy.
  if (params.dweight != nullptr) {
    ParallelFor(workers, params.columns, kGrainColumns,
                [&](int64_t begin, int64_t end) {
                  HWY_DYNAMIC_DISPATCH(WeightColumns)(params, begin, end);
                });
  }
  ParallelFor(workers, params.rows, GrainRows(params.columns),
              [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(BackwardRows)(params, begin, end);
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

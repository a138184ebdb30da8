#include "kaito/kernels/grad_norm/grad_norm_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/grad_norm/grad_norm_cpu.cc"
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

// In double: a float's square can't overflow there, so the sum is finite where
// all elements are.
double SumOfSquares(const float* x, int64_t size) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> narrow;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  auto even = hn::Zero(d);
  auto odd = hn::Zero(d);
  int64_t i = 0;
  for (; i + 2 * lanes <= size; i += 2 * lanes) {
    const auto a = hn::PromoteTo(d, hn::LoadU(narrow, x + i));
    const auto b = hn::PromoteTo(d, hn::LoadU(narrow, x + i + lanes));
    even = hn::MulAdd(a, a, even);
    odd = hn::MulAdd(b, b, odd);
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; i < size; ++i) sum += static_cast<double>(x[i]) * x[i];
  return sum;
}

void Scale(float* x, int64_t size, float factor) {
  ForEachVector(size, [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::Set(d, factor)), d, x + i);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(SumOfSquares);
HWY_EXPORT(Scale);

// Fixed, so that the tree of sums is; some 5 us of work.
constexpr int64_t kChunk = 16384;

struct Chunk {
  float* data;
  int64_t size;
};

std::vector<Chunk> ChunksOf(const GradTensor* tensors, int64_t count) {
  std::vector<Chunk> chunks;
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t i = 0; i < tensors[t].size; i += kChunk) {
      chunks.push_back(
          {tensors[t].data + i, std::min(kChunk, tensors[t].size - i)});
    }
  }
  return chunks;
}

// Halves added to halves: the error grows with the logarithm of the count.
double TreeSum(std::span<const double> terms) {
  if (terms.empty()) return 0;
  if (terms.size() == 1) return terms[0];
  const size_t half = terms.size() / 2;
  return TreeSum(terms.first(half)) + TreeSum(terms.subspan(half));
}

int64_t NonFinite(const Chunk& chunk) {
  return std::count_if(chunk.data, chunk.data + chunk.size,
                       [](float x) { return !std::isfinite(x); });
}

}  // namespace

void GradNormCpu(const GradNormParams& params, Workers* workers) {
  const std::vector<Chunk> chunks =
      ChunksOf(params.tensors, params.tensor_count);
  const auto count = static_cast<int64_t>(chunks.size());
  std::vector<double> sums(chunks.size());
  ParallelFor(workers, count, 2, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      sums[i] =
          HWY_DYNAMIC_DISPATCH(SumOfSquares)(chunks[i].data, chunks[i].size);
    }
  });
  GradNormTotals totals = {.norm = std::sqrt(TreeSum(sums))};
  for (int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(sums[i])) totals.non_finite += NonFinite(chunks[i]);
  }
  *params.totals = totals;
}

void ScaleGradsCpu(const ScaleGradsParams& params, Workers* workers) {
  const std::vector<Chunk> chunks =
      ChunksOf(params.tensors, params.tensor_count);
  const auto factor = static_cast<float>(params.factor);
  ParallelFor(workers, static_cast<int64_t>(chunks.size()), 2,
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                  HWY_DYNAMIC_DISPATCH(Scale)
                  (chunks[i].data, chunks[i].size, factor);
                }
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

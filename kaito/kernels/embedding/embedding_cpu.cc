#include "kaito/kernels/embedding/embedding_cpu.h"

#include <algorithm>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/embedding/embedding_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/simd/loop-inl.h"
#include "kaito/kernels/types.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> LoadFloats(D d, const float* from) {
  return hn::LoadU(d, from);
}

// A bf16 is the upper half of a float.
template <class D>
HWY_INLINE hn::Vec<D> LoadFloats(D d, const bf16* from) {
  const hn::Rebind<uint16_t, D> half;
  const hn::RebindToUnsigned<D> whole;
  const auto bits = hn::PromoteTo(
      whole, hn::LoadU(half, reinterpret_cast<const uint16_t*>(from)));
  return hn::BitCast(d, hn::ShiftLeft<16>(bits));
}

template <typename T>
void Rows(const EmbeddingParams& params, int64_t begin, int64_t end) {
  for (int64_t t = begin; t < end; ++t) {
    const T* const from =
        static_cast<const T*>(params.table) + params.ids[t] * params.columns;
    float* const to = params.out + t * params.columns;
    ForEachVector(params.columns, [&](auto d, int64_t i) HWY_ATTR {
      const auto row = LoadFloats(d, from + i);
      hn::StoreU(hn::Mul(row, hn::Set(d, params.scale)), d, to + i);
    });
  }
}

void Gather(const EmbeddingParams& params, int64_t begin, int64_t end) {
  if (params.table_type == FloatType::kF32) {
    Rows<float>(params, begin, end);
  } else {
    Rows<bf16>(params, begin, end);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(Gather);

// Some 10 us of copying.
constexpr int64_t kGrainElements = 32768;

}  // namespace

void EmbeddingCpu(const EmbeddingParams& params, Workers* workers) {
  const int64_t columns = std::max<int64_t>(1, params.columns);
  ParallelFor(workers, params.tokens,
              std::max<int64_t>(1, kGrainElements / columns),
              [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(Gather)(params, begin, end);
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

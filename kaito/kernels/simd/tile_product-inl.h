// TileProduct(): products of small matrices that lie in a core's caches, for
// op_cpu.cc files that bring their operands into that form (attention). For
// large matrices there are real GEMMs. Included once for each target, after
// hwy/foreach_target.h.
//
//   // scores[key][row] = sum over d of keys[key][d] * queries[d][row]
//   TileProduct<TileA::kRows, TileC::kOverwrite>(
//       {.m = 64, .n = 96, .depth = head_dim}, keys, head_dim, queries, 96,
//       scores, 96);
//
// C[i][j] (+)= sum over k of A(i, k) * B[k][j]: B and C row-major with vectors
// along j, A read one float at a time and spread over a vector, by rows or by
// columns. So one form or the other fits each product of attention without a
// transposition.

#if defined(KAITO_KERNELS_SIMD_TILE_PRODUCT_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_SIMD_TILE_PRODUCT_INL_H_
#undef KAITO_KERNELS_SIMD_TILE_PRODUCT_INL_H_
#else
#define KAITO_KERNELS_SIMD_TILE_PRODUCT_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {

// Vectors of at most 16 floats, so that sizes padded to 16 fit every target.
using TileTag = ::hwy::HWY_NAMESPACE::CappedTag<float, 16>;

enum class TileA {
  kRows,     // A(i, k) is a[i * lda + k]
  kColumns,  // A(i, k) is a[k * lda + i]
};
enum class TileC { kOverwrite, kAdd };

struct TileSize {
  int64_t m = 0;      // A multiple of 8.
  int64_t n = 0;      // A multiple of the vector's lanes.
  int64_t depth = 0;  // Any; 0 is a sum of nothing.
};

// Rows of C at once, and vectors of each, in registers: with one row of B and
// one spread value of A, 28 of 32 registers or all 16.
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
inline constexpr int kTileRegisterRows = 8;
#else
inline constexpr int kTileRegisterRows = 4;
#endif
inline constexpr int kTileRegisterVectors = 3;

template <TileA kA, TileC kC, int kRows, int kVectors>
HWY_INLINE void RegisterTile(const float* HWY_RESTRICT a, int64_t lda,
                             const float* HWY_RESTRICT b, int64_t ldb,
                             int64_t depth, float* HWY_RESTRICT c,
                             int64_t ldc) {
  namespace hn = ::hwy::HWY_NAMESPACE;
  const TileTag d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<TileTag> sums[kRows][kVectors];
  HWY_UNROLL(8)
  for (int i = 0; i < kRows; ++i) {
    HWY_UNROLL(3)
    for (int j = 0; j < kVectors; ++j) {
      sums[i][j] = kC == TileC::kAdd ? hn::LoadU(d, c + i * ldc + j * lanes)
                                     : hn::Zero(d);
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    hn::Vec<TileTag> row[kVectors];
    HWY_UNROLL(3)
    for (int j = 0; j < kVectors; ++j) {
      row[j] = hn::LoadU(d, b + k * ldb + j * lanes);
    }
    HWY_UNROLL(8)
    for (int i = 0; i < kRows; ++i) {
      const auto value =
          hn::Set(d, kA == TileA::kRows ? a[i * lda + k] : a[k * lda + i]);
      HWY_UNROLL(3)
      for (int j = 0; j < kVectors; ++j) {
        sums[i][j] = hn::MulAdd(value, row[j], sums[i][j]);
      }
    }
  }
  HWY_UNROLL(8)
  for (int i = 0; i < kRows; ++i) {
    HWY_UNROLL(3)
    for (int j = 0; j < kVectors; ++j) {
      hn::StoreU(sums[i][j], d, c + i * ldc + j * lanes);
    }
  }
}

// All rows of C of one column of register tiles: its part of B (depth times at
// most 192 bytes) stays in L1 meanwhile.
template <TileA kA, TileC kC, int kVectors>
HWY_NOINLINE void TilePanel(TileSize size, const float* HWY_RESTRICT a,
                            int64_t lda, const float* HWY_RESTRICT b,
                            int64_t ldb, float* HWY_RESTRICT c, int64_t ldc) {
  for (int64_t i = 0; i < size.m; i += kTileRegisterRows) {
    RegisterTile<kA, kC, kTileRegisterRows, kVectors>(
        a + i * (kA == TileA::kRows ? lda : 1), lda, b, ldb, size.depth,
        c + i * ldc, ldc);
  }
}

template <TileA kA, TileC kC>
HWY_INLINE void TileProduct(TileSize size, const float* HWY_RESTRICT a,
                            int64_t lda, const float* HWY_RESTRICT b,
                            int64_t ldb, float* HWY_RESTRICT c, int64_t ldc) {
  const int64_t lanes =
      static_cast<int64_t>(::hwy::HWY_NAMESPACE::Lanes(TileTag()));
  int64_t j = 0;
  for (; j + 3 * lanes <= size.n; j += 3 * lanes) {
    TilePanel<kA, kC, 3>(size, a, lda, b + j, ldb, c + j, ldc);
  }
  if (j + 2 * lanes <= size.n) {
    TilePanel<kA, kC, 2>(size, a, lda, b + j, ldb, c + j, ldc);
  } else if (j + lanes <= size.n) {
    TilePanel<kA, kC, 1>(size, a, lda, b + j, ldb, c + j, ldc);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // KAITO_KERNELS_SIMD_TILE_PRODUCT_INL_H_

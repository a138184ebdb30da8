#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/testing/cpu_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/simd/tile_product_test.cc"
#include "hwy/foreach_target.h"  // Includes this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/simd/tile_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {

int64_t TileLanes() {
  return static_cast<int64_t>(::hwy::HWY_NAMESPACE::Lanes(TileTag()));
}

void Product(bool by_rows, bool add, int64_t m, int64_t n, int64_t depth,
             const float* a, int64_t lda, const float* b, int64_t ldb, float* c,
             int64_t ldc) {
  const TileSize size = {.m = m, .n = n, .depth = depth};
  if (by_rows && add) {
    TileProduct<TileA::kRows, TileC::kAdd>(size, a, lda, b, ldb, c, ldc);
  } else if (by_rows) {
    TileProduct<TileA::kRows, TileC::kOverwrite>(size, a, lda, b, ldb, c, ldc);
  } else if (add) {
    TileProduct<TileA::kColumns, TileC::kAdd>(size, a, lda, b, ldb, c, ldc);
  } else {
    TileProduct<TileA::kColumns, TileC::kOverwrite>(size, a, lda, b, ldb, c,
                                                    ldc);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(TileLanes);
HWY_EXPORT(Product);

// Small integers: every sum is exact, in any order.
float Value(int64_t i) { return static_cast<float>(i * 7 % 11 - 5); }

void ExpectProduct(bool by_rows, bool add, int64_t m, int64_t n,
                   int64_t depth) {
  const int64_t lda = (by_rows ? depth : m) + 3;
  const int64_t ldb = n + 5;
  const int64_t ldc = n + 1;
  std::vector<float> a((by_rows ? m : depth) * lda);
  std::vector<float> b(depth * ldb);
  std::vector<float> c(m * ldc, 2.0f);
  for (size_t i = 0; i < a.size(); ++i) a[i] = Value(i);
  for (size_t i = 0; i < b.size(); ++i) b[i] = Value(3 * i + 1);
  HWY_DYNAMIC_DISPATCH(Product)
  (by_rows, add, m, n, depth, a.data(), lda, b.data(), ldb, c.data(), ldc);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < ldc; ++j) {
      float want = add || j == n ? 2.0f : 0.0f;
      for (int64_t k = 0; k < depth && j < n; ++k) {
        want += a[by_rows ? i * lda + k : k * lda + i] * b[k * ldb + j];
      }
      ASSERT_EQ(c[i * ldc + j], want)
          << "at " << i << ", " << j << " of " << m << " x " << n << ", depth "
          << depth << ", by_rows " << by_rows << ", add " << add;
    }
  }
}

TEST(TileProduct, EqualsPlainLoopsAndStaysInsideOnEveryTarget) {
  testing::ForEachCpuTarget([] {
    const int64_t lanes = HWY_DYNAMIC_DISPATCH(TileLanes)();
    for (const bool by_rows : {false, true}) {
      for (const bool add : {false, true}) {
        for (const int64_t vectors : {1, 2, 3, 4, 5, 6}) {
          ExpectProduct(by_rows, add, 16, vectors * lanes, 5);
        }
        ExpectProduct(by_rows, add, 8, lanes, 0);
        ExpectProduct(by_rows, add, 64, 48, 96);
        ExpectProduct(by_rows, add, 0, 48, 3);
      }
    }
  });
}

}  // namespace
}  // namespace kaito::kernels
#endif  // HWY_ONCE

#include "kaito/kernels/nf4_matmul/nf4_matmul_ref.h"

#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::kernels {
namespace {

using Doubles = std::vector<double>;
using Floats = std::vector<float>;

// Codes 0, 7, 15 are -1, 0, 1. W = [[2, 0, -2], [-2, 2, 2]] in one block.
struct SmallLayer {
  std::vector<uint8_t> packed = {0xF7, 0x00, 0xFF};
  float absmax = 2;
  Nf4Tensor tensor() const {
    return {.packed = packed.data(), .count = 6, .absmax = {.values = &absmax}};
  }
};

TEST(Nf4MatmulRef, EqualsProductsWorkedByHand) {
  const SmallLayer layer;
  const Floats x = {1, 10, 100};
  Doubles y(2);
  Nf4MatmulRef({.w = layer.tensor(), .in = x.data(), .m = 1, .n = 2, .k = 3},
               Nf4Product::kForward, y.data());
  EXPECT_EQ(y, (Doubles{-198, 218}));
  const Floats dy = {1, 10, 2, 20};
  Doubles dx(6);
  Nf4MatmulRef({.w = layer.tensor(), .in = dy.data(), .m = 2, .n = 2, .k = 3},
               Nf4Product::kBackward, dx.data());
  EXPECT_EQ(dx, (Doubles{-18, 20, 18, -36, 40, 36}));
}

TEST(Nf4MatmulRef, AddsToWhatIsThere) {
  const SmallLayer layer;
  const Floats x = {1, 10, 100};
  Floats out = {1000, 2000};
  Doubles y(2);
  Nf4MatmulRef({.w = layer.tensor(),
                .in = x.data(),
                .out = out.data(),
                .m = 1,
                .n = 2,
                .k = 3,
                .accumulate = true},
               Nf4Product::kForward, y.data());
  EXPECT_EQ(y, (Doubles{802, 2218}));
}

// dX is the gradient of sum(dY * Y) for X, whose finite difference is exact but
// for rounding, Y being linear in X.
TEST(Nf4MatmulRef, BackwardIsTheGradientOfForward) {
  constexpr int64_t m = 3;
  constexpr int64_t n = 5;
  constexpr int64_t k = 66;
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<uint8_t> packed((n * k + 1) / 2);
  for (auto& byte : packed) byte = static_cast<uint8_t>(random());
  Floats absmax(Nf4Blocks(n * k, 64));
  Floats x(m * k);
  Floats dy(m * n);
  for (Floats* const values : {&absmax, &x, &dy}) {
    for (float& value : *values) value = normal(random);
  }
  Nf4MatmulParams params = {.w = {.packed = packed.data(),
                                  .count = n * k,
                                  .absmax = {.values = absmax.data()}},
                            .m = m,
                            .n = n,
                            .k = k};
  Doubles dx(m * k);
  params.in = dy.data();
  Nf4MatmulRef(params, Nf4Product::kBackward, dx.data());

  const auto loss = [&] {
    Doubles y(m * n);
    params.in = x.data();
    Nf4MatmulRef(params, Nf4Product::kForward, y.data());
    double sum = 0;
    for (int64_t i = 0; i < m * n; ++i) sum += dy[i] * y[i];
    return sum;
  };
  for (int64_t i = 0; i < m * k; i += 7) {
    const float before = x[i];
    x[i] = before + 1;
    const double step = double{x[i]} - before;
    const double up = loss();
    x[i] = before;
    EXPECT_NEAR((up - loss()) / step, dx[i], 1e-9) << i;
  }
}

}  // namespace
}  // namespace kaito::kernels

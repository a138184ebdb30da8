#include "kaito/kernels/rms_norm/rms_norm_ref.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/rms_norm/rms_norm_params.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::GradientError;
using testing::ToDouble;
using testing::Values;
using Doubles = std::vector<double>;

TEST(RmsNormRef, AgreesWithNumbersByHand) {
  const Doubles x = {3, 4}, residual = {0, 1}, weight = {1, -2};
  Doubles sum(2), y(2), inverse(1);
  RmsNormParamsOf<double> params = {.x = x.data(),
                                    .residual = residual.data(),
                                    .weight = weight.data(),
                                    .sum = sum.data(),
                                    .y = y.data(),
                                    .inverse_rms = inverse.data(),
                                    .rows = 1,
                                    .columns = 2,
                                    .epsilon = 8};
  RmsNormRef(params);  // mean(3^2, 5^2) + 8 = 25
  EXPECT_EQ(sum, (Doubles{3, 5}));
  EXPECT_DOUBLE_EQ(inverse[0], 0.2);
  EXPECT_DOUBLE_EQ(y[0], 0.6);
  EXPECT_DOUBLE_EQ(y[1], -2);
  params.one_plus_weight = true;
  RmsNormRef(params);
  EXPECT_DOUBLE_EQ(y[0], 1.2);
  EXPECT_DOUBLE_EQ(y[1], -1);
}

TEST(RmsNormBackwardRef, AgreesWithFiniteDifferences) {
  constexpr int64_t kRows = 3, kColumns = 5;
  for (const bool one_plus_weight : {false, true}) {
    Doubles x = ToDouble(Values(kRows * kColumns, 1));
    Doubles weight = ToDouble(Values(kColumns, 2));
    const Doubles dy = ToDouble(Values(kRows * kColumns, 3));
    const Doubles dsum = ToDouble(Values(kRows * kColumns, 4));
    Doubles y(x.size()), inverse(kRows), dx(x.size()), dweight(kColumns);
    const auto loss = [&] {
      RmsNormRef({.x = x.data(),
                  .weight = weight.data(),
                  .y = y.data(),
                  .inverse_rms = inverse.data(),
                  .rows = kRows,
                  .columns = kColumns,
                  .epsilon = 1e-2,
                  .one_plus_weight = one_plus_weight});
      return testing::Dot(y, dy) + testing::Dot(x, dsum);
    };
    loss();
    RmsNormBackwardRef({.x = x.data(),
                        .weight = weight.data(),
                        .inverse_rms = inverse.data(),
                        .dy = dy.data(),
                        .dsum = dsum.data(),
                        .dx = dx.data(),
                        .dweight = dweight.data(),
                        .rows = kRows,
                        .columns = kColumns,
                        .one_plus_weight = one_plus_weight});
    EXPECT_LT(GradientError(x, dx, loss), 1e-8);
    EXPECT_LT(GradientError(weight, dweight, loss), 1e-8);
  }
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/grad_norm/grad_norm_ref.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/grad_norm/grad_norm_params.h"

namespace kaito::kernels {
namespace {

TEST(GradNormRef, AgreesWithNumbersByHand) {
  std::vector<float> a = {3, 0}, b = {-4};
  const GradTensor tensors[] = {{a.data(), 2}, {b.data(), 1}};
  GradNormTotals totals;
  GradNormRef({tensors, 2, &totals});
  EXPECT_EQ(totals.norm, 5);
  EXPECT_EQ(totals.non_finite, 0);
}

TEST(ClipFactor, ClipsAsPyTorchDoes) {
  EXPECT_EQ(ClipFactor(0, 1), 1);
  EXPECT_EQ(ClipFactor(0.5, 1), 1);
  EXPECT_DOUBLE_EQ(ClipFactor(1, 1), 1 / 1.000001);
  EXPECT_DOUBLE_EQ(ClipFactor(4, 1), 1 / 4.000001);
  EXPECT_EQ(ClipFactor(std::numeric_limits<double>::infinity(), 1), 0);
  EXPECT_TRUE(std::isnan(ClipFactor(std::nan(""), 1)));
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/testing/values.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::kernels::testing {
namespace {

TEST(Values, AreTheSameOnEveryMachineAndInRange) {
  const std::vector<float> values = Values(1000, 5489);
  // The standard gives the 10000th number of this seed; the first is known too.
  EXPECT_EQ(values[0], ((3499211612u >> 9) + 0.5f) * 0x1p-22f - 1.0f);
  for (const float value : values) {
    EXPECT_LT(std::abs(value), 1);
    EXPECT_NE(value, 0);
  }
  EXPECT_NE(Values(3, 1), Values(3, 2));
}

TEST(GradientError, TellsARightGradientFromAWrongOne) {
  std::vector<double> x = {0.5, -1.5};
  const auto loss = [&] { return x[0] * x[0] * x[1]; };
  EXPECT_LT(GradientError(x, std::vector<double>{-1.5, 0.25}, loss), 1e-8);
  EXPECT_GT(GradientError(x, std::vector<double>{-1.5, 0.26}, loss), 1e-3);
  EXPECT_GT(GradientError(x, std::vector<double>{-1.5, std::nan("")}, loss), 1);
  EXPECT_GT(GradientError(x, std::vector<double>{-1.5}, loss), 1);
}

}  // namespace
}  // namespace kaito::kernels::testing

#include "kaito/base/random/normal.h"

#include <cmath>

#include "gtest/gtest.h"

namespace kaito {
namespace {

constexpr double kStep = 1.0 / (1LL << 53);
constexpr double kPi = 3.14159265358979323846;

TEST(BoxMuller, AgreesWithTheFormulaOfTheCLibrary) {
  for (int i = 0; i <= 64; ++i) {
    // From the smallest u1 to 1, evenly in the logarithm and then near 1.
    const double u1 = i <= 53 ? std::ldexp(1.0, i - 53) : 1 - (i - 53) * 1e-3;
    for (int j = 0; j < 97; ++j) {
      const double u2 = std::floor(j / 97.0 / kStep) * kStep;
      const NormalPair pair = BoxMuller(u1, u2);
      const double radius = std::sqrt(-2 * std::log(u1));
      EXPECT_NEAR(pair.first, radius * std::cos(2 * kPi * u2), 1e-14);
      EXPECT_NEAR(pair.second, radius * std::sin(2 * kPi * u2), 1e-14);
    }
  }
}

TEST(BoxMuller, IsFiniteAndExactAtTheEdges) {
  EXPECT_EQ(BoxMuller(1, 0.3).first, 0);
  EXPECT_EQ(BoxMuller(1, 0.3).second, 0);
  // The largest value there is: sqrt(2 * 53 ln 2).
  const NormalPair largest = BoxMuller(kStep, 0);
  EXPECT_DOUBLE_EQ(largest.first, std::sqrt(106 * std::log(2.0)));
  EXPECT_EQ(largest.second, 0);
  const NormalPair last = BoxMuller(0.5, 1 - kStep);
  EXPECT_LT(last.second, 0);
  EXPECT_NEAR(last.second, 0, 1e-14);
}

}  // namespace
}  // namespace kaito

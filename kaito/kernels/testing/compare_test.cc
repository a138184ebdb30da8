#include "kaito/kernels/testing/compare.h"

#include <cmath>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::kernels::testing {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
const Tolerance kLoose = {.relative_norm = 1, .max_abs = 1, .reason = "test"};

TEST(Compare, FindsTheWorstElementAndTheNorm) {
  const std::vector<double> want = {3, 0, 4};
  const std::vector<double> got = {3, 0.25, 3.5};
  const Comparison c = Compare(got, want);
  EXPECT_EQ(c.count, 3);
  EXPECT_EQ(c.worst, 2);
  EXPECT_EQ(c.max_abs, 0.5);
  EXPECT_DOUBLE_EQ(c.relative_norm, std::sqrt(0.0625 + 0.25) / 5);
}

TEST(CheckClose, AppliesBothBounds) {
  const std::vector<double> want = {3, 0, 4};
  const std::vector<double> got = {3, 0.25, 3.5};
  KAITO_EXPECT_OK(CheckClose(got, want, kLoose));
  EXPECT_THAT(
      CheckClose(got, want,
                 {.relative_norm = 1, .max_abs = 0.4, .reason = "bf16"}),
      StatusIs(absl::StatusCode::kInternal,
               HasSubstr("largest difference is 0.5, allowed 0.4 (bf16): got "
                         "3.5, want 4 at index 2 of 3")));
  EXPECT_THAT(CheckClose(got, want, {.relative_norm = 0.1, .max_abs = 1}),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("relative norm is 0.111803, allowed 0.1")));
}

TEST(CheckClose, WantsNansAndInfinitiesInTheirPlaces) {
  const std::vector<double> want = {1, kNan, kInf, -kInf};
  KAITO_EXPECT_OK(CheckClose(want, want, {}));
  EXPECT_THAT(
      CheckClose(std::vector<double>{1, kNan, kInf, kInf}, want, kLoose),
      StatusIs(absl::StatusCode::kInternal,
               HasSubstr("differs in 1 elements; first: got inf, want -inf at "
                         "index 3 of 4")));
  EXPECT_THAT(CheckClose(std::vector<double>{kNan, 2, kInf, 5}, want, kLoose),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("differs in 3 elements; first: got nan, want "
                                 "1 at index 0")));
}

TEST(CheckClose, ZerosProveNothingUnlessMeant) {
  const std::vector<double> zeros(4, 0.0);
  EXPECT_THAT(CheckClose(zeros, zeros, kLoose),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  KAITO_EXPECT_OK(CheckClose(zeros, zeros, {.zeros_are_meant = true}));
  const std::vector<double> ones(4, 1.0);
  EXPECT_THAT(CheckClose(ones, zeros, {.max_abs = 2, .zeros_are_meant = true}),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("norm is inf")));
  KAITO_EXPECT_OK(CheckClose({}, {}, {}));
}

TEST(CheckClose, RefusesUnlikeSizes) {
  EXPECT_THAT(CheckClose(std::vector<double>(3), std::vector<double>(4), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("got 3 elements, want 4")));
}

TEST(ToDouble, IsExact) {
  EXPECT_EQ(ToDouble(std::vector<float>{0.1f}), std::vector<double>{0.1f});
  EXPECT_EQ(ToDouble(std::vector<bf16>{{0xc040}}), std::vector<double>{-3});
  EXPECT_EQ(ToDouble(std::vector<fp16>{{0x0001}}),
            std::vector<double>{std::ldexp(1, -24)});
}

}  // namespace
}  // namespace kaito::kernels::testing

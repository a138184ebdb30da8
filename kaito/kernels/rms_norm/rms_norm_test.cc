#include "kaito/kernels/rms_norm/rms_norm.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(RmsNorm, NormalisesInPlace) {
  std::vector<float> x = {3, 4};
  const std::vector<float> weight = {1, 1};
  KAITO_ASSERT_OK(RmsNorm({.x = x.data(),
                           .weight = weight.data(),
                           .y = x.data(),
                           .rows = 1,
                           .columns = 2,
                           .epsilon = 0},
                          Stream::Cpu()));
  EXPECT_FLOAT_EQ(x[0], 0.84852814f);
  EXPECT_FLOAT_EQ(x[1], 1.1313708f);
}

TEST(RmsNorm, NothingToDoIsFine) {
  KAITO_EXPECT_OK(RmsNorm({}, Stream::Cpu()));
  KAITO_EXPECT_OK(RmsNormBackward({}, Stream::Cpu()));
}

TEST(RmsNorm, RefusesWhatItCantDoNamingTheValues) {
  std::vector<float> x(6, 1.0f);
  const auto refused = [](const RmsNormParams& params, const char* why) {
    EXPECT_THAT(RmsNorm(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  RmsNormParams params = {.x = x.data(),
                          .residual = x.data(),
                          .weight = x.data(),
                          .y = x.data(),
                          .rows = 2,
                          .columns = 3};
  refused(params,
          "rms_norm(rows=2, columns=3, cpu): give residual and sum, or");
  params.residual = nullptr;
  params.weight = nullptr;
  refused(params, "weight is null");
  params.rows = -2;
  refused(params, "rows is -2");
  EXPECT_THAT(RmsNormBackward({.rows = 1, .columns = 2}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("rms_norm_backward(rows=1, columns=2, cpu): "
                                 "x is null")));
}

TEST(RmsNorm, SaysThatThereIsNoCudaKernel) {
  const Stream stream =
      Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0});
  EXPECT_THAT(RmsNorm({}, stream), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(RmsNormBackward({}, stream),
              StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels

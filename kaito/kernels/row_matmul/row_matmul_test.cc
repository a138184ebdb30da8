#include "kaito/kernels/row_matmul/row_matmul.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(RowMatmul, MultipliesAndSaysWhatIsWrong) {
  const std::vector<float> x = {1, 2};
  const std::vector<bf16> w = {ToBf16(3), ToBf16(4), ToBf16(5), ToBf16(6)};
  std::vector<float> y(2);
  RowMatmulParams params = {.x = x.data(),
                            .w = w.data(),
                            .w_type = FloatType::kBf16,
                            .y = y.data(),
                            .m = 1,
                            .n = 2,
                            .k = 2};
  KAITO_ASSERT_OK(RowMatmul(params, Stream::Cpu()));
  EXPECT_EQ(y, (std::vector<float>{11, 17}));

  const auto invalid = [](const char* text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text));
  };
  params.y = nullptr;
  EXPECT_THAT(RowMatmul(params, Stream::Cpu()),
              invalid("row_matmul(m=1, n=2, k=2, bf16, cpu): y is null"));
  params.w_type = FloatType::kFp16;
  EXPECT_THAT(RowMatmul(params, Stream::Cpu()), invalid("f32 or bf16"));
  params.n = -1;
  EXPECT_THAT(RowMatmul(params, Stream::Cpu()), invalid("n"));
}

TEST(RowMatmul, NothingToDoIsFine) {
  KAITO_EXPECT_OK(RowMatmul({}, Stream::Cpu()));
  // An empty sum is zero.
  float y = 5;
  KAITO_EXPECT_OK(RowMatmul({.y = &y, .m = 1, .n = 1}, Stream::Cpu()));
  EXPECT_EQ(y, 0);
}

TEST(RowMatmul, SaysThatThereIsNoCudaKernel) {
  EXPECT_THAT(
      RowMatmul(
          {}, Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0})),
      StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels

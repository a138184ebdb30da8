#include "kaito/kernels/grad_norm/grad_norm.h"

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

TEST(GradNorm, MeasuresAndScales) {
  std::vector<float> a = {3, 0}, b = {-4};
  const GradTensor tensors[] = {{a.data(), 2}, {b.data(), 1}};
  GradNormTotals totals;
  KAITO_ASSERT_OK(GradNorm({tensors, 2, &totals}, Stream::Cpu()));
  EXPECT_EQ(totals.norm, 5);
  KAITO_ASSERT_OK(ScaleGrads({tensors, 2, 0.5}, Stream::Cpu()));
  EXPECT_EQ(a, (std::vector<float>{1.5, 0}));
  EXPECT_EQ(b, (std::vector<float>{-2}));
}

TEST(GradNorm, IsZeroOfNothing) {
  GradNormTotals totals = {.norm = 1, .non_finite = 1};
  KAITO_ASSERT_OK(GradNorm({nullptr, 0, &totals}, Stream::Cpu()));
  EXPECT_EQ(totals.norm, 0);
  EXPECT_EQ(totals.non_finite, 0);
}

TEST(GradNorm, RefusesWhatItCantDoNamingTheValues) {
  GradNormTotals totals;
  const GradTensor bad = {nullptr, 4};
  EXPECT_THAT(GradNorm({&bad, 1, &totals}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("grad_norm(tensors=1, cpu): tensor 0: data "
                                 "is null")));
  EXPECT_THAT(GradNorm({nullptr, 0, nullptr}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("totals is null")));
  EXPECT_THAT(ScaleGrads({nullptr, 3, 2}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("scale_grads(tensors=3, factor=2, cpu): "
                                 "tensors is null")));
}

TEST(GradNorm, SaysThatThereIsNoCudaKernel) {
  GradNormTotals totals;
  EXPECT_THAT(GradNorm({nullptr, 0, &totals},
                       Stream::Cuda(
                           reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0})),
              StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels

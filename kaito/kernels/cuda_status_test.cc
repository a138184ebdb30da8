#include "kaito/kernels/cuda_status.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::Eq;

TEST(CudaStatus, FollowsTheTableOfErrors) {
  KAITO_EXPECT_OK(CudaStatus(cudaSuccess, "op"));
  EXPECT_THAT(
      CudaStatus(cudaErrorMemoryAllocation, "op(n=4)"),
      StatusIs(absl::StatusCode::kResourceExhausted,
               Eq("op(n=4): cudaErrorMemoryAllocation: out of memory")));
  EXPECT_THAT(CudaStatus(cudaErrorNoDevice, "op"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(CudaStatus(cudaErrorInsufficientDriver, "op"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(CudaStatus(cudaErrorNoKernelImageForDevice, "op"),
              StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(CudaStatus(cudaErrorECCUncorrectable, "op"),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(CudaStatus(cudaErrorIllegalAddress, "op"),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace kaito::kernels

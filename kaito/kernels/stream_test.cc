#include "kaito/kernels/stream.h"

#include <cstdint>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

CUstream_st* SomeHandle() {
  return reinterpret_cast<CUstream_st*>(uintptr_t{16});
}

TEST(Stream, NamesItsDevice) {
  EXPECT_EQ(Stream::Cpu().Name(), "cpu");
  EXPECT_EQ(Stream::Cuda(SomeHandle(), {3}).Name(), "cuda:3");
  EXPECT_FALSE(Stream::Cpu().is_cuda());
  EXPECT_EQ(Stream::Cuda(SomeHandle(), {3}).cuda(), SomeHandle());
}

TEST(Stream, CarriesTheWorkersOfTheCpuOnly) {
  Workers* const some = reinterpret_cast<Workers*>(uintptr_t{16});
  EXPECT_EQ(Stream::Cpu(some).workers(), some);
  EXPECT_EQ(Stream::Cpu(some).Name(), "cpu");
  EXPECT_EQ(Stream::Cpu().workers(), nullptr);
  EXPECT_EQ(Stream::Cuda(SomeHandle(), {0}).workers(), nullptr);
}

TEST(CheckStream, RefusesTheDefaultStreamAndNegativeDevices) {
  KAITO_EXPECT_OK(CheckStream(Stream::Cpu(), "op"));
  KAITO_EXPECT_OK(CheckStream(Stream::Cuda(SomeHandle(), {0}), "op"));
  EXPECT_THAT(CheckStream(Stream::Cuda(nullptr, {0}), "op(n=4)"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("op(n=4): the default CUDA stream")));
  EXPECT_THAT(CheckStream(Stream::Cuda(SomeHandle(), {-1}), "op"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is -1")));
}

TEST(BuiltWithoutCudaError, NamesOperationDeviceAndRemedy) {
  EXPECT_THAT(
      BuiltWithoutCudaError(Stream::Cuda(SomeHandle(), {1}), "op(n=4)"),
      StatusIs(absl::StatusCode::kUnimplemented,
               HasSubstr("op(n=4): no kernel for cuda:1: this program was "
                         "built without CUDA")));
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/arguments.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

std::string Op() { return "op(cpu)"; }

TEST(CheckSizes, RefusesNegativeOnesAndProductsThatOverflow) {
  KAITO_EXPECT_OK(CheckSizes({{"rows", 0}, {"columns", 5}}, Op));
  EXPECT_THAT(CheckSizes({{"rows", 1}, {"columns", -5}}, Op),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("op(cpu): columns is -5, want 0 or more")));
  const int64_t large = int64_t{1} << 40;
  EXPECT_THAT(CheckSizes({{"rows", large}, {"columns", large}}, Op),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("more than 2^56 elements")));
  EXPECT_THAT(CheckSizes({{"a", large}, {"b", 0}, {"c", large}}, Op),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CheckBuffers, RefusesNullAndMisalignedOnesThatHaveElements) {
  alignas(8) const char bytes[16] = {};
  KAITO_EXPECT_OK(CheckBuffers({{"x", bytes, 4}, {"y", nullptr, 0}}, Op));
  EXPECT_THAT(
      CheckBuffers({{"x", bytes, 4}, {"y", nullptr, 1}}, Op),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("y is null")));
  EXPECT_THAT(CheckBuffers({{"x", bytes + 2, 1}}, Op),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("x is not aligned to 4 bytes")));
  KAITO_EXPECT_OK(CheckBuffers({{"x", bytes + 2, 1, 2}}, Op));
}

TEST(CheckOnCpu, SaysThatThereIsNoCudaKernel) {
  KAITO_EXPECT_OK(CheckOnCpu(Stream::Cpu(), Op));
  EXPECT_THAT(CheckOnCpu(Stream::Cuda(nullptr, {0}), Op),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      CheckOnCpu(
          Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0}), Op),
      StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels

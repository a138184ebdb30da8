#include "kaito/kernels/poison/poison.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/poison/poison_ref.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Never followed: BUILD.bazel hides every device from this test.
Stream SomeCudaStream() {
  return Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0});
}

TEST(Poison, FillsAHostBuffer) {
  std::vector<float> out(100, 1.0f);
  const PoisonParams params = {
      .data = out.data(), .size_bytes = 400, .pattern = PoisonPattern::kF32};
  KAITO_ASSERT_OK(Poison(params, Stream::Cpu()));
  EXPECT_EQ(FindPoisonRef(params).count, 100);
}

TEST(Poison, NothingToFillIsFine) {
  KAITO_EXPECT_OK(Poison({}, Stream::Cpu()));
}

TEST(Poison, RefusesWhatItCantFillNamingTheValues) {
  alignas(16) uint8_t bytes[16] = {};
  EXPECT_THAT(
      Poison({.data = bytes, .size_bytes = 6, .pattern = PoisonPattern::kF32},
             Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("poison(f32, size_bytes=6, cpu): size_bytes "
                         "must be a multiple of 4")));
  EXPECT_THAT(Poison({.data = bytes, .size_bytes = -1}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Poison({.data = nullptr, .size_bytes = 4}, Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("data is null")));
  EXPECT_THAT(
      Poison(
          {.data = bytes + 1, .size_bytes = 4, .pattern = PoisonPattern::kBf16},
          Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("1 bytes past an address that is a multiple "
                         "of 2")));
  EXPECT_THAT(
      Poison({.data = bytes, .size_bytes = 4}, Stream::Cuda(nullptr, {0})),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("the default CUDA stream")));
  for (const uint8_t byte : bytes) EXPECT_EQ(byte, 0);
}

TEST(Poison, SaysWhyItCantRunOnCuda) {
  uint8_t bytes[4] = {};
  const absl::Status status =
      Poison({.data = bytes, .size_bytes = 4}, SomeCudaStream());
#if KAITO_CUDA
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("poison(bytes, size_bytes=4, cuda:0): ")));
#else
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kUnimplemented,
                       AllOf(HasSubstr("size_bytes=4, cuda:0): no kernel"),
                             HasSubstr("built without CUDA"))));
#endif
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/testing/require_gpu.h"

#include <cstdlib>

#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace kaito::kernels::testing {
namespace {

TEST(JudgeGpu, SkipsWithoutADeviceUnlessOneIsRequired) {
  EXPECT_EQ(JudgeGpu(0, nullptr), GpuVerdict::kSkip);
  EXPECT_EQ(JudgeGpu(0, ""), GpuVerdict::kSkip);
  EXPECT_EQ(JudgeGpu(0, "0"), GpuVerdict::kSkip);
  EXPECT_EQ(JudgeGpu(0, "1"), GpuVerdict::kFail);
  EXPECT_EQ(JudgeGpu(2, nullptr), GpuVerdict::kRun);
  EXPECT_EQ(JudgeGpu(2, "1"), GpuVerdict::kRun);
}

// BUILD.bazel hides every device from this test.
TEST(RequireGpu, FailsWhereADeviceIsRequired) {
  setenv("KAITO_REQUIRE_GPU", "1", /*replace=*/1);
  EXPECT_FATAL_FAILURE(RequireGpu(), "there is no CUDA device");
  unsetenv("KAITO_REQUIRE_GPU");
}

class WithoutADevice : public ::testing::Test {
 protected:
  void SetUp() override {
    unsetenv("KAITO_REQUIRE_GPU");
    RequireGpu();
    EXPECT_TRUE(IsSkipped());
  }
};

TEST_F(WithoutADevice, TheBodyIsLeftOut) { FAIL() << "the body ran"; }

}  // namespace
}  // namespace kaito::kernels::testing

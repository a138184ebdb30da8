#include "kaito/kernels/testing/gpu_fixture.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/cuda_status.h"

namespace kaito::kernels::testing {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

using DeviceBufferTest = GpuTest;

TEST_F(DeviceBufferTest, ReturnsWhatWasUploaded) {
  KAITO_ASSERT_OK_AND_ASSIGN(DeviceBuffer buffer, DeviceBuffer::Allocate(5));
  const std::vector<uint8_t> bytes = {1, 2, 3, 4, 5};
  KAITO_ASSERT_OK(buffer.Upload(bytes, stream()));
  EXPECT_THAT(buffer.Download(stream()), kaito::testing::IsOkAndHolds(bytes));
}

TEST_F(DeviceBufferTest, NoticesAWriteOutside) {
  KAITO_ASSERT_OK_AND_ASSIGN(DeviceBuffer buffer, DeviceBuffer::Allocate(5));
  KAITO_ASSERT_OK(CudaStatus(
      cudaMemsetAsync(buffer.data() + 5, 0, 1, stream().cuda()), "memset"));
  EXPECT_THAT(buffer.Download(stream()).status(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("byte 5, out")));
}

}  // namespace
}  // namespace kaito::kernels::testing

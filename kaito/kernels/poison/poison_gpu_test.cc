#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/poison/poison.h"
#include "kaito/kernels/poison/poison_cases.h"
#include "kaito/kernels/poison/poison_ref.h"
#include "kaito/kernels/testing/gpu_fixture.h"

namespace kaito::kernels {
namespace {

using PoisonGpuTest = testing::GpuTest;

TEST_F(PoisonGpuTest, EqualsTheReferenceAndStaysInside) {
  for (const PoisonCase& c : PoisonCases()) {
    SCOPED_TRACE(::testing::Message()
                 << "pattern " << static_cast<int>(c.pattern) << ", offset "
                 << c.offset_bytes << ", size " << c.size_bytes);
    const int64_t size_bytes = c.offset_bytes + c.size_bytes;
    KAITO_ASSERT_OK_AND_ASSIGN(testing::DeviceBuffer buffer,
                               testing::DeviceBuffer::Allocate(size_bytes));
    KAITO_ASSERT_OK_AND_ASSIGN(std::vector<uint8_t> want,
                               buffer.Download(stream()));
    PoisonRef({.data = want.data() + c.offset_bytes,
               .size_bytes = c.size_bytes,
               .pattern = c.pattern});
    KAITO_ASSERT_OK(Poison({.data = buffer.data() + c.offset_bytes,
                            .size_bytes = c.size_bytes,
                            .pattern = c.pattern},
                           stream()));
    KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<uint8_t> got,
                               buffer.Download(stream()));
    ASSERT_EQ(got, want);
  }
}

}  // namespace
}  // namespace kaito::kernels

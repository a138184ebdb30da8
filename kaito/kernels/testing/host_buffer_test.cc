#include "kaito/kernels/testing/host_buffer.h"

#include <vector>

#include "gtest/gtest.h"

namespace kaito::kernels::testing {
namespace {

TEST(HostBuffer, FindsWhatWasNotWritten) {
  HostBuffer buffer(3);
  EXPECT_EQ(buffer.Damage(), "element 0 of 3 was never written");
  buffer.data()[0] = 1;
  buffer.data()[1] = 2;
  EXPECT_EQ(buffer.Damage(), "element 2 of 3 was never written");
  buffer.data()[2] = 3;
  EXPECT_EQ(buffer.Damage(), "");
  EXPECT_EQ(buffer.ToDouble(), (std::vector<double>{1, 2, 3}));
}

TEST(HostBuffer, FindsAWriteOutside) {
  HostBuffer buffer(std::vector<float>{1, 2});
  EXPECT_EQ(buffer.Damage(), "");
  buffer.data()[2] = 0;
  EXPECT_EQ(buffer.Damage(), "element 2 of 2 was written");
  buffer.data()[-1] = 0;
  EXPECT_EQ(buffer.Damage(), "element -1 of 2 was written");
}

}  // namespace
}  // namespace kaito::kernels::testing

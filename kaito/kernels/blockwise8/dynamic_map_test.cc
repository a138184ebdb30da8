#include "kaito/kernels/blockwise8/dynamic_map.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/testing/golden_file.h"

namespace kaito::kernels {
namespace {

using testing::GoldenFile;
using Floats = std::vector<float>;

TEST(DynamicMap, EqualsThatOfBitsandbytes) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const GoldenFile golden,
      GoldenFile::Read("kaito/kernels/blockwise8/testdata/maps.safetensors"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats want_signed,
                             golden.Tensor<float>("dynamic_signed"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats want_unsigned,
                             golden.Tensor<float>("dynamic_unsigned"));
  EXPECT_EQ(Floats(kDynamicSigned.begin(), kDynamicSigned.end()), want_signed);
  EXPECT_EQ(Floats(kDynamicUnsigned.begin(), kDynamicUnsigned.end()),
            want_unsigned);
}

TEST(DynamicMap, AscendsFromEndToEnd) {
  static_assert(kDynamicSigned[127] == 0.0f && kDynamicSigned[255] == 1.0f);
  static_assert(kDynamicUnsigned[0] == 0.0f && kDynamicUnsigned[255] == 1.0f);
  EXPECT_NEAR(kDynamicSigned[0], -0.99296874, 1e-7);
  for (int64_t i = 1; i < 256; ++i) {
    EXPECT_LT(kDynamicSigned[i - 1], kDynamicSigned[i]);
    EXPECT_LT(kDynamicUnsigned[i - 1], kDynamicUnsigned[i]);
  }
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/nf4_quantize/nf4_quantize_ref.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/testing/golden_file.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using testing::GoldenFile;
using Bytes = std::vector<uint8_t>;
using Floats = std::vector<float>;

TEST(Nf4Quantize, ConstantsEqualThoseOfBitsandbytes) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const GoldenFile golden,
      GoldenFile::Read("kaito/kernels/nf4_quantize/testdata/maps.safetensors"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats values, golden.Tensor<float>("nf4"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats thresholds,
                             golden.Tensor<float>("nf4_boundaries_cuda"));
  EXPECT_EQ(Floats(kNf4Values, kNf4Values + 16), values);
  EXPECT_EQ(Floats(kNf4Thresholds, kNf4Thresholds + 15), thresholds);
}

TEST(Nf4QuantizeRef, EqualsARowWorkedByHand) {
  // absmax 4: scaled -1, 1, 0, 0.5, -0.25; an odd count.
  const Floats x = {-4, 4, 0, 2, -1};
  Bytes packed(3, 0xA5);
  float absmax = 0;
  Nf4QuantizeRef(
      {.x = x.data(), .packed = packed.data(), .absmax = &absmax, .count = 5});
  EXPECT_EQ(absmax, 4);
  EXPECT_EQ(packed, (Bytes{0x0F, 0x7C, 0x40}));
  Floats back(5);
  Nf4DequantizeRef({.w = {.packed = packed.data(),
                          .count = 5,
                          .absmax = {.values = &absmax}},
                    .out = back.data()});
  EXPECT_EQ(back, (Floats{-4, 4, 0, 4 * 0.44070982933044434f,
                          4 * -0.28444138169288635f}));
}

TEST(Nf4QuantizeRef, ABlockOfZerosHasCodeZeroAndComesBackAsZeros) {
  const Floats x(64);
  Bytes packed(32, 0xA5);
  float absmax = 1;
  Nf4QuantizeRef(
      {.x = x.data(), .packed = packed.data(), .absmax = &absmax, .count = 64});
  EXPECT_EQ(absmax, 0);
  EXPECT_EQ(packed, Bytes(32, 0));
  Floats back(64, 1);
  Nf4DequantizeRef({.w = {.packed = packed.data(),
                          .count = 64,
                          .absmax = {.values = &absmax}},
                    .out = back.data()});
  for (const float value : back) {
    EXPECT_EQ(value, 0);
    EXPECT_TRUE(std::signbit(value));
  }
}

TEST(Nf4QuantizeRef, NoBlockHidesANan) {
  Floats x(128, 1.0f);
  x[3] = std::numeric_limits<float>::quiet_NaN();
  Bytes packed(64);
  Floats absmax(2);
  Nf4QuantizeRef({.x = x.data(),
                  .packed = packed.data(),
                  .absmax = absmax.data(),
                  .count = 128});
  EXPECT_TRUE(std::isnan(absmax[0]));
  EXPECT_EQ(absmax[1], 1);
}

TEST(Nf4DequantizeRef, RoundsTheProductOnceIn16Bits) {
  // 0.0795802995... * 3 = 0.23874089...: bf16 0x3e74 (0.23828125), where the
  // rounded value 0x3da3 times 3 would be 0x3e75.
  const Bytes packed = {0x80};
  const float absmax = 3;
  const Nf4Tensor w = {
      .packed = packed.data(), .count = 1, .absmax = {.values = &absmax}};
  bf16 b = {};
  fp16 h = {};
  Nf4DequantizeRef({.w = w, .out = &b, .out_type = FloatType::kBf16});
  Nf4DequantizeRef({.w = w, .out = &h, .out_type = FloatType::kFp16});
  EXPECT_EQ(b.bits, ToBf16(3 * 0.07958029955625534f).bits);
  EXPECT_EQ(b.bits, 0x3e74);
  EXPECT_EQ(h.bits, ToFp16(3 * 0.07958029955625534f).bits);
}

TEST(Nf4AbsmaxRef, RebuildsADoublyQuantisedScale) {
  const Bytes codes = {1, 0, 1};
  const Floats map = {-0.5f, 0.25f};
  const Floats nested = {2, 4};
  const Nf4Tensor w = {.packed = codes.data(),
                       .count = 192,
                       .absmax = {.codes = codes.data(),
                                  .map = map.data(),
                                  .nested_absmax = nested.data(),
                                  .offset = 10,
                                  .nested_block = 2}};
  EXPECT_EQ(Nf4AbsmaxRef(w, 63), 10.5f);
  EXPECT_EQ(Nf4AbsmaxRef(w, 64), 9);
  EXPECT_EQ(Nf4AbsmaxRef(w, 128), 11);
}

}  // namespace
}  // namespace kaito::kernels

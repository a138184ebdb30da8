#include "kaito/kernels/poison/poison_ref.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Poisoned(PoisonPattern pattern, int64_t size_bytes) {
  Bytes bytes(size_bytes, 0);
  PoisonRef(
      {.data = bytes.data(), .size_bytes = size_bytes, .pattern = pattern});
  return bytes;
}

TEST(PoisonRef, WritesThePatternsLittleEndian) {
  EXPECT_EQ(Poisoned(PoisonPattern::kBytes, 3), (Bytes{0xff, 0xff, 0xff}));
  EXPECT_EQ(Poisoned(PoisonPattern::kF32, 8),
            (Bytes{0xad, 0xde, 0xc0, 0x7f, 0xad, 0xde, 0xc0, 0x7f}));
  EXPECT_EQ(Poisoned(PoisonPattern::kBf16, 6),
            (Bytes{0xde, 0x7f, 0xde, 0x7f, 0xde, 0x7f}));
  EXPECT_EQ(Poisoned(PoisonPattern::kFp16, 2), (Bytes{0xad, 0x7e}));
}

TEST(PoisonRef, EveryPatternIsANanInItsTypeAndBytesInAll) {
  for (const PoisonPattern pattern :
       {PoisonPattern::kF32, PoisonPattern::kBytes}) {
    float value = 0;
    std::memcpy(&value, Poisoned(pattern, 4).data(), 4);
    EXPECT_TRUE(std::isnan(value));
  }
  bf16 b = {};
  fp16 h = {};
  std::memcpy(&b, Poisoned(PoisonPattern::kBf16, 2).data(), 2);
  std::memcpy(&h, Poisoned(PoisonPattern::kFp16, 2).data(), 2);
  EXPECT_TRUE(std::isnan(ToFloat(b)));
  EXPECT_TRUE(std::isnan(ToFloat(h)));
  EXPECT_TRUE(std::isnan(ToFloat(bf16{0xffff})));
  EXPECT_TRUE(std::isnan(ToFloat(fp16{0xffff})));
}

TEST(FindPoisonRef, CountsElementsThatWereNotWritten) {
  std::vector<float> out(10);
  const PoisonParams params = {
      .data = out.data(), .size_bytes = 40, .pattern = PoisonPattern::kF32};
  EXPECT_EQ(FindPoisonRef(params).count, 0);
  EXPECT_EQ(FindPoisonRef(params).first, -1);
  PoisonRef(params);
  EXPECT_EQ(FindPoisonRef(params).count, 10);
  for (const int i : {0, 1, 2, 4, 5, 6, 8, 9}) out[i] = 1;
  EXPECT_EQ(FindPoisonRef(params).count, 2);
  EXPECT_EQ(FindPoisonRef(params).first, 3);
}

TEST(FindPoisonRef, TellsOurNanFromAComputedOne) {
  volatile float zero = 0;
  std::vector<float> out = {zero / zero, std::nanf("")};
  EXPECT_EQ(
      FindPoisonRef(
          {.data = out.data(), .size_bytes = 8, .pattern = PoisonPattern::kF32})
          .count,
      0);
}

}  // namespace
}  // namespace kaito::kernels

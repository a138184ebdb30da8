#include "kaito/kernels/blockwise8/blockwise8.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/blockwise8/blockwise8_ref.h"
#include "kaito/kernels/blockwise8/dynamic_map.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/testing/golden_file.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::Each;
using testing::GoldenFile;
using ::testing::HasSubstr;
using Bytes = std::vector<uint8_t>;
using Floats = std::vector<float>;

constexpr uint8_t kUntouched = 0xA5;

struct Quantized {
  Bytes codes;  // One byte more than there are elements.
  Floats absmax;
  bool operator==(const Quantized& other) const {
    return codes == other.codes && absmax.size() == other.absmax.size() &&
           std::memcmp(absmax.data(), other.absmax.data(),
                       absmax.size() * sizeof(float)) == 0;
  }
};

using Run = std::function<void(const Blockwise8QuantizeParams&)>;

Quantized QuantizeWith(const Floats& x, int64_t block, float offset,
                       const float* map, const Run& run) {
  const int64_t count = static_cast<int64_t>(x.size());
  Quantized q = {Bytes(count + 1, kUntouched),
                 Floats(BlocksOf(count, block) + 1, -7)};
  run({.x = x.data(),
       .map = map,
       .codes = q.codes.data(),
       .absmax = q.absmax.data(),
       .count = count,
       .block = block,
       .offset = offset});
  EXPECT_EQ(q.codes.back(), kUntouched);
  EXPECT_EQ(q.absmax.back(), -7);
  return q;
}

Floats Random(int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Floats x(count);
  for (float& value : x) value = normal(random);
  return x;
}

TEST(Blockwise8, EqualsBitsandbytesInBothMaps) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const GoldenFile golden,
      GoldenFile::Read(
          "kaito/kernels/blockwise8/testdata/blockwise8.safetensors"));
  for (const bool is_signed : {true, false}) {
    const std::string name = is_signed ? "signed" : "unsigned";
    const auto& map = is_signed ? kDynamicSigned : kDynamicUnsigned;
    // Its CPU kernel writes a -1 into the signed map that it is given, and
    // takes that for code 0 on the way back.
    auto map_back = map;
    if (is_signed) map_back[0] = -1.0f;
    KAITO_ASSERT_OK_AND_ASSIGN(
        const Floats x,
        golden.Tensor<float>(is_signed ? "input" : "input_nonnegative"));
    KAITO_ASSERT_OK_AND_ASSIGN(const Bytes codes,
                               golden.Tensor<uint8_t>(name + ".codes_nearest"));
    KAITO_ASSERT_OK_AND_ASSIGN(const Floats absmax,
                               golden.Tensor<float>(name + ".absmax"));
    KAITO_ASSERT_OK_AND_ASSIGN(const Floats dequant,
                               golden.Tensor<float>(name + ".dequant"));
    Bytes got(x.size());
    Floats got_absmax(absmax.size());
    Floats back(x.size());
    const int64_t count = static_cast<int64_t>(x.size());
    KAITO_ASSERT_OK(Blockwise8Quantize({.x = x.data(),
                                        .map = map.data(),
                                        .codes = got.data(),
                                        .absmax = got_absmax.data(),
                                        .count = count},
                                       Stream::Cpu()));
    KAITO_ASSERT_OK(Blockwise8Dequantize({.codes = got.data(),
                                          .absmax = got_absmax.data(),
                                          .map = map_back.data(),
                                          .out = back.data(),
                                          .count = count},
                                         Stream::Cpu()));
    EXPECT_EQ(got, codes) << name;
    EXPECT_EQ(got_absmax, absmax) << name;
    EXPECT_EQ(back, dequant) << name;
  }
}

TEST(Blockwise8, EqualsTheReferenceForEverySizeAndNumberOfWorkers) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto team, WorkerTeam::Create(3));
  for (const int64_t count : {0, 1, 2, 255, 256, 257, 1000, 70000}) {
    for (const int64_t block : {1, 7, 256, 2048}) {
      if (count * BlocksOf(count, block) > 1 << 24) continue;  // Ref is n^2.
      const Floats x = Random(count, static_cast<uint32_t>(count + block));
      const Quantized want = QuantizeWith(
          x, block, 0.25f, kDynamicSigned.data(),
          [](const Blockwise8QuantizeParams& p) { Blockwise8QuantizeRef(p); });
      for (Workers* const workers : {static_cast<Workers*>(nullptr),
                                     static_cast<Workers*>(team.get())}) {
        const Quantized got = QuantizeWith(
            x, block, 0.25f, kDynamicSigned.data(),
            [&](const Blockwise8QuantizeParams& p) {
              KAITO_EXPECT_OK(Blockwise8Quantize(p, Stream::Cpu(workers)));
            });
        ASSERT_EQ(got, want) << count << " in blocks of " << block;
        Floats back(count + 1, -7);
        Floats want_back(count + 1, -7);
        Blockwise8DequantizeParams params = {.codes = got.codes.data(),
                                             .absmax = got.absmax.data(),
                                             .map = kDynamicSigned.data(),
                                             .out = want_back.data(),
                                             .count = count,
                                             .block = block,
                                             .offset = 0.25f};
        Blockwise8DequantizeRef(params);
        params.out = back.data();
        KAITO_ASSERT_OK(Blockwise8Dequantize(params, Stream::Cpu(workers)));
        ASSERT_EQ(back, want_back);
      }
    }
  }
}

TEST(Blockwise8, TakesTheLowerCodeAtAMidpointAndEveryEntryItself) {
  // absmax is 1 in each block: the last element.
  for (const auto& map : {kDynamicSigned, kDynamicUnsigned}) {
    Floats entries(map.begin(), map.end());
    Floats midpoints;
    for (int i = 0; i < 255; ++i) {
      midpoints.push_back((map[i] + map[i + 1]) * 0.5f);
    }
    midpoints.push_back(1.0f);
    const auto run = [](const Blockwise8QuantizeParams& p) {
      KAITO_EXPECT_OK(Blockwise8Quantize(p, Stream::Cpu()));
    };
    const Quantized exact = QuantizeWith(entries, 256, 0, map.data(), run);
    const Quantized tied = QuantizeWith(midpoints, 256, 0, map.data(), run);
    for (int i = 0; i < 256; ++i) {
      EXPECT_EQ(exact.codes[i], i);
      EXPECT_EQ(tied.codes[i], i);
    }
  }
}

TEST(Blockwise8, ZerosStayZerosAndNoBlockHidesANonFiniteElement) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const Floats x = {0, -0.0f, 0, kNan, 1, 2, -kInf, 1, 2};
  const Quantized q = QuantizeWith(
      x, 3, 0, kDynamicSigned.data(), [](const Blockwise8QuantizeParams& p) {
        KAITO_EXPECT_OK(Blockwise8Quantize(p, Stream::Cpu()));
      });
  Floats back(9);
  KAITO_ASSERT_OK(Blockwise8Dequantize({.codes = q.codes.data(),
                                        .absmax = q.absmax.data(),
                                        .map = kDynamicSigned.data(),
                                        .out = back.data(),
                                        .count = 9,
                                        .block = 3},
                                       Stream::Cpu()));
  EXPECT_THAT(Floats(back.begin(), back.begin() + 3), Each(0.0f));
  for (int i = 3; i < 9; ++i) EXPECT_FALSE(std::isfinite(back[i])) << i;
}

TEST(Blockwise8, RefusesWhatItCantRunNamingTheValues) {
  EXPECT_THAT(Blockwise8Quantize({.count = 4}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("blockwise8_quantize(count=4, block=256, "
                                 "cpu): a buffer is null")));
  EXPECT_THAT(Blockwise8Quantize({.count = -4}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Blockwise8Dequantize({.count = 4, .block = 0}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("block 1 or more")));
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  EXPECT_THAT(Blockwise8Quantize({}, Stream::Cuda(cuda, {0})),
              StatusIs(absl::StatusCode::kUnimplemented));
  KAITO_EXPECT_OK(Blockwise8Quantize({}, Stream::Cpu()));
}

}  // namespace
}  // namespace kaito::kernels

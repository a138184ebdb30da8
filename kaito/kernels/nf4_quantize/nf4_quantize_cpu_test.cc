#include "kaito/kernels/nf4_quantize/nf4_quantize_cpu.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_cases.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_ref.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/testing/cpu_targets.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kUntouched = 0xA5;
constexpr FloatType kTypes[] = {FloatType::kF32, FloatType::kBf16,
                                FloatType::kFp16};

float FloatAt(const Bytes& bytes, FloatType type, int64_t i) {
  const uint8_t* const data = bytes.data() + i * BytesOf(type);
  switch (type) {
    case FloatType::kF32: {
      float x;
      std::memcpy(&x, data, 4);
      return x;
    }
    case FloatType::kBf16: {
      bf16 x;
      std::memcpy(&x, data, 2);
      return ToFloat(x);
    }
    case FloatType::kFp16: {
      fp16 x;
      std::memcpy(&x, data, 2);
      return ToFloat(x);
    }
  }
  return 0;
}

// The numbers in storage of `type`, one element past an aligned address.
Bytes Stored(const std::vector<float>& x, FloatType type) {
  Bytes bytes(BytesOf(type));
  for (const float value : x) {
    const uint32_t bits = type == FloatType::kF32
                              ? std::bit_cast<uint32_t>(value)
                          : type == FloatType::kBf16 ? ToBf16(value).bits
                                                     : ToFp16(value).bits;
    for (int64_t i = 0; i < BytesOf(type); ++i) {
      bytes.push_back(static_cast<uint8_t>(bits >> (8 * i)));
    }
  }
  return bytes;
}

// Equal as numbers, a NaN to any other.
bool Same(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

struct Quantized {
  explicit Quantized(const Nf4QuantizeCase& c)
      : packed(Nf4PackedBytes(c.count) + 2, kUntouched),
        absmax(Nf4Blocks(c.count, c.block) + 2, -7) {}

  // Not the first and the last element of either.
  Nf4QuantizeParams Params(const Bytes& x, const Nf4QuantizeCase& c,
                           FloatType type) {
    return {.x = x.data() + BytesOf(type),
            .packed = packed.data() + 1,
            .absmax = absmax.data() + 1,
            .count = c.count,
            .block = c.block,
            .x_type = type};
  }

  Bytes packed;
  std::vector<float> absmax;
};

void ExpectQuantizesAsTheReference(Workers* workers) {
  for (const Nf4QuantizeCase& c : Nf4QuantizeCases()) {
    for (const FloatType type : kTypes) {
      const Bytes x = Stored(Nf4QuantizeInput(c.count, c.block), type);
      Quantized got(c);
      Quantized want(c);
      Nf4QuantizeRef(want.Params(x, c, type));
      Nf4QuantizeCpu(got.Params(x, c, type), workers);
      ASSERT_EQ(got.packed, want.packed)
          << c.count << " in blocks of " << c.block << ", " << NameOf(type);
      for (size_t b = 0; b < want.absmax.size(); ++b) {
        ASSERT_TRUE(Same(got.absmax[b], want.absmax[b])) << b;
      }
    }
  }
}

void ExpectDequantizesAsTheReference(Workers* workers) {
  for (const Nf4QuantizeCase& c : Nf4QuantizeCases()) {
    const Bytes x = Stored(Nf4QuantizeInput(c.count, c.block), FloatType::kF32);
    Quantized q(c);
    Nf4QuantizeRef(q.Params(x, c, FloatType::kF32));
    const Nf4Tensor w = {.packed = q.packed.data() + 1,
                         .count = c.count,
                         .block = c.block,
                         .absmax = {.values = q.absmax.data() + 1}};
    for (const FloatType type : kTypes) {
      const int64_t size = (c.count + 2) * BytesOf(type);
      Bytes got(size, kUntouched);
      Bytes want(size, kUntouched);
      Nf4DequantizeRef(
          {.w = w, .out = want.data() + BytesOf(type), .out_type = type});
      Nf4DequantizeCpu(
          {.w = w, .out = got.data() + BytesOf(type), .out_type = type},
          workers);
      for (int64_t i = 0; i < c.count + 2; ++i) {
        ASSERT_TRUE(Same(FloatAt(got, type, i), FloatAt(want, type, i)))
            << i << " of " << c.count << " in blocks of " << c.block << ", "
            << NameOf(type) << ": " << FloatAt(got, type, i) << ", want "
            << FloatAt(want, type, i);
      }
    }
  }
}

// Random codes and scales, which need not come from a tensor.
TEST(Nf4DequantizeCpu, ReadsDoublyQuantisedScalesOnEveryTarget) {
  constexpr int64_t kCount = 64 * 600 + 17;
  const int64_t blocks = Nf4Blocks(kCount, 64);
  std::mt19937 random(5);
  Bytes packed(Nf4PackedBytes(kCount));
  Bytes codes(blocks);
  std::vector<float> map(256);
  std::vector<float> nested(Nf4Blocks(blocks, 256));
  for (auto& byte : packed) byte = static_cast<uint8_t>(random());
  for (auto& code : codes) code = static_cast<uint8_t>(random());
  std::normal_distribution<float> normal;
  for (float& value : map) value = normal(random);
  for (float& value : nested) value = normal(random);
  const Nf4Tensor w = {.packed = packed.data(),
                       .count = kCount,
                       .absmax = {.codes = codes.data(),
                                  .map = map.data(),
                                  .nested_absmax = nested.data(),
                                  .offset = 0.3f}};
  std::vector<float> want(kCount);
  Nf4DequantizeRef({.w = w, .out = want.data()});
  testing::ForEachCpuTarget([&] {
    std::vector<float> got(kCount);
    Nf4DequantizeCpu({.w = w, .out = got.data()}, nullptr);
    EXPECT_EQ(got, want);
  });
}

TEST(Nf4QuantizeCpu, EqualsTheReferenceAndStaysInsideOnEveryTarget) {
  testing::ForEachCpuTarget([] { ExpectQuantizesAsTheReference(nullptr); });
}

TEST(Nf4DequantizeCpu, EqualsTheReferenceAndStaysInsideOnEveryTarget) {
  testing::ForEachCpuTarget([] { ExpectDequantizesAsTheReference(nullptr); });
}

TEST(Nf4QuantizeCpu, DoesNotDependOnTheNumberOfWorkers) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  ExpectQuantizesAsTheReference(team.get());
  ExpectDequantizesAsTheReference(team.get());
}

}  // namespace
}  // namespace kaito::kernels

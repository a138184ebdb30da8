#include "kaito/kernels/nf4_quantize/nf4_quantize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/blockwise8/dynamic_map.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/testing/golden_file.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using testing::GoldenFile;
using ::testing::HasSubstr;
using Bytes = std::vector<uint8_t>;
using Floats = std::vector<float>;

struct Quantized {
  Bytes packed;
  Floats absmax;
};

template <typename T>
Quantized QuantizeAs(const std::vector<T>& x, FloatType type, int64_t block) {
  const int64_t count = static_cast<int64_t>(x.size());
  Quantized q = {Bytes(Nf4PackedBytes(count)), Floats(Nf4Blocks(count, block))};
  KAITO_EXPECT_OK(Nf4Quantize({.x = x.data(),
                               .packed = q.packed.data(),
                               .absmax = q.absmax.data(),
                               .count = count,
                               .block = block,
                               .x_type = type},
                              Stream::Cpu()));
  return q;
}

// As the golden file's "input".
absl::StatusOr<Quantized> QuantizeInput(const GoldenFile& golden,
                                        int64_t block) {
  const absl::StatusOr<std::string> type = golden.TypeOf("input");
  if (!type.ok()) return type.status();
  if (*type == "F32") {
    const auto x = golden.Tensor<float>("input");
    if (!x.ok()) return x.status();
    return QuantizeAs(*x, FloatType::kF32, block);
  }
  if (*type == "BF16") {
    const auto x = golden.Tensor<bf16>("input");
    if (!x.ok()) return x.status();
    return QuantizeAs(*x, FloatType::kBf16, block);
  }
  const auto x = golden.Tensor<fp16>("input");
  if (!x.ok()) return x.status();
  return QuantizeAs(*x, FloatType::kFp16, block);
}

Bytes CodesOf(const Bytes& packed) {
  Bytes codes;
  for (const uint8_t byte : packed) {
    codes.push_back(byte >> 4);
    codes.push_back(byte & 15);
  }
  return codes;
}

void ExpectNear(const Floats& got, const Floats& want, float relative) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], want[i], relative * std::abs(want[i])) << i;
  }
}

void ExpectDequantizes(const Nf4Tensor& w, const Floats& f32,
                       const std::vector<bf16>& b16) {
  Floats got(w.count);
  KAITO_ASSERT_OK(Nf4Dequantize({.w = w, .out = got.data()}, Stream::Cpu()));
  EXPECT_EQ(got, f32);
  std::vector<bf16> got16(w.count);
  KAITO_ASSERT_OK(
      Nf4Dequantize({.w = w, .out = got16.data(), .out_type = FloatType::kBf16},
                    Stream::Cpu()));
  for (int64_t i = 0; i < w.count; ++i) {
    ASSERT_EQ(got16[i].bits, b16[i].bits) << i;
  }
}

class Nf4Golden : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    absl::StatusOr<GoldenFile> file = GoldenFile::Read(absl::StrCat(
        "kaito/kernels/nf4_quantize/testdata/", GetParam(), ".safetensors"));
    KAITO_ASSERT_OK(file.status());
    golden_ = *std::move(file);
  }

  // The stored tensors of one configuration, such as "b64", all checked.
  void CheckPlain(const std::string& config, int64_t block);
  void CheckDouble(const std::string& config, int64_t block);

  GoldenFile golden_;
};

void Nf4Golden::CheckPlain(const std::string& config, int64_t block) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Quantized q, QuantizeInput(golden_, block));
  KAITO_ASSERT_OK_AND_ASSIGN(const Bytes packed,
                             golden_.Tensor<uint8_t>(config + ".packed"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats absmax,
                             golden_.Tensor<float>(config + ".absmax"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats f32,
                             golden_.Tensor<float>(config + ".dequant_f32"));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<bf16> b16,
                             golden_.Tensor<bf16>(config + ".dequant_bf16"));
  EXPECT_EQ(q.absmax, absmax);
  // Ties are decided by another rule on bitsandbytes' CPU.
  if (GetParam() != std::string("ties_f32")) {
    EXPECT_EQ(q.packed, packed);
  }
  if (golden_.Has(config + ".codes_cuda_rule")) {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const Bytes codes,
        golden_.Tensor<uint8_t>(config + ".codes_cuda_rule"));
    EXPECT_EQ(CodesOf(q.packed), codes);
  }
  ExpectDequantizes({.packed = packed.data(),
                     .count = static_cast<int64_t>(f32.size()),
                     .block = block,
                     .absmax = {.values = absmax.data()}},
                    f32, b16);
}

void Nf4Golden::CheckDouble(const std::string& config, int64_t block) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Quantized q, QuantizeInput(golden_, block));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Bytes want_codes,
      golden_.Tensor<uint8_t>(config + ".absmax_q_nearest"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats want_nested,
                             golden_.Tensor<float>(config + ".nested_absmax"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats want_offset,
                             golden_.Tensor<float>(config + ".offset"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats want_absmax,
                             golden_.Tensor<float>(config + ".absmax"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats want_f32,
                             golden_.Tensor<float>(config + ".dequant_f32"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Bytes packed,
                             golden_.Tensor<uint8_t>(config + ".packed"));
  // bitsandbytes' CPU kernel writes a -1 into the map that it is given.
  auto map = kDynamicSigned;
  map[0] = -1.0f;
  const int64_t blocks = static_cast<int64_t>(q.absmax.size());
  Bytes codes(blocks);
  Floats nested(want_nested.size());
  float offset = -1;
  KAITO_ASSERT_OK(Nf4QuantizeAbsmax({.absmax = q.absmax.data(),
                                     .map = map.data(),
                                     .codes = codes.data(),
                                     .nested_absmax = nested.data(),
                                     .offset = &offset,
                                     .blocks = blocks},
                                    Stream::Cpu()));
  EXPECT_EQ(codes, want_codes);
  ExpectNear(nested, want_nested, 1e-6f);
  ExpectNear({offset}, want_offset, 1e-6f);
  if (GetParam() != std::string("ties_f32")) {
    EXPECT_EQ(q.packed, packed);
  }

  // What was stored, read back.
  const int64_t count = static_cast<int64_t>(want_f32.size());
  Floats got(count);
  KAITO_ASSERT_OK(
      Nf4Dequantize({.w = {.packed = packed.data(),
                           .count = count,
                           .block = block,
                           .absmax = {.codes = want_codes.data(),
                                      .map = map.data(),
                                      .nested_absmax = want_nested.data(),
                                      .offset = want_offset[0]}},
                     .out = got.data()},
                    Stream::Cpu()));
  ExpectNear(got, want_f32, 1e-6f);
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<bf16> b16,
                             golden_.Tensor<bf16>(config + ".dequant_bf16"));
  ExpectDequantizes({.packed = packed.data(),
                     .count = count,
                     .block = block,
                     .absmax = {.values = want_absmax.data()}},
                    want_f32, b16);
}

TEST_P(Nf4Golden, EqualsBitsandbytes) {
  if (golden_.Has("b64.packed")) CheckPlain("b64", 64);
  if (golden_.Has("b128.packed")) CheckPlain("b128", 128);
  if (golden_.Has("b64dq.packed")) CheckDouble("b64dq", 64);
  if (golden_.Has("b128dq.packed")) CheckDouble("b128dq", 128);
}

INSTANTIATE_TEST_SUITE_P(Files, Nf4Golden,
                         ::testing::Values("normal_f32", "normal_bf16",
                                           "normal_f16", "heavy_tails_f32",
                                           "rows_not_multiple_bf16",
                                           "wide_absmax_range_bf16",
                                           "zero_and_single_f32", "ties_f32"));

TEST(Nf4Quantize, RefusesWhatItCantRunNamingTheValues) {
  Floats x(64);
  Bytes packed(32);
  float absmax = 0;
  const Nf4QuantizeParams good = {
      .x = x.data(), .packed = packed.data(), .absmax = &absmax, .count = 64};
  KAITO_EXPECT_OK(Nf4Quantize(good, Stream::Cpu()));
  Nf4QuantizeParams bad = good;
  for (const int64_t block : {0, 16, 48, 8192, -64}) {
    bad.block = block;
    EXPECT_THAT(Nf4Quantize(bad, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(absl::StrCat("nf4_quantize(f32, count=64, "
                                                "block=",
                                                block, ", cpu): "))));
  }
  bad = good;
  bad.packed = nullptr;
  EXPECT_THAT(Nf4Quantize(bad, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  bad = good;
  bad.x = reinterpret_cast<const uint8_t*>(x.data()) + 2;
  EXPECT_THAT(Nf4Quantize(bad, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("x must be aligned to 4 bytes")));
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  EXPECT_THAT(Nf4Quantize(good, Stream::Cuda(cuda, {0})),
              StatusIs(absl::StatusCode::kUnimplemented));
  KAITO_EXPECT_OK(Nf4Quantize({}, Stream::Cpu()));
}

TEST(Nf4Dequantize, RefusesWhatItCantRunNamingTheValues) {
  const Bytes packed(32);
  const float absmax = 0;
  Floats out(64);
  const Nf4DequantizeParams good = {.w = {.packed = packed.data(),
                                          .count = 64,
                                          .absmax = {.values = &absmax}},
                                    .out = out.data()};
  KAITO_EXPECT_OK(Nf4Dequantize(good, Stream::Cpu()));
  Nf4DequantizeParams bad = good;
  bad.w.absmax.values = nullptr;
  EXPECT_THAT(Nf4Dequantize(bad, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("either absmax values or codes")));
  bad.w.absmax.codes = packed.data();
  EXPECT_THAT(Nf4Dequantize(bad, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("want a map and nested scales")));
  bad = good;
  bad.w.block = 65;
  EXPECT_THAT(Nf4Dequantize(bad, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("64 in blocks of 65")));
  bad = good;
  bad.out = nullptr;
  EXPECT_THAT(Nf4Dequantize(bad, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Nf4QuantizeAbsmax, RefusesScalesWithoutAFiniteMean) {
  const Floats absmax = {1, std::numeric_limits<float>::quiet_NaN(), 2};
  Bytes codes(3);
  Floats nested(1);
  float offset = 0;
  Nf4QuantizeAbsmaxParams params = {.absmax = absmax.data(),
                                    .map = kDynamicSigned.data(),
                                    .codes = codes.data(),
                                    .nested_absmax = nested.data(),
                                    .offset = &offset,
                                    .blocks = 3};
  EXPECT_THAT(Nf4QuantizeAbsmax(params, Stream::Cpu()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the mean scale is nan")));
  params.map = nullptr;
  EXPECT_THAT(Nf4QuantizeAbsmax(params, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  KAITO_EXPECT_OK(Nf4QuantizeAbsmax({.offset = &offset}, Stream::Cpu()));
}

TEST(Nf4QuantizeAbsmax, EqualScalesComeBackExactly) {
  const Floats absmax(1000, 0.7f);
  Bytes codes(1000);
  Floats nested(4);
  float offset = 0;
  KAITO_ASSERT_OK(Nf4QuantizeAbsmax({.absmax = absmax.data(),
                                     .map = kDynamicSigned.data(),
                                     .codes = codes.data(),
                                     .nested_absmax = nested.data(),
                                     .offset = &offset,
                                     .blocks = 1000},
                                    Stream::Cpu()));
  EXPECT_EQ(offset, 0.7f);
  EXPECT_EQ(nested, Floats(4));
  EXPECT_EQ(codes, Bytes(1000, 127));
}

}  // namespace
}  // namespace kaito::kernels

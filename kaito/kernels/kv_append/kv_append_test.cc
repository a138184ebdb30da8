#include "kaito/kernels/kv_append/kv_append.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/decode_attention/paged_kv_params.h"
#include "kaito/kernels/kv_append/kv_append_params.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

// Blocks of two tokens, two heads of one dimension: a cache of
// [block][head][slot]. Sequence 0 gets its tokens 1 and 2 (blocks 2 and 0),
// sequence 1 its token 0 (block 1).
constexpr int32_t kLengths[] = {3, 1};
constexpr int32_t kStarts[] = {0, 2, 3};
constexpr int32_t kTable[] = {2, 0, 1, -1};
// A fused row: k of both heads, v of both, one value of another.
constexpr float kRows[] = {11, 12, 13, 14, 0,  21, 22, 23,
                           24, 0,  31, 32, 33, 34, 0};

KvAppendParams Params(void* keys, void* values, KvType type) {
  return {.kv = {.keys = keys,
                 .values = values,
                 .type = type,
                 .blocks = 3,
                 .block_size = 2,
                 .kv_heads = 2,
                 .head_dim = 1,
                 .sequences = 2,
                 .lengths = kLengths,
                 .starts = kStarts,
                 .block_table = kTable,
                 .table_stride = 2},
          .k = kRows,
          .k_token_stride = 5,
          .v = kRows + 2,
          .v_token_stride = 5};
}

TEST(KvAppend, WritesTheLastTokensOfEachSequenceAndNothingElse) {
  std::vector<float> keys(12, -1);
  std::vector<float> values(12, -1);
  KAITO_ASSERT_OK(KvAppend(Params(keys.data(), values.data(), KvType::kF32),
                           Stream::Cpu()));
  EXPECT_EQ(keys, (std::vector<float>{21, -1, 22, -1, 31, -1, 32, -1, -1, 11,
                                      -1, 12}));
  EXPECT_EQ(values, (std::vector<float>{23, -1, 24, -1, 33, -1, 34, -1, -1, 13,
                                        -1, 14}));
}

TEST(KvAppend, RoundsToBf16) {
  std::vector<bf16> keys(12, bf16{0});
  std::vector<bf16> values(12, bf16{0});
  KvAppendParams params = Params(keys.data(), values.data(), KvType::kBf16);
  std::vector<float> rows(std::begin(kRows), std::end(kRows));
  rows[0] = 1.004f;  // Just above half way from 1 to the next bf16.
  params.k = rows.data();
  KAITO_ASSERT_OK(KvAppend(params, Stream::Cpu()));
  EXPECT_EQ(keys[9].bits, 0x3f81);
  EXPECT_EQ(ToFloat(values[0]), 23);
  EXPECT_EQ(keys[1].bits, 0);
}

TEST(KvAppend, RefusesWhatItCantWriteNamingTheValues) {
  std::vector<float> keys(12, -1);
  std::vector<float> values(12, -1);
  const KvAppendParams good = Params(keys.data(), values.data(), KvType::kF32);
  const auto refused = [&](auto change, const char* why) {
    KvAppendParams params = good;
    change(params);
    EXPECT_THAT(KvAppend(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  using P = KvAppendParams;
  refused([](P& p) { p.k = nullptr; },
          "kv_append(sequences=2, kv_heads=2, head_dim=1, cpu): k or v");
  refused([](P& p) { p.v_token_stride = 1; }, "v_token_stride is 1");
  refused([](P& p) { p.kv.blocks = 2; },
          "block 0 of sequence 0 is 2, and the cache has 2");
  refused([](P& p) { p.kv.keys = nullptr; }, "is null");
  EXPECT_EQ(keys, std::vector<float>(12, -1));
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  EXPECT_THAT(KvAppend(good, Stream::Cuda(cuda, {0})),
              StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(KvAppend, NothingToAppendIsFine) {
  KAITO_EXPECT_OK(KvAppend(
      {.kv = {.block_size = 16, .kv_heads = 1, .head_dim = 8}}, Stream::Cpu()));
}

}  // namespace
}  // namespace kaito::kernels

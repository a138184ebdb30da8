#include "kaito/kernels/decode_attention/decode_attention.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/decode_attention/decode_attention_cases.h"
#include "kaito/kernels/decode_attention/decode_attention_params.h"
#include "kaito/kernels/decode_attention/decode_attention_ref.h"
#include "kaito/kernels/decode_attention/decode_attention_testutil.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using testing::DecodeData;
using ::testing::HasSubstr;

class DecodeAttentionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const int64_t bytes,
        DecodeAttentionWorkspaceBytes(data_.params(), Stream::Cpu()));
    data_.UseWorkspace(bytes);
  }

  template <typename Change>
  void ExpectRefused(const Change& change, const char* why) {
    DecodeAttentionParams params = data_.params();
    change(params);
    EXPECT_THAT(DecodeAttention(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  }

  DecodeData data_{DecodeAttentionCase{{{6, 1}, {3, 2}}, 4, 2, 8, 4}};
};

TEST_F(DecodeAttentionTest, ComputesInTheWorkspaceThatItAskedFor) {
  KAITO_ASSERT_OK(DecodeAttention(data_.params(), Stream::Cpu()));
  const std::vector<double> want = DecodeAttentionRef(data_.params());
  for (int64_t i = 0; i < static_cast<int64_t>(want.size()); ++i) {
    EXPECT_NEAR(data_.out()[i], want[i], 1e-5);
  }
}

TEST_F(DecodeAttentionTest, NoSequencesNeedNoBuffers) {
  KAITO_EXPECT_OK(DecodeAttention(
      {.kv = {.block_size = 16, .kv_heads = 1, .head_dim = 8}, .q_heads = 1},
      Stream::Cpu()));
}

TEST_F(DecodeAttentionTest, RefusesWhatItCantComputeNamingTheValues) {
  using P = DecodeAttentionParams;
  ExpectRefused([](P& p) { p.kv.head_dim = 0; },
                "decode_attention(sequences=2, heads=4/2, head_dim=0, "
                "window=0, cpu): head_dim is 0, want 1 to 256");
  ExpectRefused([](P& p) { p.kv.kv_heads = 0; }, "kv_heads is 0");
  ExpectRefused([](P& p) { p.kv.block_size = 0; }, "block_size is 0");
  ExpectRefused([](P& p) { p.kv.sequences = -1; }, "sequences is -1");
  ExpectRefused([](P& p) { p.kv.values = nullptr; }, "values, lengths");
  ExpectRefused([](P& p) { p.q_heads = 3; }, "a multiple of kv_heads");
  ExpectRefused([](P& p) { p.window = -1; }, "window must be");
  ExpectRefused([](P& p) { p.q = nullptr; }, "q or out is null");
  ExpectRefused([](P& p) { p.out_token_stride = 31; },
                "out_token_stride is 31, want at least 32");
  ExpectRefused([](P& p) { p.scale = 1.0f / 0.0f; }, "scale is inf");
  ExpectRefused([](P& p) { --p.workspace_bytes; }, "bytes, want");
  ExpectRefused([](P& p) { p.workspace = static_cast<char*>(p.workspace) + 8; },
                "not aligned to 64");
}

TEST_F(DecodeAttentionTest, RefusesTablesThatLeadOutOfTheCache) {
  using P = DecodeAttentionParams;
  static constexpr int32_t kBlocks[] = {0, 3, 1, -1};
  static constexpr int32_t kNegative[] = {-1, 0, 1, -1};
  static constexpr int32_t kLengths[] = {6, 1};
  static constexpr int32_t kStarts[] = {1, 2, 3};
  static constexpr int32_t kFalling[] = {0, 2, 1};
  ExpectRefused([](P& p) { p.kv.block_table = kBlocks; },
                "block 1 of sequence 0 is 3, and the cache has 3");
  ExpectRefused([](P& p) { p.kv.block_table = kNegative; },
                "block 0 of sequence 0 is -1");
  ExpectRefused([](P& p) { p.kv.table_stride = 1; },
                "sequence 0 of 6 tokens needs 2 blocks, and a row of the table "
                "has 1");
  ExpectRefused([](P& p) { p.kv.lengths = kLengths; },
                "sequence 1 has 1 tokens and 2 of them in this step");
  ExpectRefused([](P& p) { p.kv.starts = kStarts; }, "starts begins with 1");
  ExpectRefused([](P& p) { p.kv.starts = kFalling; }, "-1 of them");
}

TEST_F(DecodeAttentionTest, SaysThatItDoesNotRunOnCuda) {
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  EXPECT_THAT(DecodeAttention(data_.params(), Stream::Cuda(cuda, {0})),
              StatusIs(absl::StatusCode::kUnimplemented,
                       HasSubstr("cuda:0): no kernel")));
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/decode_attention/decode_attention_ref.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/decode_attention/decode_attention_params.h"

namespace kaito::kernels {
namespace {

// Two sequences of one head of one dimension, in blocks of two: tokens 10, 20,
// 30 in blocks 2 and 0, tokens 5, 7 in block 1.
class DecodeAttentionRefTest : public ::testing::Test {
 protected:
  static constexpr float kKeys[] = {3, 0, 1, 1, 1, 2};
  static constexpr float kValues[] = {30, 0, 5, 7, 10, 20};
  static constexpr int32_t kLengths[] = {3, 2};
  static constexpr int32_t kTable[] = {2, 0, 1, -1};

  DecodeAttentionParams Params(const int32_t* starts, const float* q) {
    return {.kv = {.keys = keys_.data(),
                   .values = values_.data(),
                   .blocks = 3,
                   .block_size = 2,
                   .kv_heads = 1,
                   .head_dim = 1,
                   .sequences = 2,
                   .lengths = kLengths,
                   .starts = starts,
                   .block_table = kTable,
                   .table_stride = 2},
            .q_heads = 1,
            .scale = 1,
            .q = q,
            .q_token_stride = 1};
  }

  std::vector<float> keys_ = {std::begin(kKeys), std::end(kKeys)};
  std::vector<float> values_ = {std::begin(kValues), std::end(kValues)};
};

TEST_F(DecodeAttentionRefTest, SeesAllTokensOfItsSequenceThroughTheTable) {
  constexpr int32_t kStarts[] = {0, 1, 2};
  constexpr float kQ[] = {0, 0};
  EXPECT_EQ(DecodeAttentionRef(Params(kStarts, kQ)),
            (std::vector<double>{20, 6}));
}

TEST_F(DecodeAttentionRefTest, SeveralNewTokensSeeUpToThemselves) {
  constexpr int32_t kStarts[] = {0, 2, 2};
  constexpr float kQ[] = {0, 0};
  EXPECT_EQ(DecodeAttentionRef(Params(kStarts, kQ)),
            (std::vector<double>{15, 20}));
}

TEST_F(DecodeAttentionRefTest, AWindowCountsTheTokenItself) {
  constexpr int32_t kStarts[] = {0, 1, 2};
  constexpr float kQ[] = {0, 0};
  DecodeAttentionParams params = Params(kStarts, kQ);
  params.window = 2;
  EXPECT_EQ(DecodeAttentionRef(params), (std::vector<double>{25, 6}));
}

// Keys 1, 2, 3 under a query of ln 2: weights 2 : 4 : 8.
TEST_F(DecodeAttentionRefTest, WeighsByTheExponentialOfTheScaledProduct) {
  constexpr int32_t kStarts[] = {0, 1, 1};
  const float q[] = {static_cast<float>(std::log(4.0))};
  DecodeAttentionParams params = Params(kStarts, q);
  params.scale = 0.5f;
  EXPECT_NEAR(DecodeAttentionRef(params)[0], (2 * 10 + 4 * 20 + 8 * 30) / 14.0,
              1e-6);
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/attention/attention_ref.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/attention/attention_cases.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/attention/attention_testutil.h"

namespace kaito::kernels {
namespace {

using testing::AttentionData;

// One head of one dimension whose scores are 0: means of what is seen.
std::vector<double> MeansOf(std::vector<float> values,
                            std::vector<int32_t> starts, int64_t window,
                            const float* sink) {
  const std::vector<float> zeros(values.size());
  return AttentionForwardRef(
             {.starts = starts.data(),
              .sequences = static_cast<int64_t>(starts.size()) - 1,
              .tokens = starts.back(),
              .q_heads = 1,
              .kv_heads = 1,
              .head_dim = 1,
              .scale = 1,
              .window = window,
              .sinks = sink,
              .q = {.data = zeros.data(), .token_stride = 1},
              .k = {.data = zeros.data(), .token_stride = 1},
              .v = {.data = values.data(), .token_stride = 1}})
      .out;
}

TEST(AttentionForwardRef, SeesItsOwnSequenceUpToItself) {
  EXPECT_EQ(MeansOf({3, 5, 10, 16, 4}, {0, 3, 5}, 0, nullptr),
            (std::vector<double>{3, 4, 6, 16, 10}));
}

TEST(AttentionForwardRef, AWindowCountsTheTokenItself) {
  EXPECT_EQ(MeansOf({3, 5, 10, 16}, {0, 4}, 1, nullptr),
            (std::vector<double>{3, 5, 10, 16}));
  EXPECT_EQ(MeansOf({3, 5, 10, 16}, {0, 4}, 2, nullptr),
            (std::vector<double>{3, 4, 7.5, 13}));
}

TEST(AttentionForwardRef, ASinkTakesWeightAndGivesNothing) {
  const float sink = 0;
  EXPECT_EQ(MeansOf({4, 2}, {0, 2}, 0, &sink), (std::vector<double>{2, 2}));
}

// Scores of 2 * 3 and 2 * 1 under the scale 0.5, so weights e^3 : e^1.
TEST(AttentionForwardRef, WeighsByTheExponentialOfTheScaledProduct) {
  constexpr int32_t kStarts[] = {0, 2};
  constexpr float kQ[] = {0, 2};
  constexpr float kK[] = {3, 1};
  constexpr float kV[] = {1, 0};
  AttentionParams params = {.starts = kStarts,
                            .sequences = 1,
                            .tokens = 2,
                            .q_heads = 1,
                            .kv_heads = 1,
                            .head_dim = 1,
                            .scale = 0.5f,
                            .q = {.data = kQ, .token_stride = 1},
                            .k = {.data = kK, .token_stride = 1},
                            .v = {.data = kV, .token_stride = 1}};
  AttentionRefResult result = AttentionForwardRef(params);
  EXPECT_DOUBLE_EQ(result.out[1], 1 / (1 + std::exp(-2.0)));
  EXPECT_DOUBLE_EQ(result.log_sum_exp[1],
                   std::log(std::exp(3.0) + std::exp(1.0)));
  params.softcap = 2;
  result = AttentionForwardRef(params);
  EXPECT_DOUBLE_EQ(result.out[1],
                   1 / (1 + std::exp(2 * std::tanh(0.5) - 2 * std::tanh(1.5))));
}

TEST(AttentionForwardRef, HeadsShareKeysInGroups) {
  constexpr int32_t kStarts[] = {0, 1};
  constexpr float kQ[] = {1, 2, 3, 4};
  constexpr float kV[] = {7, 9};
  EXPECT_EQ(AttentionForwardRef({.starts = kStarts,
                                 .sequences = 1,
                                 .tokens = 1,
                                 .q_heads = 4,
                                 .kv_heads = 2,
                                 .head_dim = 1,
                                 .scale = 1,
                                 .q = {.data = kQ, .token_stride = 4},
                                 .k = {.data = kV, .token_stride = 2},
                                 .v = {.data = kV, .token_stride = 2}})
                .out,
            (std::vector<double>{7, 7, 9, 9}));
}

double Loss(AttentionData& data) {
  const AttentionRefResult result = AttentionForwardRef(data.params().forward);
  double loss = 0;
  for (size_t i = 0; i < result.out.size(); ++i) {
    loss += result.out[i] * data.params().d_out.data[i];
  }
  return loss;
}

// Central differences: off by step^2 / 6 times the third derivative, which is
// at most some tens here.
TEST(AttentionBackwardRef, AgreesWithFiniteDifferences) {
  constexpr float kStep = 0x1p-10f;
  for (const AttentionCase& c :
       {AttentionCase{{4, 3}, 2, 1, 3}, AttentionCase{{6}, 2, 2, 2, 3},
        AttentionCase{{5}, 2, 1, 2, 0, 1.5f, true}}) {
    AttentionData data(c);
    const AttentionRefGradients gradients = AttentionBackwardRef(data.params());
    std::vector<double> want = gradients.d_q;  // As the inputs lie.
    want.insert(want.end(), gradients.d_k.begin(), gradients.d_k.end());
    want.insert(want.end(), gradients.d_v.begin(), gradients.d_v.end());
    ASSERT_EQ(want.size(), data.inputs().size());
    for (size_t i = 0; i < want.size(); ++i) {
      float& x = data.inputs()[i];
      const float before = x;
      x = before + kStep;
      const double above = Loss(data);
      x = before - kStep;
      const double below = Loss(data);
      x = before;
      EXPECT_NEAR((above - below) / (2 * kStep), want[i], 1e-5) << i;
    }
  }
}

}  // namespace
}  // namespace kaito::kernels

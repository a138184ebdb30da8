#include "kaito/kernels/rope/rope_ref.h"

#include <cstdint>
#include <span>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::kernels {
namespace {

// Three positions of one pair: no turn, a quarter turn, and a turn and stretch
// whose results are exact.
constexpr float kCos[] = {1, 0, 0.75f};
constexpr float kSin[] = {0, 1, 0.5f};
constexpr int32_t kFirst[] = {0};
constexpr int32_t kLast[] = {2};

RopeParams Params(std::vector<float>& q, std::span<const int32_t> positions,
                  int64_t head_dim) {
  const int64_t tokens = static_cast<int64_t>(positions.size());
  return {.q = {.data = q.data(),
                .heads = static_cast<int64_t>(q.size()) / tokens / head_dim,
                .token_stride = static_cast<int64_t>(q.size()) / tokens},
          .tokens = tokens,
          .head_dim = head_dim,
          .rotary_dim = 2,
          .positions = positions.data(),
          .cos = kCos,
          .sin = kSin,
          .table_positions = 3};
}

TEST(RopeRef, TurnsEachTokenByTheAngleOfItsPosition) {
  std::vector<float> q = {10, 5, 10, 5, 10, 5, 10, 5};
  constexpr int32_t kPositions[] = {2, 0, 1, 2};
  RopeRef(Params(q, kPositions, 2));
  EXPECT_EQ(q, (std::vector<float>{5, 8.75f, 10, 5, -5, 10, 5, 8.75f}));
}

TEST(RopeRef, LeavesDimensionsPastTheRotatedOnes) {
  std::vector<float> q = {10, 5, 7, 8, 20, 10, 7, 8};
  RopeRef(Params(q, kLast, 4));
  EXPECT_EQ(q, (std::vector<float>{5, 8.75f, 7, 8, 10, 17.5f, 7, 8}));
}

TEST(RopeRef, PairsFirstHalfWithSecond) {
  constexpr float kTwoCos[] = {0, 1};
  constexpr float kTwoSin[] = {1, 0};
  std::vector<float> q = {1, 2, 3, 4};
  RopeParams params = Params(q, kFirst, 4);
  params.rotary_dim = 4;
  params.cos = kTwoCos;
  params.sin = kTwoSin;
  RopeRef(params);
  // (1, 3) turns by a quarter, (2, 4) stays.
  EXPECT_EQ(q, (std::vector<float>{-3, 2, 1, 4}));
}

// <rope(x), y> == <x, rope_backward(y)>: what the gradient of a linear map is.
TEST(RopeRef, BackwardIsTheTransposeOfForward) {
  const std::vector<float> x = {3, -2};
  const std::vector<float> y = {5, 7};
  std::vector<float> turned = x;
  std::vector<float> gradient = y;
  RopeRef(Params(turned, kLast, 2));
  RopeParams backward = Params(gradient, kLast, 2);
  backward.direction = RopeDirection::kBackward;
  RopeRef(backward);
  // 3.25 * 5 + 0 * 7 = 16.25 = 3 * 7.25 - 2 * 2.75
  EXPECT_EQ(turned[0] * y[0] + turned[1] * y[1], 16.25f);
  EXPECT_EQ(x[0] * gradient[0] + x[1] * gradient[1], 16.25f);
}

}  // namespace
}  // namespace kaito::kernels

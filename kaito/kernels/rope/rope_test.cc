#include "kaito/kernels/rope/rope.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

class RopeTest : public ::testing::Test {
 protected:
  RopeParams Params() {
    return {.q = {.data = q_.data(), .heads = 2, .token_stride = 8},
            .k = {.data = k_.data(), .heads = 1, .token_stride = 4},
            .tokens = 3,
            .head_dim = 4,
            .rotary_dim = 4,
            .positions = positions_.data(),
            .cos = table_.cos.data(),
            .sin = table_.sin.data(),
            .table_positions = 3};
  }

  void ExpectRefused(const RopeParams& params, const char* why) {
    EXPECT_THAT(Rope(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
    EXPECT_EQ(q_, std::vector<float>(24, 1.0f));
  }

  std::vector<float> q_ = std::vector<float>(24, 1.0f);
  std::vector<float> k_ = std::vector<float>(12, 1.0f);
  // A second sequence starts at the last token.
  std::vector<int32_t> positions_ = {1, 2, 0};
  RopeTable table_ =
      MakeRopeTable({.rotary_dim = 4, .theta = 10000}, 3).value();
};

TEST_F(RopeTest, RotatesBothByTheModelsTable) {
  KAITO_ASSERT_OK(Rope(Params(), Stream::Cpu()));
  EXPECT_NEAR(k_[0], std::cos(1) - std::sin(1), 1e-6);
  EXPECT_NEAR(k_[2], std::cos(1) + std::sin(1), 1e-6);
  EXPECT_NEAR(k_[5], std::cos(0.02) - std::sin(0.02), 1e-6);
  EXPECT_EQ(k_[8], 1.0f);
  EXPECT_EQ(q_[4], k_[0]);
}

TEST_F(RopeTest, BackwardTurnsForwardBack) {
  RopeParams params = Params();
  KAITO_ASSERT_OK(Rope(params, Stream::Cpu()));
  params.direction = RopeDirection::kBackward;
  KAITO_ASSERT_OK(Rope(params, Stream::Cpu()));
  for (const float x : q_) EXPECT_NEAR(x, 1.0, 1e-6);
}

TEST_F(RopeTest, NoTokensNeedNoBuffers) {
  KAITO_EXPECT_OK(Rope({.head_dim = 4, .rotary_dim = 4}, Stream::Cpu()));
}

TEST_F(RopeTest, RefusesWhatItCantRotateNamingTheValues) {
  const auto with = [this](auto change) {
    RopeParams params = Params();
    change(params);
    return params;
  };
  ExpectRefused(with([](RopeParams& p) { p.tokens = -1; }),
                "rope(tokens=-1, heads=2+1, head_dim=4, rotary_dim=4, cpu)");
  ExpectRefused(with([](RopeParams& p) { p.head_dim = 0; }), "head_dim must");
  ExpectRefused(with([](RopeParams& p) { p.rotary_dim = 6; }), "at most");
  ExpectRefused(with([](RopeParams& p) { p.rotary_dim = 3; }), "even");
  ExpectRefused(with([](RopeParams& p) { p.q.heads = -1; }), "q.heads must");
  ExpectRefused(with([](RopeParams& p) { p.k.data = nullptr; }),
                "k.data is null");
  ExpectRefused(with([](RopeParams& p) { p.q.token_stride = 7; }),
                "q.token_stride is 7");
  ExpectRefused(with([](RopeParams& p) { p.positions = nullptr; }),
                "positions is null");
  ExpectRefused(with([](RopeParams& p) { p.sin = nullptr; }), "sin is null");
  ExpectRefused(with([](RopeParams& p) { p.table_positions = 2; }),
                "token 1 is at position 2, and the table has 2");
  positions_[2] = -1;
  ExpectRefused(Params(), "token 2 is at position -1");
}

TEST_F(RopeTest, SaysThatItDoesNotRunOnCuda) {
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  EXPECT_THAT(Rope(Params(), Stream::Cuda(cuda, {0})),
              StatusIs(absl::StatusCode::kUnimplemented,
                       HasSubstr("rotary_dim=4, cuda:0): no kernel")));
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/rope/rope_cpu.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/rope/rope_cases.h"
#include "kaito/kernels/rope/rope_ref.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kPositions = 50;

// A case's buffers; q and k apart are in one vector too, one behind the other.
struct Data {
  std::vector<float> qkv;
  std::vector<int32_t> positions;
  std::vector<float> cos;
  std::vector<float> sin;
  RopeParams params;
};

Data Make(const RopeCase& c) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(-3, 3);
  const int64_t q_row = c.q_heads * c.head_dim;
  const int64_t k_row = c.kv_heads * c.head_dim;
  Data data;
  for (int64_t i = 0; i < c.tokens * (q_row + 2 * k_row); ++i) {
    data.qkv.push_back(uniform(random));
  }
  for (int64_t t = 0; t < c.tokens; ++t) {
    data.positions.push_back(static_cast<int32_t>(t * 7 % kPositions));
  }
  for (int64_t i = 0; i < kPositions * c.rotary_dim / 2; ++i) {
    const float angle = uniform(random);
    data.cos.push_back(1.2f * std::cos(angle));
    data.sin.push_back(1.2f * std::sin(angle));
  }
  data.params = {.tokens = c.tokens,
                 .head_dim = c.head_dim,
                 .rotary_dim = c.rotary_dim,
                 .table_positions = kPositions,
                 .direction = c.direction};
  return data;
}

// After the vectors have their last addresses.
const RopeParams& Point(const RopeCase& c, Data& data) {
  const int64_t q_row = c.q_heads * c.head_dim;
  const int64_t k_row = c.kv_heads * c.head_dim;
  const int64_t fused_row = q_row + 2 * k_row;
  float* const base = data.qkv.data();
  data.params.q = {.data = base,
                   .heads = c.q_heads,
                   .token_stride = c.fused ? fused_row : q_row};
  data.params.k = {.data = base + (c.fused ? q_row : c.tokens * q_row),
                   .heads = c.kv_heads,
                   .token_stride = c.fused ? fused_row : k_row};
  data.params.positions = data.positions.data();
  data.params.cos = data.cos.data();
  data.params.sin = data.sin.data();
  return data.params;
}

TEST(RopeCpu, IsCloseToTheReferenceOnEveryTarget) {
  const testing::Tolerance tolerance = {.relative_norm = 1e-7,
                                        .max_abs = kRopeMaxAbs,
                                        .reason = "two f32 products a value",
                                        .zeros_are_meant = true};
  testing::ForEachCpuTarget([&] {
    for (const RopeCase& c : RopeCases()) {
      Data got = Make(c);
      Data want = Make(c);
      RopeCpu(Point(c, got), nullptr);
      RopeRef(Point(c, want));
      KAITO_EXPECT_OK(testing::CheckClose(
          testing::ToDouble(got.qkv), testing::ToDouble(want.qkv), tolerance))
          << c.tokens << " tokens, " << c.q_heads << "+" << c.kv_heads
          << " heads of " << c.head_dim << ", " << c.rotary_dim << " rotated";
    }
  });
}

TEST(RopeCpu, LeavesWhatItDoesNotRotateBitForBit) {
  const RopeCase c = {9, 2, 1, 64, 48, true, RopeDirection::kForward};
  const Data before = Make(c);
  testing::ForEachCpuTarget([&] {
    Data after = Make(c);
    RopeCpu(Point(c, after), nullptr);
    int64_t changed = 0;
    for (int64_t i = 0; i < static_cast<int64_t>(after.qkv.size()); ++i) {
      const int64_t column = i % 256;  // q, q, k, v of 64
      if (column % 64 >= 48 || column >= 192) {
        ASSERT_EQ(after.qkv[i], before.qkv[i]) << i;
      } else {
        changed += after.qkv[i] != before.qkv[i] ? 1 : 0;
      }
    }
    EXPECT_GT(changed, 9 * 144 * 9 / 10);
  });
}

TEST(RopeCpu, GivesTheSameBitsOnAnyNumberOfWorkers) {
  const RopeCase c = RopeCases().back();
  Data alone = Make(c);
  RopeCpu(Point(c, alone), nullptr);
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  Data shared = Make(c);
  RopeCpu(Point(c, shared), team.get());
  EXPECT_EQ(shared.qkv, alone.qkv);
}

}  // namespace
}  // namespace kaito::kernels

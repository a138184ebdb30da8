#include "kaito/kernels/attention/attention_cpu.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/attention/attention_cases.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/attention/attention_ref.h"
#include "kaito/kernels/attention/attention_testutil.h"
#include "kaito/kernels/parallel/task_queue.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"

namespace kaito::kernels {
namespace {

using testing::AttentionData;
using testing::CheckClose;
using testing::ToDouble;

std::string Describe(const AttentionCase& c) {
  std::string text = "lengths";
  for (const int32_t length : c.lengths) text += " " + std::to_string(length);
  return text + ", heads " + std::to_string(c.q_heads) + "/" +
         std::to_string(c.kv_heads) + ", head_dim " +
         std::to_string(c.head_dim) + ", window " + std::to_string(c.window);
}

// Forward and backward in workspaces full of NaNs and of the size asked for.
void RunBoth(AttentionData& data, Workers* workers) {
  AttentionBackwardParams& params = data.params();
  const auto with_workspace = [&](int64_t bytes, const auto& pass) {
    std::vector<float> memory(bytes / 4,
                              std::numeric_limits<float>::quiet_NaN());
    params.forward.workspace = memory.data();
    params.forward.workspace_bytes = bytes;
    pass();
  };
  const int64_t count = WorkerCount(workers);
  with_workspace(AttentionForwardCpuWorkspaceBytes(params.forward, count),
                 [&] { AttentionForwardCpu(params.forward, workers); });
  with_workspace(AttentionBackwardCpuWorkspaceBytes(params.forward, count),
                 [&] { AttentionBackwardCpu(params, workers); });
}

// Where every query sees one key, the gradients of q and k are exactly zero,
// and a norm relative to them says nothing.
testing::Tolerance GradientTolerance(const AttentionCase& c) {
  bool one_key = c.window == 1;
  if (!one_key) {
    one_key = true;
    for (const int32_t length : c.lengths) one_key = one_key && length <= 1;
  }
  return {.relative_norm = one_key ? std::numeric_limits<double>::infinity()
                                   : kAttentionGradientNorm,
          .max_abs = kAttentionGradientMaxAbs,
          .reason = "f32 sums over queries, head_dim and keys",
          .zeros_are_meant = one_key};
}

TEST(AttentionCpu, IsCloseToTheReferenceOnEveryTarget) {
  const testing::Tolerance out = {.relative_norm = kAttentionOutNorm,
                                  .max_abs = kAttentionOutMaxAbs,
                                  .reason = "f32 sums of head_dim products",
                                  .zeros_are_meant = true};
  for (const AttentionCase& c : AttentionCases()) {
    SCOPED_TRACE(Describe(c));
    const testing::Tolerance gradient = GradientTolerance(c);
    AttentionData inputs(c);
    const AttentionRefResult want =
        AttentionForwardRef(inputs.params().forward);
    const AttentionRefGradients gradients =
        AttentionBackwardRef(inputs.params());
    testing::ForEachCpuTarget([&] {
      AttentionData data(c);
      RunBoth(data, nullptr);
      const AttentionBackwardParams& p = data.params();
      KAITO_EXPECT_OK(CheckClose(ToDouble(data.out()), want.out, out));
      KAITO_EXPECT_OK(
          CheckClose(ToDouble(data.log_sum_exp()), want.log_sum_exp, out));
      KAITO_EXPECT_OK(
          CheckClose(data.Dense(p.d_q, c.q_heads), gradients.d_q, gradient));
      KAITO_EXPECT_OK(
          CheckClose(data.Dense(p.d_k, c.kv_heads), gradients.d_k, gradient));
      KAITO_EXPECT_OK(
          CheckClose(data.Dense(p.d_v, c.kv_heads), gradients.d_v, gradient));
    });
  }
}

TEST(AttentionCpu, GivesTheSameBitsOnAnyNumberOfWorkers) {
  const AttentionCase c = {{300, 70, 1}, 4, 2, 64, 90, 0, false, true};
  AttentionData alone(c);
  RunBoth(alone, nullptr);
  for (const int64_t count : {2, 5}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    AttentionData shared(c);
    RunBoth(shared, team.get());
    EXPECT_EQ(shared.out(), alone.out());
    EXPECT_EQ(shared.log_sum_exp(), alone.log_sum_exp());
    EXPECT_EQ(shared.d_inputs(), alone.d_inputs());
  }
}

TEST(AttentionCpu, HoldsLargeScores) {
  const AttentionCase c = {{100}, 1, 1, 32};
  AttentionData inputs(c);
  for (float& x : inputs.inputs()) x *= 32;  // Scores up to some thousands.
  const AttentionRefResult want = AttentionForwardRef(inputs.params().forward);
  testing::ForEachCpuTarget([&] {
    AttentionData data(c);
    for (float& x : data.inputs()) x *= 32;
    RunBoth(data, nullptr);
    KAITO_EXPECT_OK(CheckClose(
        ToDouble(data.out()), want.out,
        {.relative_norm = 1e-4,
         .max_abs = 0.05,
         .reason = "scores of some 1000 are off by 1e-4 in f32, values 100"}));
  });
}

TEST(AttentionCpu, ANanStaysInItsSequence) {
  const AttentionCase c = {{70, 40}, 1, 1, 16};
  testing::ForEachCpuTarget([&] {
    for (const int64_t input : {0, 1, 2}) {  // q, k, v of token 69.
      AttentionData data(c);
      const AttentionParams& p = data.params().forward;
      data.inputs()[(input * p.tokens + 69) * 16 + 3] = std::nanf("");
      RunBoth(data, nullptr);
      for (int64_t i = 0; i < 110 * 16; ++i) {
        const int64_t token = i / 16;
        if (token >= 70) {
          ASSERT_TRUE(std::isfinite(data.out()[i])) << i;
        }
        // A NaN in v is one in that column of the result.
        if (token == 69 && (input != 2 || i % 16 == 3)) {
          ASSERT_TRUE(std::isnan(data.out()[i])) << input << ": " << i;
        }
      }
    }
  });
}

}  // namespace
}  // namespace kaito::kernels

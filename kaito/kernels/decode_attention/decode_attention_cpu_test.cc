#include "kaito/kernels/decode_attention/decode_attention_cpu.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/decode_attention/decode_attention_cases.h"
#include "kaito/kernels/decode_attention/decode_attention_ref.h"
#include "kaito/kernels/decode_attention/decode_attention_testutil.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"

namespace kaito::kernels {
namespace {

using testing::DecodeData;
using testing::ToDouble;

void Decode(DecodeData& data, Workers* workers) {
  data.UseWorkspace(DecodeAttentionCpuWorkspaceBytes(data.params()));
  DecodeAttentionCpu(data.params(), workers);
}

TEST(DecodeAttentionCpu, IsCloseToTheReferenceOnEveryTarget) {
  const testing::Tolerance tolerance = {
      .relative_norm = kDecodeAttentionNorm,
      .max_abs = kDecodeAttentionMaxAbs,
      .reason = "f32 sums of head_dim products"};
  for (const DecodeAttentionCase& c : DecodeAttentionCases()) {
    DecodeData inputs(c);
    const std::vector<double> want = DecodeAttentionRef(inputs.params());
    testing::ForEachCpuTarget([&] {
      DecodeData data(c);
      Decode(data, nullptr);
      KAITO_EXPECT_OK(
          testing::CheckClose(ToDouble(data.out()), want, tolerance))
          << c.sequences.size() << " sequences, heads " << c.q_heads << "/"
          << c.kv_heads << " of " << c.head_dim << ", blocks of "
          << c.block_size << ", window " << c.window;
    });
  }
}

TEST(DecodeAttentionCpu, GivesTheSameBitsOnAnyNumberOfWorkers) {
  for (const DecodeAttentionCase& c : DecodeAttentionCases()) {
    DecodeData alone(c);
    Decode(alone, nullptr);
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(3));
    DecodeData shared(c);
    Decode(shared, team.get());
    ASSERT_EQ(shared.out(), alone.out());
  }
}

}  // namespace
}  // namespace kaito::kernels

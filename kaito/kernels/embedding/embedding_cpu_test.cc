#include "kaito/kernels/embedding/embedding_cpu.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/embedding/embedding_cases.h"
#include "kaito/kernels/embedding/embedding_params.h"
#include "kaito/kernels/embedding/embedding_ref.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"
#include "kaito/kernels/testing/host_buffer.h"
#include "kaito/kernels/testing/values.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using testing::HostBuffer;
using testing::ToDouble;
using testing::Values;

std::vector<double> WantOf(const EmbeddingCase& c,
                           const std::vector<double>& table,
                           const std::vector<int32_t>& ids) {
  std::vector<double> want(c.tokens * c.columns);
  EmbeddingRef({.table = table.data(),
                .ids = ids.data(),
                .out = want.data(),
                .tokens = c.tokens,
                .columns = c.columns,
                .vocabulary = c.vocabulary,
                .scale = c.scale});
  return want;
}

void ExpectEqualsTheReference(const EmbeddingCase& c, Workers* workers) {
  const std::vector<float> table = Values(c.vocabulary * c.columns, 1);
  std::vector<bf16> table_bf16;
  for (const float value : table) table_bf16.push_back(ToBf16(value));
  std::vector<int32_t> ids;
  for (int64_t t = 0; t < c.tokens; ++t) {
    ids.push_back(static_cast<int32_t>((t * 5 + 6) % c.vocabulary));
  }
  for (const FloatType type : {FloatType::kF32, FloatType::kBf16}) {
    const bool narrow = type == FloatType::kBf16;
    HostBuffer out(c.tokens * c.columns);
    EmbeddingCpu({.table = narrow ? static_cast<const void*>(table_bf16.data())
                                  : table.data(),
                  .table_type = type,
                  .ids = ids.data(),
                  .out = out.data(),
                  .tokens = c.tokens,
                  .columns = c.columns,
                  .vocabulary = c.vocabulary,
                  .scale = c.scale},
                 workers);
    EXPECT_EQ(out.Damage(), "");
    EXPECT_EQ(out.ToDouble(),
              WantOf(c, narrow ? ToDouble(table_bf16) : ToDouble(table), ids));
  }
}

TEST(EmbeddingCpu, EqualsTheReferenceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    for (const EmbeddingCase& c : EmbeddingCases()) {
      ExpectEqualsTheReference(c, team.get());
      ExpectEqualsTheReference(c, nullptr);
    }
  });
}

TEST(EmbeddingCpu, ANanIsCopied) {
  const std::vector<float> table = {1, std::nanf(""), 3};
  const std::vector<int32_t> ids = {2, 1};
  std::vector<float> out(2);
  EmbeddingCpu({table.data(), FloatType::kF32, ids.data(), out.data(), 2, 1, 3},
               nullptr);
  EXPECT_EQ(out[0], 3);
  EXPECT_TRUE(std::isnan(out[1]));
}

}  // namespace
}  // namespace kaito::kernels

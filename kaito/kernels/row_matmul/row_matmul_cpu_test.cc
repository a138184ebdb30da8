#include "kaito/kernels/row_matmul/row_matmul_cpu.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/row_matmul/row_matmul_cases.h"
#include "kaito/kernels/row_matmul/row_matmul_params.h"
#include "kaito/kernels/row_matmul/row_matmul_ref.h"
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

std::vector<bf16> Rounded(const std::vector<float>& values) {
  std::vector<bf16> rounded;
  for (const float value : values) rounded.push_back(ToBf16(value));
  return rounded;
}

void ExpectIsTheReference(const RowMatmulCase& c, FloatType type,
                          bool accumulate, Workers* workers) {
  SCOPED_TRACE(::testing::Message() << c.m << " " << c.n << " " << c.k);
  const std::vector<float> x = Values(c.m * c.k, 1);
  const std::vector<float> w = Values(c.n * c.k, 2);
  const std::vector<bf16> narrow = Rounded(w);
  const std::vector<float> before = Values(c.m * c.n, 3);
  const bool is_f32 = type == FloatType::kF32;
  HostBuffer y = accumulate ? HostBuffer(before) : HostBuffer(c.m * c.n);
  if (c.m > 0) {
    RowMatmulCpu(
        {.x = x.data(),
         .w = is_f32 ? static_cast<const void*>(w.data()) : narrow.data(),
         .w_type = type,
         .y = y.data(),
         .m = c.m,
         .n = c.n,
         .k = c.k,
         .accumulate = accumulate},
        workers);
  }
  EXPECT_EQ(y.Damage(), "");
  const std::vector<double> x_double = ToDouble(x);
  const std::vector<double> w_double = is_f32 ? ToDouble(w) : ToDouble(narrow);
  std::vector<double> want = ToDouble(before);
  RowMatmulRef({.x = x_double.data(),
                .w = w_double.data(),
                .y = want.data(),
                .m = c.m,
                .n = c.n,
                .k = c.k,
                .accumulate = accumulate});
  KAITO_EXPECT_OK(testing::CheckClose(y.ToDouble(), want,
                                      {.relative_norm = kRowMatmulRelativeNorm,
                                       .max_abs = 1e-4,
                                       .reason = "f32 sums",
                                       .zeros_are_meant = c.m * c.n == 0}));
}

TEST(RowMatmulCpu, IsTheReferenceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    for (const RowMatmulCase& c : RowMatmulCases()) {
      ExpectIsTheReference(c, FloatType::kF32, false, nullptr);
      ExpectIsTheReference(c, FloatType::kF32, true, team.get());
      ExpectIsTheReference(c, FloatType::kBf16, false, team.get());
    }
  });
}

TEST(RowMatmulCpu, ARowsBitsDoNotDependOnTheOthers) {
  constexpr int64_t kRows = 7;
  constexpr int64_t kWords = 21;
  constexpr int64_t kSize = 83;
  const std::vector<float> x = Values(kRows * kSize, 1);
  const std::vector<float> w = Values(kWords * kSize, 2);
  testing::ForEachCpuTarget([&] {
    RowMatmulParams params = {
        .x = x.data(), .w = w.data(), .m = kRows, .n = kWords, .k = kSize};
    std::vector<float> all(kRows * kWords);
    params.y = all.data();
    RowMatmulCpu(params, nullptr);
    for (int64_t first = 0; first < kRows; ++first) {
      for (int64_t rows = 1; rows <= kRows - first; ++rows) {
        std::vector<float> some(rows * kWords);
        params.x = x.data() + first * kSize;
        params.y = some.data();
        params.m = rows;
        RowMatmulCpu(params, nullptr);
        EXPECT_EQ(some,
                  std::vector<float>(all.begin() + first * kWords,
                                     all.begin() + (first + rows) * kWords));
      }
    }
  });
}

TEST(RowMatmulCpu, ANanStaysInItsRow) {
  std::vector<float> x(2 * 17, 1);
  x[20] = std::nanf("");
  const std::vector<float> w(3 * 17, 1);
  std::vector<float> y(6);
  RowMatmulCpu(
      {.x = x.data(), .w = w.data(), .y = y.data(), .m = 2, .n = 3, .k = 17},
      nullptr);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(y[i], 17);
    EXPECT_TRUE(std::isnan(y[3 + i]));
  }
}

}  // namespace
}  // namespace kaito::kernels

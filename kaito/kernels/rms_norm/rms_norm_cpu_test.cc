#include "kaito/kernels/rms_norm/rms_norm_cpu.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/rms_norm/rms_norm_cases.h"
#include "kaito/kernels/rms_norm/rms_norm_params.h"
#include "kaito/kernels/rms_norm/rms_norm_ref.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"
#include "kaito/kernels/testing/host_buffer.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::HostBuffer;
using testing::ToDouble;
using testing::Values;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

const testing::Tolerance kTolerance = {
    .relative_norm = kRmsNormRelativeNorm,
    .max_abs = kRmsNormMaxAbs,
    .reason = "float, sums of up to 5000 terms"};

struct Inputs {
  explicit Inputs(const RmsNormCase& c)
      : x(Values(c.rows * c.columns, 1)),
        residual(Values(c.residual ? c.rows * c.columns : 0, 2)),
        weight(Values(c.columns, 3)),
        dy(Values(c.rows * c.columns, 4)) {}
  Floats x, residual, weight, dy;
};

void ExpectForward(const RmsNormCase& c, const Inputs& in, Workers* workers) {
  const int64_t n = c.rows * c.columns;
  HostBuffer y(n), sum(c.residual ? n : 0), inverse(c.rows);
  RmsNormCpu({.x = in.x.data(),
              .residual = c.residual ? in.residual.data() : nullptr,
              .weight = in.weight.data(),
              .sum = c.residual ? sum.data() : nullptr,
              .y = y.data(),
              .inverse_rms = inverse.data(),
              .rows = c.rows,
              .columns = c.columns,
              .one_plus_weight = c.one_plus_weight},
             workers);
  Doubles x = ToDouble(in.x), residual = ToDouble(in.residual);
  Doubles weight = ToDouble(in.weight);
  Doubles y_want(n), sum_want(n), inverse_want(c.rows);
  RmsNormRef({.x = x.data(),
              .residual = c.residual ? residual.data() : nullptr,
              .weight = weight.data(),
              .sum = sum_want.data(),
              .y = y_want.data(),
              .inverse_rms = inverse_want.data(),
              .rows = c.rows,
              .columns = c.columns,
              .one_plus_weight = c.one_plus_weight});
  EXPECT_EQ(y.Damage() + sum.Damage() + inverse.Damage(), "");
  KAITO_EXPECT_OK(CheckClose(y.ToDouble(), y_want, kTolerance));
  // Infinite-free at no columns: 1 / sqrt(epsilon) would be 0 / 0 there.
  if (c.columns > 0) {
    testing::Tolerance relative = kTolerance;
    relative.max_abs = 1e-3;  // 1 / rms is large where a row is small.
    KAITO_EXPECT_OK(CheckClose(inverse.ToDouble(), inverse_want, relative));
  }
  if (c.residual) {
    KAITO_EXPECT_OK(CheckClose(sum.ToDouble(), sum_want, kTolerance));
  }
}

// With the residual's gradient as dsum, over dx's own buffer.
void ExpectBackward(const RmsNormCase& c, const Inputs& in, Workers* workers) {
  const int64_t n = c.rows * c.columns;
  Floats inverse = Values(c.rows, 5);
  Floats dweight_before = Values(c.columns, 6);
  HostBuffer dx(n), dweight(dweight_before);
  if (c.residual) dx = HostBuffer(in.residual);
  RmsNormBackwardCpu({.x = in.x.data(),
                      .weight = in.weight.data(),
                      .inverse_rms = inverse.data(),
                      .dy = in.dy.data(),
                      .dsum = c.residual ? dx.data() : nullptr,
                      .dx = dx.data(),
                      .dweight = dweight.data(),
                      .rows = c.rows,
                      .columns = c.columns,
                      .one_plus_weight = c.one_plus_weight},
                     workers);
  Doubles x = ToDouble(in.x), residual = ToDouble(in.residual);
  Doubles weight = ToDouble(in.weight), dy = ToDouble(in.dy);
  Doubles inverse_d = ToDouble(inverse),
          dweight_want = ToDouble(dweight_before);
  Doubles dx_want(n);
  RmsNormBackwardRef({.x = x.data(),
                      .weight = weight.data(),
                      .inverse_rms = inverse_d.data(),
                      .dy = dy.data(),
                      .dsum = c.residual ? residual.data() : nullptr,
                      .dx = dx_want.data(),
                      .dweight = dweight_want.data(),
                      .rows = c.rows,
                      .columns = c.columns,
                      .one_plus_weight = c.one_plus_weight});
  EXPECT_EQ(dx.Damage() + dweight.Damage(), "");
  KAITO_EXPECT_OK(CheckClose(dx.ToDouble(), dx_want, kTolerance));
  KAITO_EXPECT_OK(CheckClose(dweight.ToDouble(), dweight_want, kTolerance));
}

TEST(RmsNormCpu, EqualsTheReferenceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    for (const RmsNormCase& c : RmsNormCases()) {
      SCOPED_TRACE(::testing::Message() << c.rows << " x " << c.columns);
      const Inputs in(c);
      ExpectForward(c, in, team.get());
      ExpectBackward(c, in, team.get());
    }
  });
}

TEST(RmsNormCpu, GivesTheSameBitsForEveryNumberOfWorkers) {
  const RmsNormCase c = {150, 515, true, false};
  const Inputs in(c);
  std::vector<Floats> y, dx, dweight;
  for (const int64_t count : {1, 2, 5}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    Floats sum(in.x.size()), inverse(c.rows);
    y.emplace_back(in.x.size());
    dx.emplace_back(in.x.size());
    dweight.emplace_back(c.columns);
    RmsNormCpu({.x = in.x.data(),
                .residual = in.residual.data(),
                .weight = in.weight.data(),
                .sum = sum.data(),
                .y = y.back().data(),
                .inverse_rms = inverse.data(),
                .rows = c.rows,
                .columns = c.columns},
               team.get());
    RmsNormBackwardCpu({.x = sum.data(),
                        .weight = in.weight.data(),
                        .inverse_rms = inverse.data(),
                        .dy = in.dy.data(),
                        .dx = dx.back().data(),
                        .dweight = dweight.back().data(),
                        .rows = c.rows,
                        .columns = c.columns},
                       team.get());
    EXPECT_EQ(y.front(), y.back());
    EXPECT_EQ(dx.front(), dx.back());
    EXPECT_EQ(dweight.front(), dweight.back());
  }
}

TEST(RmsNormCpu, ANanSpoilsItsRowAndNoOther) {
  Floats x = Values(3 * 20, 1);
  x[20 + 7] = std::numeric_limits<float>::quiet_NaN();
  const Floats weight = Values(20, 2);
  Floats y(60);
  RmsNormCpu({.x = x.data(),
              .weight = weight.data(),
              .y = y.data(),
              .rows = 3,
              .columns = 20},
             nullptr);
  for (int64_t i = 0; i < 60; ++i) EXPECT_EQ(std::isnan(y[i]), i / 20 == 1);
}

}  // namespace
}  // namespace kaito::kernels

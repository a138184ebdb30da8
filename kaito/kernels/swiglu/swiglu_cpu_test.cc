#include "kaito/kernels/swiglu/swiglu_cpu.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/swiglu/swiglu_cases.h"
#include "kaito/kernels/swiglu/swiglu_params.h"
#include "kaito/kernels/swiglu/swiglu_ref.h"
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

const testing::Tolerance kTolerance = {.relative_norm = kSwigluRelativeNorm,
                                       .max_abs = kSwigluMaxAbs,
                                       .reason = "float, sigmoid within 3e-7"};

// gate in (-12, 12), up in (-1, 1).
Floats GateUp(const SwigluCase& c) {
  Floats values = Values(2 * c.rows * c.columns, 1);
  const int64_t n = c.rows * c.columns;
  for (int64_t i = 0; i < 2 * n; ++i) {
    const bool gate = c.fused ? i / c.columns % 2 == 0 : i < n;
    if (gate) values[i] *= 12;
  }
  return values;
}

// Where up is, from gate.
int64_t UpOffset(const SwigluCase& c) {
  return c.fused ? c.columns : c.rows * c.columns;
}

int64_t Stride(const SwigluCase& c) {
  return c.fused ? 2 * c.columns : c.columns;
}

void ExpectForward(const SwigluCase& c, Workers* workers) {
  HostBuffer gate_up(GateUp(c));
  HostBuffer y(c.rows * c.columns);
  SwigluCpu({.gate = gate_up.data(),
             .up = gate_up.data() + UpOffset(c),
             .y = y.data(),
             .rows = c.rows,
             .columns = c.columns,
             .stride = Stride(c),
             .activation = c.activation},
            workers);
  const Doubles in = gate_up.ToDouble();
  Doubles want(c.rows * c.columns);
  SwigluRef({.gate = in.data(),
             .up = in.data() + UpOffset(c),
             .y = want.data(),
             .rows = c.rows,
             .columns = c.columns,
             .stride = Stride(c),
             .activation = c.activation});
  EXPECT_EQ(y.Damage(), "");
  KAITO_EXPECT_OK(CheckClose(y.ToDouble(), want, kTolerance));
}

// In place: the gradients take the buffers of gate and up.
void ExpectBackward(const SwigluCase& c, Workers* workers) {
  HostBuffer gate_up(GateUp(c));
  const Doubles in = gate_up.ToDouble();
  const Floats dy = Values(c.rows * c.columns, 2);
  SwigluBackwardCpu({.gate = gate_up.data(),
                     .up = gate_up.data() + UpOffset(c),
                     .dy = dy.data(),
                     .dgate = gate_up.data(),
                     .dup = gate_up.data() + UpOffset(c),
                     .rows = c.rows,
                     .columns = c.columns,
                     .stride = Stride(c),
                     .activation = c.activation},
                    workers);
  const Doubles dy_in = ToDouble(dy);
  Doubles want(in.size());
  SwigluBackwardRef({.gate = in.data(),
                     .up = in.data() + UpOffset(c),
                     .dy = dy_in.data(),
                     .dgate = want.data(),
                     .dup = want.data() + UpOffset(c),
                     .rows = c.rows,
                     .columns = c.columns,
                     .stride = Stride(c),
                     .activation = c.activation});
  EXPECT_EQ(gate_up.Damage(), "");
  KAITO_EXPECT_OK(CheckClose(gate_up.ToDouble(), want, kTolerance));
}

TEST(SwigluCpu, EqualsTheReferenceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    for (const SwigluCase& c : SwigluCases()) {
      SCOPED_TRACE(::testing::Message()
                   << c.rows << " x " << c.columns << ", activation "
                   << static_cast<int>(c.activation));
      ExpectForward(c, team.get());
      ExpectBackward(c, team.get());
    }
  });
}

TEST(SwigluCpu, GivesTheSameBitsForEveryNumberOfWorkers) {
  const SwigluCase c = {50, 1003, true, GateActivation::kSilu};
  const Floats gate_up = GateUp(c);
  std::vector<Floats> y;
  for (const int64_t count : {1, 2, 5}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    y.emplace_back(c.rows * c.columns);
    SwigluCpu({.gate = gate_up.data(),
               .up = gate_up.data() + c.columns,
               .y = y.back().data(),
               .rows = c.rows,
               .columns = c.columns,
               .stride = 2 * c.columns},
              team.get());
    EXPECT_EQ(y.front(), y.back());
  }
}

TEST(SwigluCpu, KeepsNansAndStaysFiniteForLargeGates) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Floats gate = {nan, 1, 1e30f, -1e30f, 200, -200, -90, 0, 1};
  const Floats up = {1, nan, 1, 1, 1, 1, 1, 1, 1};
  const Floats dy(9, 1.0f);
  for (const GateActivation activation :
       {GateActivation::kSilu, GateActivation::kGeluTanh}) {
    testing::ForEachCpuTarget([&] {
      Floats y(9), dgate(9), dup(9);
      SwigluCpu({gate.data(), up.data(), y.data(), 1, 9, 9, activation},
                nullptr);
      SwigluBackwardCpu({gate.data(), up.data(), dy.data(), dgate.data(),
                         dup.data(), 1, 9, 9, activation},
                        nullptr);
      EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
      EXPECT_TRUE(std::isnan(dgate[0]) && std::isnan(dgate[1]));
      EXPECT_TRUE(std::isnan(dup[0]) && !std::isnan(dup[1]));
      EXPECT_EQ(y[2], 1e30f);
      EXPECT_EQ(dgate[2], 1);
      EXPECT_EQ(std::abs(y[3]), 0);
      EXPECT_EQ(std::abs(dgate[3]), 0);
      EXPECT_EQ(y[4], 200);
      for (const int i : {5, 6, 7}) EXPECT_NEAR(y[i], 0, 1e-30);
    });
  }
}

}  // namespace
}  // namespace kaito::kernels

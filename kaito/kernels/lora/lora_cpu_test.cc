#include "kaito/kernels/lora/lora_cpu.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/lora/lora_cases.h"
#include "kaito/kernels/lora/lora_params.h"
#include "kaito/kernels/lora/lora_ref.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
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

testing::Tolerance ToleranceOf(bool zeros_are_meant) {
  return {.relative_norm = kLoraRelativeNorm,
          .max_abs = kLoraMaxAbs,
          .reason = "float, sums of up to 3000 products",
          .zeros_are_meant = zeros_are_meant};
}

struct Inputs {
  explicit Inputs(const LoraCase& c)
      : x(Values(c.rows * c.inputs, 1)),
        a(Values(c.rank * c.inputs, 2)),
        b(Values(c.outputs * c.rank, 3)),
        y(Values(c.rows * c.outputs, 4)),
        t(Values(c.rows * c.rank, 5)) {}
  Floats x, a, b, y, t;
};

struct Gradients {
  Floats dt, da, db, dx;
};

void ExpectForward(const LoraCase& c, const Inputs& in, Workers* workers) {
  HostBuffer t(c.rows * c.rank), y(in.y);
  const LoraGroup group = {in.a.data(), in.b.data(), c.rank,
                           c.scale,     0,           c.rows};
  LoraCpu({.x = in.x.data(),
           .groups = &group,
           .group_count = 1,
           .t = t.data(),
           .y = y.data(),
           .rows = c.rows,
           .inputs = c.inputs,
           .outputs = c.outputs,
           .t_stride = c.rank},
          workers);
  const Doubles x = ToDouble(in.x), a = ToDouble(in.a), b = ToDouble(in.b);
  Doubles t_want(c.rows * c.rank), y_want = ToDouble(in.y);
  const LoraGroupOf<double> group_in_double = {a.data(), b.data(), c.rank,
                                               c.scale,  0,        c.rows};
  LoraRef({.x = x.data(),
           .groups = &group_in_double,
           .group_count = 1,
           .t = t_want.data(),
           .y = y_want.data(),
           .rows = c.rows,
           .inputs = c.inputs,
           .outputs = c.outputs,
           .t_stride = c.rank});
  EXPECT_EQ(t.Damage() + y.Damage(), "");
  KAITO_EXPECT_OK(CheckClose(t.ToDouble(), t_want, ToleranceOf(c.inputs == 0)));
  KAITO_EXPECT_OK(CheckClose(y.ToDouble(), y_want, ToleranceOf(false)));
}

void ExpectBackward(const LoraCase& c, const Inputs& in, Workers* workers) {
  HostBuffer dt(c.rows * c.rank), da(in.a), db(in.b), dx(in.x);
  LoraBackwardCpu({.x = in.x.data(),
                   .t = in.t.data(),
                   .dy = in.y.data(),
                   .a = in.a.data(),
                   .b = in.b.data(),
                   .dt = dt.data(),
                   .da = da.data(),
                   .db = db.data(),
                   .dx = dx.data(),
                   .rows = c.rows,
                   .inputs = c.inputs,
                   .outputs = c.outputs,
                   .rank = c.rank,
                   .scale = c.scale},
                  workers);
  const Doubles x = ToDouble(in.x), t = ToDouble(in.t), dy = ToDouble(in.y);
  const Doubles a = ToDouble(in.a), b = ToDouble(in.b);
  Doubles dt_want(c.rows * c.rank), da_want = a, db_want = b, dx_want = x;
  LoraBackwardRef({.x = x.data(),
                   .t = t.data(),
                   .dy = dy.data(),
                   .a = a.data(),
                   .b = b.data(),
                   .dt = dt_want.data(),
                   .da = da_want.data(),
                   .db = db_want.data(),
                   .dx = dx_want.data(),
                   .rows = c.rows,
                   .inputs = c.inputs,
                   .outputs = c.outputs,
                   .rank = c.rank,
                   .scale = c.scale});
  EXPECT_EQ(dt.Damage() + da.Damage() + db.Damage() + dx.Damage(), "");
  KAITO_EXPECT_OK(
      CheckClose(dt.ToDouble(), dt_want, ToleranceOf(c.outputs == 0)));
  KAITO_EXPECT_OK(CheckClose(da.ToDouble(), da_want, ToleranceOf(false)));
  KAITO_EXPECT_OK(CheckClose(db.ToDouble(), db_want, ToleranceOf(false)));
  KAITO_EXPECT_OK(CheckClose(dx.ToDouble(), dx_want, ToleranceOf(false)));
}

TEST(LoraCpu, EqualsTheReferenceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    for (const LoraCase& c : LoraCases()) {
      SCOPED_TRACE(::testing::Message() << c.rows << " x " << c.inputs << " to "
                                        << c.outputs << ", rank " << c.rank);
      const Inputs in(c);
      ExpectForward(c, in, team.get());
      ExpectBackward(c, in, team.get());
    }
  });
}

TEST(LoraCpu, GivesTheSameBitsForEveryNumberOfWorkers) {
  const LoraCase c = {130, 521, 1030, 12, 0.5};
  const Inputs in(c);
  std::vector<Floats> results;
  for (const int64_t count : {1, 2, 5}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    Floats t(c.rows * c.rank), y = in.y, dt(t.size());
    Floats da = in.a, db = in.b, dx = in.x;
    const LoraGroup group = {in.a.data(), in.b.data(), c.rank,
                             c.scale,     0,           c.rows};
    LoraCpu({in.x.data(), &group, 1, t.data(), y.data(), c.rows, c.inputs,
             c.outputs, c.rank},
            team.get());
    LoraBackwardCpu({in.x.data(), t.data(), in.y.data(), in.a.data(),
                     in.b.data(), dt.data(), da.data(), db.data(), dx.data(),
                     c.rows, c.inputs, c.outputs, c.rank, c.scale},
                    team.get());
    Floats& all = results.emplace_back(y);
    for (const Floats& part : {t, dt, da, db, dx}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    EXPECT_EQ(results.front(), all) << count << " workers";
  }
}

// Each range has its adapter, and the others' rows keep their bits.
// One and two rows take another way than many.
TEST(LoraCpu, ARowsBitsDoNotDependOnTheOthers) {
  const LoraCase c = {9, 48, 77, 6, 1.5};
  const Inputs in(c);
  const auto run = [&](int64_t first, int64_t rows) {
    const LoraGroup group = {in.a.data(), in.b.data(), c.rank,
                             c.scale,     0,           rows};
    Floats t(rows * c.rank);
    Floats y(in.y.begin() + first * c.outputs,
             in.y.begin() + (first + rows) * c.outputs);
    LoraCpu({in.x.data() + first * c.inputs, &group, 1, t.data(), y.data(),
             rows, c.inputs, c.outputs, c.rank},
            nullptr);
    return y;
  };
  testing::ForEachCpuTarget([&] {
    const Floats all = run(0, c.rows);
    for (int64_t first = 0; first < c.rows; ++first) {
      for (int64_t rows = 1; first + rows <= c.rows; ++rows) {
        EXPECT_EQ(run(first, rows),
                  Floats(all.begin() + first * c.outputs,
                         all.begin() + (first + rows) * c.outputs))
            << first << " " << rows;
      }
    }
  });
}

TEST(LoraCpu, GivesEachRangeOfRowsItsAdapter) {
  const LoraCase c = {10, 40, 50, 8, 2};
  const Inputs in(c);
  const LoraGroup groups[] = {
      {in.a.data(), in.b.data(), 8, 2, 0, 3},
      {in.a.data(), in.b.data(), 4, -1, 3, 4},
      {in.b.data(), in.a.data(), 5, 1, 6, 10},
  };
  Floats t(c.rows * 9, 7.0f), y = in.y;
  LoraCpu({in.x.data(), groups, 3, t.data(), y.data(), c.rows, c.inputs,
           c.outputs, 9},
          nullptr);
  for (const LoraGroup& group : groups) {
    const int64_t rows = group.row_end - group.row_begin;
    const LoraGroup alone = {group.a,     group.b, group.rank,
                             group.scale, 0,       rows};
    Floats t_want(rows * 9, 7.0f);
    Floats y_want(in.y.begin() + group.row_begin * c.outputs,
                  in.y.begin() + group.row_end * c.outputs);
    LoraCpu({in.x.data() + group.row_begin * c.inputs, &alone, 1, t_want.data(),
             y_want.data(), rows, c.inputs, c.outputs, 9},
            nullptr);
    EXPECT_EQ(
        Floats(t.begin() + group.row_begin * 9, t.begin() + group.row_end * 9),
        t_want);
    EXPECT_EQ(Floats(y.begin() + group.row_begin * c.outputs,
                     y.begin() + group.row_end * c.outputs),
              y_want);
  }
  for (int64_t i = 4 * c.outputs; i < 6 * c.outputs; ++i) {
    EXPECT_EQ(y[i], in.y[i]);
  }
}

TEST(LoraCpu, ANanSpoilsItsRowAndNoOther) {
  const LoraCase c = {6, 20, 24, 4, 1};
  Inputs in(c);
  in.x[2 * 20 + 19] = std::numeric_limits<float>::quiet_NaN();
  const LoraGroup group = {in.a.data(), in.b.data(), 4, 1, 0, 6};
  Floats t(6 * 4), y(6 * 24);
  LoraCpu({in.x.data(), &group, 1, t.data(), y.data(), 6, 20, 24, 4}, nullptr);
  for (int64_t i = 0; i < 6 * 24; ++i) {
    EXPECT_EQ(std::isnan(y[i]), i / 24 == 2);
  }
}

}  // namespace
}  // namespace kaito::kernels

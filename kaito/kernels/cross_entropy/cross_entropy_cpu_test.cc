#include "kaito/kernels/cross_entropy/cross_entropy_cpu.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/cross_entropy/cross_entropy_cases.h"
#include "kaito/kernels/cross_entropy/cross_entropy_params.h"
#include "kaito/kernels/cross_entropy/cross_entropy_ref.h"
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
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

struct Inputs {
  explicit Inputs(const CrossEntropyCase& c)
      : hidden(Values(c.tokens * c.hidden_size, 1)),
        weight(Values(c.vocabulary * c.hidden_size, 2)) {
    for (const float value : weight) weight_bf16.push_back(ToBf16(value));
    for (int64_t t = 0; t < c.tokens; ++t) {
      const bool ignored = c.ignore_every != 0 && t % c.ignore_every == 0;
      labels.push_back(ignored ? kIgnoredLabel
                               : static_cast<int32_t>(t * 7 % c.vocabulary));
    }
  }
  Floats hidden, weight;
  std::vector<bf16> weight_bf16;
  std::vector<int32_t> labels;
};

CrossEntropyParams Params(const CrossEntropyCase& c, const Inputs& in,
                          CrossEntropyTotals* totals) {
  return {.hidden = in.hidden.data(),
          .weight = c.bf16_weight
                        ? static_cast<const void*>(in.weight_bf16.data())
                        : in.weight.data(),
          .weight_type = c.bf16_weight ? FloatType::kBf16 : FloatType::kF32,
          .labels = in.labels.data(),
          .tokens = c.tokens,
          .hidden_size = c.hidden_size,
          .vocabulary = c.vocabulary,
          .totals = totals,
          .gradient_scale = 0.5};
}

struct Want {
  CrossEntropyTotals totals;
  Doubles loss, dhidden;
};

Want WantOf(const CrossEntropyCase& c, const Inputs& in) {
  Want want = {.loss = Doubles(c.tokens),
               .dhidden = Doubles(c.tokens * c.hidden_size)};
  const Doubles hidden = ToDouble(in.hidden);
  const Doubles weight =
      c.bf16_weight ? ToDouble(in.weight_bf16) : ToDouble(in.weight);
  CrossEntropyRef({.hidden = hidden.data(),
                   .weight = weight.data(),
                   .labels = in.labels.data(),
                   .tokens = c.tokens,
                   .hidden_size = c.hidden_size,
                   .vocabulary = c.vocabulary,
                   .totals = &want.totals,
                   .loss = want.loss.data(),
                   .dhidden = want.dhidden.data(),
                   .gradient_scale = 0.5});
  return want;
}

void ExpectEqualsTheReference(const CrossEntropyCase& c, Workers* workers) {
  const Inputs in(c);
  const Want want = WantOf(c, in);
  const testing::Tolerance tolerance = {
      .relative_norm = kCrossEntropyRelativeNorm,
      .max_abs = kCrossEntropyMaxAbs,
      .reason = "float logits of up to 1100 products",
      .zeros_are_meant = want.totals.loss_sum == 0};
  HostBuffer loss(c.tokens), dhidden(c.tokens * c.hidden_size);
  CrossEntropyTotals totals;
  CrossEntropyParams params = Params(c, in, &totals);
  params.loss = loss.data();
  params.dhidden = dhidden.data();
  CrossEntropyCpu(params, workers);
  EXPECT_EQ(loss.Damage() + dhidden.Damage(), "");
  KAITO_EXPECT_OK(CheckClose(loss.ToDouble(), want.loss, tolerance));
  KAITO_EXPECT_OK(CheckClose(dhidden.ToDouble(), want.dhidden, tolerance));
  EXPECT_EQ(totals.count, want.totals.count);
  EXPECT_EQ(totals.correct, want.totals.correct);
  EXPECT_NEAR(totals.loss_sum, want.totals.loss_sum,
              2e-6 * want.totals.loss_sum + 1e-6);
  EXPECT_NEAR(totals.entropy_sum, want.totals.entropy_sum,
              1e-5 * want.totals.entropy_sum + 1e-6);

  // The loss alone is the same.
  CrossEntropyTotals alone;
  CrossEntropyCpu(Params(c, in, &alone), workers);
  EXPECT_EQ(alone.loss_sum, totals.loss_sum);
  EXPECT_EQ(alone.correct, totals.correct);
}

TEST(CrossEntropyCpu, EqualsTheReferenceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    for (const CrossEntropyCase& c : CrossEntropyCases()) {
      SCOPED_TRACE(::testing::Message() << c.tokens << " x " << c.hidden_size
                                        << " to " << c.vocabulary);
      ExpectEqualsTheReference(c, team.get());
    }
  });
}

TEST(CrossEntropyCpu, GivesTheSameBitsForEveryNumberOfWorkers) {
  const CrossEntropyCase c = {211, 70, 130, 4, true};
  const Inputs in(c);
  std::vector<Floats> gradients;
  Doubles losses;
  for (const int64_t count : {1, 2, 5}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    CrossEntropyTotals totals;
    CrossEntropyParams params = Params(c, in, &totals);
    params.dhidden = gradients.emplace_back(in.hidden.size()).data();
    CrossEntropyCpu(params, team.get());
    losses.push_back(totals.loss_sum);
    EXPECT_EQ(gradients.front(), gradients.back());
    EXPECT_EQ(losses.front(), losses.back());
  }
}

// One token, hidden size 1: the weights are the logits.
struct Logits {
  explicit Logits(Floats logits, int32_t label) : weight(std::move(logits)) {
    CrossEntropyCpu({.hidden = &hidden,
                     .weight = weight.data(),
                     .labels = &label,
                     .tokens = 1,
                     .hidden_size = 1,
                     .vocabulary = static_cast<int64_t>(weight.size()),
                     .totals = &totals,
                     .dhidden = &dhidden},
                    nullptr);
  }
  Floats weight;
  float hidden = 1;
  float dhidden = 0;
  CrossEntropyTotals totals;
};

TEST(CrossEntropyCpu, KeepsSmallLossesAndTheirGradients) {
  // p[label] = 1 - 2 e^-30: 1 in float.
  const Logits sure({30, 0, 0}, 0);
  const double loss = 2 * std::exp(-30.0);
  EXPECT_NEAR(sure.totals.loss_sum, loss, 1e-6 * loss);
  EXPECT_NEAR(sure.dhidden, -30 * loss, 1e-5 * 30 * loss);
  EXPECT_EQ(sure.totals.correct, 1);
  const Logits wrong({300, -300, 0}, 1);
  EXPECT_DOUBLE_EQ(wrong.totals.loss_sum, 600);
  EXPECT_FLOAT_EQ(wrong.dhidden, 600);
  EXPECT_EQ(wrong.totals.correct, 0);
}

TEST(CrossEntropyCpu, CountsTheFirstOfEqualLogits) {
  EXPECT_EQ(Logits({1, 2, 2}, 1).totals.correct, 1);
  EXPECT_EQ(Logits({1, 2, 2}, 2).totals.correct, 0);
}

TEST(CrossEntropyCpu, ANanLogitIsANanLossWhereverItIs) {
  for (const size_t at : {0, 50, 99}) {
    Floats logits = Values(100, 1);
    logits[at] = std::numeric_limits<float>::quiet_NaN();
    for (const int32_t label : {0, 50}) {
      const Logits got(logits, label);
      EXPECT_TRUE(std::isnan(got.totals.loss_sum)) << at << " " << label;
      EXPECT_TRUE(std::isnan(got.dhidden));
    }
  }
}

}  // namespace
}  // namespace kaito::kernels

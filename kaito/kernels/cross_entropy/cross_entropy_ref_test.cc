#include "kaito/kernels/cross_entropy/cross_entropy_ref.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/cross_entropy/cross_entropy_params.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::GradientError;
using testing::ToDouble;
using testing::Values;
using Doubles = std::vector<double>;

TEST(CrossEntropyRef, AgreesWithNumbersByHand) {
  const Doubles hidden = {1, 1}, weight = {0, 0, std::log(2.0)};
  const std::vector<int32_t> labels = {2, kIgnoredLabel};
  Doubles loss(2), dhidden(2, 5.0);
  CrossEntropyTotals totals;
  CrossEntropyRef({.hidden = hidden.data(),
                   .weight = weight.data(),
                   .labels = labels.data(),
                   .tokens = 2,
                   .hidden_size = 1,
                   .vocabulary = 3,
                   .totals = &totals,
                   .loss = loss.data(),
                   .dhidden = dhidden.data()});
  // p = 1/4, 1/4, 1/2.
  EXPECT_DOUBLE_EQ(loss[0], std::log(2.0));
  EXPECT_EQ(loss[1], 0);
  EXPECT_DOUBLE_EQ(totals.loss_sum, std::log(2.0));
  EXPECT_DOUBLE_EQ(totals.entropy_sum, 1.5 * std::log(2.0));
  EXPECT_EQ(totals.count, 1);
  EXPECT_EQ(totals.correct, 1);
  EXPECT_DOUBLE_EQ(dhidden[0], -0.5 * std::log(2.0));
  EXPECT_EQ(dhidden[1], 0);
}

TEST(CrossEntropyRef, GradientAgreesWithFiniteDifferences) {
  constexpr int64_t kTokens = 4, kHidden = 5, kVocabulary = 6;
  Doubles hidden = ToDouble(Values(kTokens * kHidden, 1));
  const Doubles weight = ToDouble(Values(kVocabulary * kHidden, 2));
  const std::vector<int32_t> labels = {3, kIgnoredLabel, 0, 5};
  CrossEntropyTotals totals;
  CrossEntropyParamsOf<double> params = {.hidden = hidden.data(),
                                         .weight = weight.data(),
                                         .labels = labels.data(),
                                         .tokens = kTokens,
                                         .hidden_size = kHidden,
                                         .vocabulary = kVocabulary,
                                         .totals = &totals,
                                         .gradient_scale = 0.25};
  const auto loss = [&] {
    CrossEntropyRef(params);
    return 0.25 * totals.loss_sum;
  };
  Doubles dhidden(hidden.size());
  params.dhidden = dhidden.data();
  CrossEntropyRef(params);
  params.dhidden = nullptr;
  EXPECT_LT(GradientError(hidden, dhidden, loss), 1e-8);
}

}  // namespace
}  // namespace kaito::kernels

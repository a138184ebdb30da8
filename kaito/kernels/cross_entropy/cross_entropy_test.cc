#include "kaito/kernels/cross_entropy/cross_entropy.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

const std::vector<float> kHidden = {1, 1};
const std::vector<float> kWeight = {0, 0, 1};

TEST(CrossEntropy, SumsOverTokensThatAreNotIgnored) {
  const std::vector<int32_t> labels = {kIgnoredLabel, 2};
  CrossEntropyTotals totals;
  std::vector<float> dhidden(2, 7.0f);
  KAITO_ASSERT_OK(CrossEntropy({.hidden = kHidden.data(),
                                .weight = kWeight.data(),
                                .labels = labels.data(),
                                .tokens = 2,
                                .hidden_size = 1,
                                .vocabulary = 3,
                                .totals = &totals,
                                .dhidden = dhidden.data(),
                                .gradient_scale = 2},
                               Stream::Cpu()));
  const double rest = 2 / (2 + std::exp(1.0));
  EXPECT_NEAR(totals.loss_sum, std::log(2 + std::exp(1.0)) - 1, 1e-6);
  EXPECT_EQ(totals.count, 1);
  EXPECT_EQ(totals.correct, 1);
  EXPECT_EQ(dhidden[0], 0);
  EXPECT_NEAR(dhidden[1], -2 * rest, 1e-6);
}

TEST(CrossEntropy, OfNoTokensIsZero) {
  CrossEntropyTotals totals = {.loss_sum = 1, .count = 1};
  KAITO_ASSERT_OK(CrossEntropy({.totals = &totals}, Stream::Cpu()));
  EXPECT_EQ(totals.loss_sum, 0);
  EXPECT_EQ(totals.count, 0);
}

TEST(CrossEntropy, RefusesWhatItCantDoNamingTheValues) {
  std::vector<int32_t> labels = {0, 3};
  CrossEntropyTotals totals;
  CrossEntropyParams params = {.hidden = kHidden.data(),
                               .weight = kWeight.data(),
                               .labels = labels.data(),
                               .tokens = 2,
                               .hidden_size = 1,
                               .vocabulary = 3,
                               .totals = &totals};
  const auto refused = [&](const char* why) {
    EXPECT_THAT(CrossEntropy(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused(
      "cross_entropy(tokens=2, hidden_size=1, vocabulary=3, f32, cpu): the "
      "label of token 1 is 3");
  labels[1] = -1;
  refused("label of token 1 is -1");
  labels[1] = 1;
  params.weight_type = FloatType::kFp16;
  refused("weights are f32 or bf16");
  params.weight_type = FloatType::kF32;
  params.totals = nullptr;
  refused("totals is null");
  params.tokens = -1;
  refused("tokens is -1");
}

TEST(CrossEntropy, SaysThatThereIsNoCudaKernel) {
  CrossEntropyTotals totals;
  EXPECT_THAT(
      CrossEntropy(
          {.totals = &totals},
          Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0})),
      StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/sampling/sampling.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/testing/golden_file.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using Floats = std::vector<float>;

struct GoldenCase {
  std::string name;
  SamplingParams filters;
};

// The chains of the golden file, but for typical_p, which isn't ours.
std::vector<GoldenCase> GoldenCases() {
  return {
      {"temperature_0.7", {.temperature = 0.7}},
      {"temperature_1.6", {.temperature = 1.6}},
      {"top_k_1", {.top_k = 1}},
      {"top_k_5", {.top_k = 5}},
      {"top_k_1000", {.top_k = 1000}},
      {"top_p_0.01", {.top_p = 0.01}},
      {"top_p_0.5", {.top_p = 0.5}},
      {"top_p_0.9", {.top_p = 0.9}},
      {"min_p_0.05", {.min_p = 0.05}},
      {"min_p_0.4", {.min_p = 0.4}},
      {"repetition_1.3", {.repetition_penalty = 1.3}},
      {"repetition_0.8", {.repetition_penalty = 0.8}},
      {"all",
       {.repetition_penalty = 1.15,
        .temperature = 0.8,
        .top_k = 40,
        .top_p = 0.9,
        .min_p = 0.02}},
      {"temperature_top_p", {.temperature = 1.5, .top_p = 0.8}},
      {"top_k_top_p", {.top_k = 12, .top_p = 0.6}},
  };
}

constexpr int64_t kRows = 8;
constexpr int64_t kVocabulary = 100;
constexpr int64_t kHistory = 9;

// Which of equal tokens top_p keeps is chance there; how many is not.
bool HasTies(int64_t row) { return row >= 3 && row <= 5; }

TEST(SamplingProbabilities, EqualTransformersProcessors) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const testing::GoldenFile golden,
      testing::GoldenFile::Read(
          "kaito/kernels/sampling/testdata/processors.safetensors"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats logits,
                             golden.Tensor<float>("logits"));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<int64_t> wide_history,
                             golden.Tensor<int64_t>("history"));
  const std::vector<int32_t> history(wide_history.begin(), wide_history.end());
  for (const GoldenCase& c : GoldenCases()) {
    KAITO_ASSERT_OK_AND_ASSIGN(const Floats all,
                               golden.Tensor<float>(c.name + ".probabilities"));
    for (int64_t row = 0; row < kRows; ++row) {
      SCOPED_TRACE(::testing::Message() << c.name << ", row " << row);
      Floats got(kVocabulary);
      std::vector<int32_t> order(kVocabulary);
      SamplingParams params = c.filters;
      params.logits = logits.data() + row * kVocabulary;
      params.vocabulary = kVocabulary;
      params.history = history.data() + row * kHistory;
      params.history_size = kHistory;
      params.probabilities = got.data();
      params.order = order.data();
      KAITO_ASSERT_OK(SamplingProbabilities(params, Stream::Cpu()));
      Floats want(all.begin() + row * kVocabulary,
                  all.begin() + (row + 1) * kVocabulary);
      if (HasTies(row)) {
        std::sort(got.begin(), got.end());
        std::sort(want.begin(), want.end());
      }
      for (int64_t i = 0; i < kVocabulary; ++i) {
        ASSERT_NEAR(got[i], want[i], 1e-6) << i;
        ASSERT_EQ(got[i] == 0, want[i] == 0) << i;
      }
    }
  }
}

TEST(SamplingProbabilities, RefusesWhatItCantDoNamingTheValues) {
  const Floats logits = {1, 2};
  Floats probabilities(2);
  std::vector<int32_t> order(2), history = {0, 2};
  const SamplingParams good = {.logits = logits.data(),
                               .vocabulary = 2,
                               .probabilities = probabilities.data(),
                               .order = order.data()};
  KAITO_EXPECT_OK(SamplingProbabilities(good, Stream::Cpu()));
  const auto refused = [](const SamplingParams& params, const char* why) {
    EXPECT_THAT(SamplingProbabilities(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  SamplingParams bad = good;
  bad.temperature = std::nan("");
  refused(bad, "sampling(vocabulary=2, cpu): temperature is nan, want 0 or");
  bad = good;
  bad.top_p = 0;
  refused(bad, "top_p is 0, want above 0, to 1");
  bad = good;
  bad.min_p = 1.5;
  refused(bad, "min_p is 1.5, want 0 to 1");
  bad = good;
  bad.top_k = -1;
  refused(bad, "top_k is -1");
  bad = good;
  bad.repetition_penalty = 0;
  refused(bad, "repetition_penalty is 0");
  bad = good;
  bad.history = history.data();
  bad.history_size = 2;
  refused(bad, "token 1 of the history is 2");
  bad = good;
  bad.order = nullptr;
  refused(bad, "order is null");
  bad.vocabulary = 0;
  refused(bad, "vocabulary is not 1 to 2^31 - 1");
}

TEST(SamplingProbabilities, SaysThatALogitIsNaN) {
  const Floats logits = {1, std::nanf("")};
  Floats probabilities(2);
  std::vector<int32_t> order(2);
  EXPECT_THAT(
      SamplingProbabilities({.logits = logits.data(),
                             .vocabulary = 2,
                             .probabilities = probabilities.data(),
                             .order = order.data()},
                            Stream::Cpu()),
      StatusIs(absl::StatusCode::kInternal, HasSubstr("a logit is NaN")));
}

TEST(SamplingProbabilities, SaysThatThereIsNoCudaKernel) {
  const Floats logits = {1};
  Floats probabilities(1);
  std::vector<int32_t> order(1);
  EXPECT_THAT(
      SamplingProbabilities(
          {.logits = logits.data(),
           .vocabulary = 1,
           .probabilities = probabilities.data(),
           .order = order.data()},
          Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0})),
      StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(TokenAt, InvertsTheSumOfProbabilities) {
  const Floats p = {0, 0.25f, 0, 0.5f, 0.25f, 0};
  EXPECT_THAT(TokenAt(p, 0), IsOkAndHolds(1));
  EXPECT_THAT(TokenAt(p, 0.2499), IsOkAndHolds(1));
  EXPECT_THAT(TokenAt(p, 0.25), IsOkAndHolds(3));
  EXPECT_THAT(TokenAt(p, 0.7499), IsOkAndHolds(3));
  EXPECT_THAT(TokenAt(p, 0.75), IsOkAndHolds(4));
  EXPECT_THAT(TokenAt(p, std::nextafter(1.0, 0.0)), IsOkAndHolds(4));
}

TEST(TokenAt, RefusesWhatIsNoDistribution) {
  EXPECT_THAT(TokenAt(Floats{1}, 1).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(TokenAt(Floats{1}, std::nan("")).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(TokenAt(Floats{0, 0}, 0.5).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("all of 2 probabilities")));
}

}  // namespace
}  // namespace kaito::kernels

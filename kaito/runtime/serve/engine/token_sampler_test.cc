#include "kaito/runtime/serve/engine/token_sampler.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/serve/engine/sampling_options.h"
#include "kaito/runtime/weights/safetensors_file.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

using Ids = std::vector<int32_t>;

Ids Sample(const SamplingOptions& options, const std::vector<float>& logits,
           int64_t count, const Ids& prompt = {0}, const Ids& forbidden = {}) {
  TokenSampler sampler(options, prompt);
  SamplerScratch scratch;
  Ids ids;
  for (int64_t i = 0; i < count; ++i) {
    const absl::StatusOr<SampledToken> token =
        sampler.Next(logits, forbidden, scratch);
    EXPECT_TRUE(token.ok()) << token.status();
    ids.push_back(token->id);
  }
  return ids;
}

TEST(TokenSampler, RepeatsItselfWithASeedAndDiffersBetweenStreams) {
  const std::vector<float> logits(50, 0);
  const Ids first = Sample({.seed = 7}, logits, 20);
  EXPECT_EQ(Sample({.seed = 7}, logits, 20), first);
  EXPECT_NE(Sample({.seed = 8}, logits, 20), first);
  EXPECT_NE(Sample({.seed = 7, .stream = 1}, logits, 20), first);
}

TEST(TokenSampler, IsGreedyAtTemperatureZero) {
  EXPECT_EQ(Sample({.temperature = 0}, {0, 3, 1, 3}, 2), (Ids{1, 1}));
}

TEST(TokenSampler, NeverChoosesAForbiddenToken) {
  EXPECT_EQ(Sample({.temperature = 0}, {0, 3, 1, 3}, 2, {0}, {1, 3}),
            (Ids{2, 2}));
}

TEST(TokenSampler, AddsBiasesAndPenalties) {
  EXPECT_EQ(Sample({.temperature = 0, .logit_bias = {{0, 5}}}, {0, 3, 1}, 1),
            (Ids{0}));
  // Of the answer alone: 1 in the prompt costs nothing.
  EXPECT_EQ(
      Sample({.temperature = 0, .presence_penalty = 2}, {0, 3, 1.5}, 3, {1, 1}),
      (Ids{1, 2, 1}));
  EXPECT_EQ(Sample({.temperature = 0, .frequency_penalty = 1}, {0, 3, 1.5}, 4),
            (Ids{1, 1, 2, 1}));
  // Of the prompt, too: 3 / 2 is below 1.6.
  EXPECT_EQ(
      Sample({.temperature = 0, .repetition_penalty = 2}, {0, 3, 1.6}, 2, {1}),
      (Ids{2, 1}));
}

TEST(TokenSampler, TellsTheModelsOwnLogprobs) {
  // Probabilities 1/8, 2/8, 4/8, 1/8, whatever the temperature.
  const std::vector<float> logits = {0, std::log(2.0f), std::log(4.0f), 0};
  TokenSampler sampler({.temperature = 0, .logprobs = true, .top_logprobs = 2},
                       Ids{0});
  SamplerScratch scratch;
  KAITO_ASSERT_OK_AND_ASSIGN(const SampledToken token,
                             sampler.Next(logits, Ids{2}, scratch));
  EXPECT_EQ(token.id, 1);
  EXPECT_NEAR(token.logprob, std::log(0.25), 1e-6);
  ASSERT_EQ(token.top.size(), 2u);
  EXPECT_EQ(token.top[0].id, 2);
  EXPECT_NEAR(token.top[0].logprob, std::log(0.5), 1e-6);
  EXPECT_EQ(token.top[1].id, 1);
}

TEST(TokenSampler, SaysThatTheModelGaveNoNumbers) {
  TokenSampler sampler({}, Ids{0});
  SamplerScratch scratch;
  EXPECT_THAT(
      sampler.Next(std::vector<float>{0, std::nanf("")}, Ids{}, scratch),
      StatusIs(absl::StatusCode::kInternal));
}

struct GoldenCase {
  std::string name;
  SamplingOptions options;
};

std::vector<GoldenCase> GoldenCases() {
  return {
      {"temperature_0.7", {.temperature = 0.7}},
      {"top_k_5", {.top_k = 5}},
      {"top_p_0.5", {.top_p = 0.5}},
      {"min_p_0.4", {.min_p = 0.4}},
      {"repetition_1.3", {.repetition_penalty = 1.3}},
      {"all",
       {.temperature = 0.8,
        .top_k = 40,
        .top_p = 0.9,
        .min_p = 0.02,
        .repetition_penalty = 1.15}},
  };
}

template <typename T>
std::vector<T> Row(const SafetensorsFile& file, const std::string& name,
                   int64_t row, int64_t width) {
  const absl::StatusOr<TensorView> view = file.Get(name);
  EXPECT_TRUE(view.ok()) << view.status();
  const T* const data = reinterpret_cast<const T*>(view->bytes.data());
  return std::vector<T>(data + row * width, data + (row + 1) * width);
}

// What transformers' processors left of each row's probabilities, as the first
// token's frequencies over many seeds.
TEST(TokenSampler, DrawsAsTransformersProcessorsSay) {
  constexpr int64_t kVocabulary = 100;
  constexpr int64_t kDraws = 2000;
  KAITO_ASSERT_OK_AND_ASSIGN(
      const SafetensorsFile golden,
      SafetensorsFile::Open(
          "kaito/runtime/serve/engine/testdata/processors.safetensors"));
  for (const GoldenCase& c : GoldenCases()) {
    for (const int64_t row : {0, 1, 6, 7}) {
      SCOPED_TRACE(::testing::Message() << c.name << ", row " << row);
      const auto logits = Row<float>(golden, "logits", row, kVocabulary);
      const auto want =
          Row<float>(golden, c.name + ".probabilities", row, kVocabulary);
      const auto wide = Row<int64_t>(golden, "history", row, 9);
      const Ids history(wide.begin(), wide.end());
      std::vector<double> got(kVocabulary, 0);
      for (uint64_t seed = 0; seed < kDraws; ++seed) {
        SamplingOptions options = c.options;
        options.seed = seed;
        ++got[static_cast<size_t>(Sample(options, logits, 1, history)[0])];
      }
      for (int64_t i = 0; i < kVocabulary; ++i) {
        const double p = want[static_cast<size_t>(i)];
        // Five standard deviations: some 5,000 numbers are looked at.
        const double deviation = std::sqrt(p * (1 - p) / kDraws);
        ASSERT_NEAR(got[static_cast<size_t>(i)] / kDraws, p,
                    5 * deviation + 1.0 / kDraws)
            << i;
        if (p == 0) {
          ASSERT_EQ(got[static_cast<size_t>(i)], 0) << i;
        }
      }
    }
  }
}

TEST(CheckSampling, NamesTheFieldAndItsRange) {
  const auto refused = [](const SamplingOptions& options, const char* why) {
    EXPECT_THAT(CheckSampling(options, 10),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  KAITO_EXPECT_OK(CheckSampling({}, 10));
  refused({.temperature = -1}, "temperature: is -1, want 0 to 100");
  refused({.temperature = std::nan("")}, "temperature: is nan");
  refused({.top_k = -1}, "top_k: is -1, want 0 or more");
  refused({.top_p = 0}, "top_p: is 0, want above 0, to 1");
  refused({.min_p = 1.5}, "min_p: is 1.5, want 0 to 1");
  refused({.repetition_penalty = 0}, "repetition_penalty: is 0");
  refused({.presence_penalty = 3}, "presence_penalty: is 3, want -2 to 2");
  refused({.frequency_penalty = std::numeric_limits<double>::infinity()},
          "frequency_penalty: is inf");
  refused({.logit_bias = {{10, 1}}}, "logit_bias: 10 is no token");
  refused({.logit_bias = {{1, 101}}}, "logit_bias: is 101");
  refused({.top_logprobs = 21}, "top_logprobs: is 21, want 0 to 20");
}

}  // namespace
}  // namespace kaito::runtime::serve

#include "kaito/runtime/train/eval/greedy_answers.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/load_model.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;

class GreedyAnswersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(
        LoadedModel model,
        LoadModel("kaito/runtime/backend/testdata/lora/llama_nf4/base", {}));
    KAITO_ASSERT_OK_AND_ASSIGN(
        backend_, CpuBackend::Create(std::move(model), {.threads = 1}));
  }
  std::unique_ptr<CpuBackend> backend_;
};

const std::vector<std::vector<int32_t>> kPrompts = {
    {1, 5, 9}, {7}, {3, 3, 4, 8, 21, 30, 2, 9, 11, 12, 13, 14, 15, 16, 17, 18}};

TEST_F(GreedyAnswersTest, DoesNotDependOnWhatIsAnsweredTogether) {
  const auto one = GreedyAnswers(*backend_, kPrompts, nullptr,
                                 {.max_tokens = 20, .together = 1});
  const auto all = GreedyAnswers(*backend_, kPrompts, nullptr,
                                 {.max_tokens = 20, .together = 3});
  KAITO_ASSERT_OK(one.status());
  KAITO_ASSERT_OK(all.status());
  EXPECT_EQ(*one, *all);
  ASSERT_EQ(one->size(), 3u);
  for (const auto& answer : *one) EXPECT_EQ(answer.size(), 20u);
}

TEST_F(GreedyAnswersTest, EndsAtAnyEndToken) {
  const auto whole =
      GreedyAnswers(*backend_, kPrompts, nullptr, {.max_tokens = 8});
  KAITO_ASSERT_OK(whole.status());
  const int32_t end = (*whole)[0][3];
  const auto cut = GreedyAnswers(*backend_, kPrompts, nullptr,
                                 {.eos = {100000, end}, .max_tokens = 8});
  KAITO_ASSERT_OK(cut.status());
  const std::vector<int32_t>& first = (*cut)[0];
  EXPECT_LE(first.size(), 3u);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), (*whole)[0].begin()));
}

TEST_F(GreedyAnswersTest, RefusesAnEmptyPrompt) {
  EXPECT_THAT(GreedyAnswers(*backend_, std::vector<std::vector<int32_t>>(1),
                            nullptr, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito::runtime

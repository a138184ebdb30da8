#include "kaito/runtime/train/training_loop.h"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/train/fake_backend.h"
#include "kaito/runtime/train/optimizer.h"
#include "kaito/runtime/train/schedule.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

Schedule Constant(double rate, int64_t total) {
  auto schedule = MakeSchedule("constant", {}, {.rate = rate, .total = total});
  EXPECT_TRUE(schedule.ok()) << schedule.status();
  return *schedule;
}

StepInput Input(std::vector<PackedBatch> passes) {
  return {.passes = std::move(passes), .epoch_after = 1};
}

absl::StatusOr<StepInput> OneRow(int64_t step) {
  const int32_t id = static_cast<int32_t>(step % 3);
  return Input({FakeBatch({id, 3}, {id, -100})});
}

absl::Status Go(const StepReport&) { return absl::OkStatus(); }

std::vector<float> Numbers(const LoraAdapter& adapter) {
  std::vector<float> numbers;
  for (const LoraModule& m : adapter.modules) {
    numbers.insert(numbers.end(), m.a.begin(), m.a.end());
    numbers.insert(numbers.end(), m.b.begin(), m.b.end());
  }
  return numbers;
}

TEST(Train, LowersTheLoss) {
  FakeBackend backend;
  TrainingState state = NewTrainingState(FakeAdapter());
  KAITO_ASSERT_OK(Train(backend, OneRow, Constant(0.02, 200), {.log_every = 50},
                        {}, state, Go));
  ASSERT_EQ(state.log.size(), 4u);
  EXPECT_LT(state.log.back().loss, state.log.front().loss / 10);
  EXPECT_EQ(state.log.back().accuracy, 1);
  EXPECT_EQ(state.step, 200);
  EXPECT_EQ(state.tokens, 400);
  EXPECT_EQ(state.targets, 200);
  EXPECT_EQ(state.optimizer.updates, 200);
}

// A mean of means would weigh the short batch's tokens more.
TEST(TrainStep, WeighsTokensAlikeHoweverTheyAreSplit) {
  FakeBackend backend;
  const std::vector<PackedBatch> split = {FakeBatch({1}, {4}),
                                          FakeBatch({2, 5, 6}, {1, 2, 3}),
                                          FakeBatch({7}, {-100})};
  const std::vector<PackedBatch> whole = {
      FakeBatch({1, 2, 5, 6, 7}, {4, 1, 2, 3, -100})};
  std::vector<std::vector<float>> numbers;
  std::vector<double> losses;
  for (const auto& passes : {split, whole}) {
    TrainingState state = NewTrainingState(FakeAdapter());
    LoraGradients gradients = ZeroGradients(state.adapter);
    const auto report =
        TrainStep(backend, Input(passes), {}, 0.1, {}, gradients, state);
    KAITO_ASSERT_OK(report.status());
    EXPECT_EQ(report->targets, 4);
    EXPECT_EQ(report->tokens, 5);
    losses.push_back(report->loss);
    numbers.push_back(Numbers(state.adapter));
  }
  EXPECT_NEAR(losses[0], losses[1], 1e-12);
  for (size_t i = 0; i < numbers[0].size(); ++i) {
    EXPECT_NEAR(numbers[0][i], numbers[1][i], 1e-6) << i;
  }
}

TEST(TrainStep, ReportsTheNormBeforeClippingAndClips) {
  FakeBackend backend;
  const StepInput input = Input({FakeBatch({1}, {100})});
  std::vector<double> first_moments;
  for (const double max_norm : {0.0, 1.0}) {
    TrainingState state = NewTrainingState(FakeAdapter());
    LoraGradients gradients = ZeroGradients(state.adapter);
    const auto report =
        TrainStep(backend, input, {.optimizer = {.max_grad_norm = max_norm}},
                  0.1, {}, gradients, state);
    KAITO_ASSERT_OK(report.status());
    EXPECT_GT(report->grad_norm, 100);
    double squares = 0;
    for (const LoraModuleGradient& m : state.optimizer.first.modules) {
      for (const float x : m.a) squares += double{x} * x;
      for (const float x : m.b) squares += double{x} * x;
    }
    first_moments.push_back(std::sqrt(squares));
  }
  EXPECT_GT(first_moments[0], 10);
  EXPECT_NEAR(first_moments[1], 0.1, 1e-4);  // (1 - beta1) * 1
}

TEST(TrainStep, DrawsANewDropoutMaskForEachPassAndStep) {
  FakeBackend backend;
  TrainingState state = NewTrainingState(FakeAdapter());
  const auto two = [](int64_t) -> absl::StatusOr<StepInput> {
    return Input({FakeBatch({1}, {1}), FakeBatch({2}, {2})});
  };
  KAITO_ASSERT_OK(Train(backend, two, Constant(0.1, 2),
                        {.dropout = 0.5, .seed = 3}, {}, state, Go));
  ASSERT_EQ(backend.seen.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(backend.seen[i].dropout, 0.5);
    for (size_t j = 0; j < i; ++j) {
      EXPECT_NE(backend.seen[i].dropout_seed, backend.seen[j].dropout_seed);
    }
  }
}

TEST(Train, PassesOverAStepThatIsNoNumber) {
  FakeBackend backend;
  backend.is_nan = [](int64_t call) { return call == 1; };
  TrainingState state = NewTrainingState(FakeAdapter());
  std::vector<std::vector<float>> after;
  std::vector<bool> applied;
  KAITO_ASSERT_OK(Train(backend, OneRow, Constant(0.1, 3), {}, {}, state,
                        [&](const StepReport& report) {
                          after.push_back(Numbers(state.adapter));
                          applied.push_back(report.applied);
                          return absl::OkStatus();
                        }));
  EXPECT_THAT(applied, ::testing::ElementsAre(true, false, true));
  EXPECT_EQ(after[0], after[1]);
  EXPECT_NE(after[1], after[2]);
  EXPECT_EQ(state.skipped, 1);
  EXPECT_EQ(state.skipped_in_row, 0);
  EXPECT_EQ(state.optimizer.updates, 2);
}

TEST(Train, GivesUpWhereNothingIsANumberAnyMore) {
  FakeBackend backend;
  backend.is_nan = [](int64_t call) { return call >= 4; };
  TrainingState state = NewTrainingState(FakeAdapter());
  EXPECT_THAT(Train(backend, OneRow, Constant(0.1, 100),
                    {.max_skipped_in_row = 3}, {}, state, Go),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("3 steps in a row, up to step 7")));
}

TEST(Train, StopsBetweenPassesWithTheStateOfAWholeStep) {
  FakeBackend backend;
  StopSource stop;
  backend.before = [&](int64_t call) {
    if (call == 3) stop.RequestStop();
  };
  const auto two = [](int64_t) -> absl::StatusOr<StepInput> {
    return Input({FakeBatch({1}, {1}), FakeBatch({2}, {2})});
  };
  TrainingState state = NewTrainingState(FakeAdapter());
  std::vector<std::vector<float>> after;
  // Call 2 is the first pass of the second step, call 3 its last: done. The
  // third step does not begin.
  EXPECT_THAT(Train(backend, two, Constant(0.1, 5), {}, stop.token(), state,
                    [&](const StepReport&) {
                      after.push_back(Numbers(state.adapter));
                      return absl::OkStatus();
                    }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(state.step, 2);

  StopSource early;
  FakeBackend again;
  again.before = [&](int64_t call) {
    if (call == 2) early.RequestStop();
  };
  TrainingState half = NewTrainingState(FakeAdapter());
  EXPECT_THAT(Train(again, two, Constant(0.1, 5), {}, early.token(), half, Go),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(half.step, 1);
  EXPECT_EQ(Numbers(half.adapter), after[0]);
}

TEST(Train, CountsAStepWithoutTargetsAsNoFailure) {
  FakeBackend backend;
  TrainingState state = NewTrainingState(FakeAdapter());
  const auto empty = [](int64_t) -> absl::StatusOr<StepInput> {
    return Input({FakeBatch({1, 2}, {-100, -100})});
  };
  KAITO_ASSERT_OK(Train(backend, empty, Constant(0.1, 4),
                        {.max_skipped_in_row = 2}, {}, state, Go));
  EXPECT_EQ(state.step, 4);
  EXPECT_EQ(state.skipped, 0);
  EXPECT_EQ(Numbers(state.adapter), Numbers(FakeAdapter()));
}

TEST(Train, PassesErrorsOfTheSourceAndOfTheCallerOn) {
  FakeBackend backend;
  TrainingState state = NewTrainingState(FakeAdapter());
  const auto broken = [](int64_t) -> absl::StatusOr<StepInput> {
    return absl::DataLossError("gone");
  };
  EXPECT_THAT(Train(backend, broken, Constant(0.1, 4), {}, {}, state, Go),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Train(backend, OneRow, Constant(0.1, 4), {}, {}, state,
                    [](const StepReport&) {
                      return absl::ResourceExhaustedError("disk");
                    }),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(Evaluate, IsTheMeanOverAllTokens) {
  FakeBackend backend;
  const auto evaluation = Evaluate(
      backend, {FakeBatch({1}, {2}), FakeBatch({1, 1, 1}, {0, 4, -100})},
      nullptr, {});
  KAITO_ASSERT_OK(evaluation.status());
  EXPECT_EQ(evaluation->targets, 3);
  EXPECT_NEAR(evaluation->loss, (2.0 + 0 + 8) / 3, 1e-12);
  EXPECT_NEAR(evaluation->accuracy, 1.0 / 3, 1e-12);
}

}  // namespace
}  // namespace kaito::runtime

#include "kaito/runtime/batch/batch_plan.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/dataset/encoded_row.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Row i has 2 + i % 7 tokens: 100 i, 100 i + 1, ...; all but the first trained.
std::vector<EncodedRow> Rows(int64_t n) {
  std::vector<EncodedRow> rows;
  for (int64_t i = 0; i < n; ++i) {
    EncodedRow& row = rows.emplace_back(EncodedRow{.index = i});
    for (int64_t t = 0; t < 2 + i % 7; ++t) {
      row.ids.push_back(static_cast<int32_t>(100 * i + t));
      row.trained.push_back(t > 0);
    }
  }
  return rows;
}

BatchPlan Plan(int64_t rows, const BatchOptions& options) {
  absl::StatusOr<BatchPlan> plan = BatchPlan::Make(Rows(rows), options);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return *std::move(plan);
}

// The rows of a step, by the first ids of its sequences.
std::vector<int64_t> RowsOf(const StepBatch& step) {
  std::vector<int64_t> rows;
  for (const PackedBatch& pass : step.passes) {
    for (int64_t s = 0; s < pass.sequences(); ++s) {
      rows.push_back(pass.ids[pass.starts[s]] / 100);
    }
  }
  return rows;
}

TEST(BatchPlan, PutsRowsOneAfterTheOtherWithShiftedLabels) {
  const BatchPlan plan =
      Plan(2, {.rows_per_batch = 2, .epochs = 1, .shuffle = false});
  const StepBatch step = BatchSource(plan).Next();
  ASSERT_EQ(step.passes.size(), 1u);
  const PackedBatch& pass = step.passes[0];
  EXPECT_THAT(pass.ids, ElementsAre(0, 1, 100, 101, 102));
  EXPECT_THAT(pass.positions, ElementsAre(0, 1, 0, 1, 2));
  EXPECT_THAT(pass.labels, ElementsAre(1, -100, 101, 102, -100));
  EXPECT_THAT(pass.starts, ElementsAre(0, 2, 5));
  EXPECT_EQ(step.tokens, 5);
  EXPECT_EQ(step.targets, 3);
}

TEST(BatchPlan, EveryEpochHasEveryRowOnceInAnOrderOfItsOwn) {
  for (const bool grouped : {false, true}) {
    const BatchPlan plan = Plan(50, {.rows_per_batch = 4,
                                     .accumulation = 3,
                                     .epochs = 2,
                                     .group_by_length = grouped,
                                     .seed = 7});
    EXPECT_EQ(plan.steps_per_epoch(), 5);  // 13 batches, 3 to a step.
    EXPECT_EQ(plan.total_steps(), 10);
    BatchSource source(plan);
    std::vector<std::vector<int64_t>> epochs(2);
    for (int i = 0; i < 10; ++i) {
      const StepBatch step = source.Next();
      EXPECT_EQ(step.step, i);
      EXPECT_EQ(step.epoch, i / 5);
      const std::vector<int64_t> rows = RowsOf(step);
      epochs[step.epoch].insert(epochs[step.epoch].end(), rows.begin(),
                                rows.end());
    }
    EXPECT_NE(epochs[0], epochs[1]);
    for (std::vector<int64_t>& rows : epochs) {
      std::ranges::sort(rows);
      ASSERT_EQ(rows.size(), 50u);
      for (int64_t i = 0; i < 50; ++i) EXPECT_EQ(rows[i], i);
    }
  }
}

TEST(BatchPlan, ASoughtStepIsTheOneThatAnUnbrokenRunSees) {
  const BatchPlan plan =
      Plan(33, {.rows_per_batch = 4, .epochs = 3, .group_by_length = true});
  BatchSource whole(plan);
  for (int64_t i = 0; i < plan.total_steps(); ++i) {
    const StepBatch want = whole.Next();
    BatchSource resumed(plan);
    resumed.Seek(i);
    const StepBatch got = resumed.Next();
    ASSERT_EQ(RowsOf(got), RowsOf(want)) << i;
    EXPECT_EQ(got.epoch, want.epoch);
  }
}

TEST(BatchPlan, TheSeedAloneDecidesTheOrder) {
  const auto first = [](uint64_t seed) {
    const BatchPlan plan = Plan(64, {.rows_per_batch = 64, .seed = seed});
    return RowsOf(BatchSource(plan).Next());
  };
  EXPECT_EQ(first(1), first(1));
  EXPECT_NE(first(1), first(2));
}

TEST(BatchPlan, GroupsRowsOfSimilarLength) {
  // Lengths 10, 40, 70, ...: further apart than the jitter.
  std::vector<EncodedRow> rows;
  for (int64_t i = 0; i < 12; ++i) {
    const auto length = static_cast<size_t>(10 + 30 * (i * 5 % 12));
    rows.push_back({.index = i,
                    .ids = std::vector<int32_t>(length, 1),
                    .trained = std::vector<bool>(length, true)});
  }
  KAITO_ASSERT_OK_AND_ASSIGN(
      const BatchPlan plan,
      BatchPlan::Make(rows, {.rows_per_batch = 3, .group_by_length = true}));
  BatchSource source(plan);
  for (int i = 0; i < 4; ++i) {
    const PackedBatch pass = source.Next().passes[0];
    const int32_t shortest = pass.starts[1] - pass.starts[0];
    EXPECT_EQ(pass.starts[3] - pass.starts[2], shortest + 60);
  }
}

TEST(BatchPlan, CutsBatchesIntoPassesBetweenRows) {
  const BatchOptions options = {
      .rows_per_batch = 10, .epochs = 1, .shuffle = false};
  BatchOptions cut = options;
  cut.max_pass_tokens = 9;
  const BatchPlan plan = Plan(20, cut);
  EXPECT_EQ(plan.largest_pass_tokens(), 9);
  const BatchPlan uncut = Plan(20, options);
  BatchSource source(plan);
  BatchSource want(uncut);
  for (int i = 0; i < 2; ++i) {
    const StepBatch step = source.Next();
    EXPECT_GT(step.passes.size(), 3u);
    for (const PackedBatch& pass : step.passes) EXPECT_LE(pass.tokens(), 9);
    const StepBatch whole = want.Next();
    EXPECT_EQ(RowsOf(step), RowsOf(whole));
    EXPECT_EQ(step.targets, whole.targets);
    EXPECT_EQ(step.tokens, whole.tokens);
  }
}

TEST(BatchPlan, PacksDocumentsThatSeeOnlyThemselves) {
  const BatchPlan plan = Plan(14, {.rows_per_batch = 2,
                                   .epochs = 1,
                                   .shuffle = false,
                                   .packing = Packing::kBestFit,
                                   .packed_length = 10});
  EXPECT_EQ(plan.tokens_per_epoch(), 2 * (2 + 3 + 4 + 5 + 6 + 7 + 8));
  EXPECT_EQ(plan.packed_rows(), 7);
  const StepBatch step = BatchSource(plan).Next();
  EXPECT_EQ(step.passes[0].sequences(), 4);  // Two of 8 and 2 tokens.
  EXPECT_EQ(step.tokens, 20);
  EXPECT_EQ(step.targets, 16);
  for (int64_t s = 0; s < 4; ++s) {
    const PackedBatch& pass = step.passes[0];
    EXPECT_EQ(pass.positions[pass.starts[s]], 0);
    EXPECT_EQ(pass.labels[pass.starts[s + 1] - 1], -100);
  }
}

TEST(BatchPlan, StepsCountPartsOfEpochsAndMaxStepsWins) {
  EXPECT_EQ(Plan(10, {.rows_per_batch = 1, .epochs = 0.25}).total_steps(), 3);
  const BatchPlan plan =
      Plan(10, {.rows_per_batch = 1, .epochs = 2, .max_steps = 15});
  EXPECT_EQ(plan.total_steps(), 15);
  EXPECT_DOUBLE_EQ(plan.EpochsAfter(15), 1.5);
}

TEST(BatchPlan, RefusesOptionsThatMakeNoSense) {
  const auto error = [](const BatchOptions& options) {
    return BatchPlan::Make(Rows(3), options).status();
  };
  EXPECT_THAT(error({.rows_per_batch = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("rows_per_batch: want 1 or more, got 0")));
  EXPECT_FALSE(error({.accumulation = 0}).ok());
  EXPECT_FALSE(error({.epochs = 0}).ok());
  EXPECT_FALSE(error({.epochs = 1e300}).ok());
  EXPECT_FALSE(error({.packing = Packing::kWrapped, .packed_length = 1}).ok());
  EXPECT_THAT(
      BatchPlan::Make({}, {}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no rows")));
  EXPECT_FALSE(ParsePackingStrategy("ffd").ok());
}

}  // namespace
}  // namespace kaito::runtime

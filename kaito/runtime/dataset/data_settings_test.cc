#include "kaito/runtime/dataset/data_settings.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/training_config.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/batch/batch_plan.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row_encoder.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(DataSettings, TrainsAnswersOnlyUnlessToldOtherwise) {
  api::TrainingConfig config;
  KAITO_ASSERT_OK_AND_ASSIGN(DataSettings settings, DataSettingsOf(config, {}));
  EXPECT_EQ(settings.path, "/mnt/data");
  EXPECT_TRUE(settings.encoder.assistant_only);
  EXPECT_TRUE(settings.encoder.completion_only);
  EXPECT_EQ(settings.encoder.max_length, 1024);
  EXPECT_FALSE(settings.encoder.kaito_labels);

  config.arguments.completion_only_loss = false;
  KAITO_ASSERT_OK_AND_ASSIGN(settings, DataSettingsOf(config, {}));
  EXPECT_FALSE(settings.encoder.assistant_only);
  EXPECT_FALSE(settings.encoder.completion_only);

  KAITO_ASSERT_OK_AND_ASSIGN(settings, DataSettingsOf(config, {.kaito = true}));
  EXPECT_TRUE(settings.encoder.kaito_labels);
  EXPECT_FALSE(settings.encoder.pairs_as_chat);
  EXPECT_TRUE(settings.dataset.first_file_only);
}

TEST(DataSettings, TakesPathsColumnsAndPacking) {
  api::TrainingConfig config;
  config.dataset.dataset_path = "/chats/train.jsonl";
  config.dataset.context_column = "q";
  config.dataset.response_column = "a";
  config.arguments.packing = true;
  config.arguments.others["packing_strategy"] = "wrapped";
  config.arguments.max_steps = -1;
  KAITO_ASSERT_OK_AND_ASSIGN(const DataSettings settings,
                             DataSettingsOf(config, {}));
  EXPECT_EQ(settings.path, "/mnt/chats/train.jsonl");
  EXPECT_EQ(settings.dataset.columns.prompt, "q");
  EXPECT_EQ(settings.dataset.columns.completion, "a");
  EXPECT_EQ(settings.batches.packing, Packing::kWrapped);
  EXPECT_EQ(settings.batches.packed_length, 1024);
  EXPECT_EQ(settings.batches.max_steps, 0);
  EXPECT_EQ(settings.encoder.max_length, 0);
}

TEST(DataSettings, NamesTheKeyThatIsWrong) {
  const auto error = [](const auto& change) {
    api::TrainingConfig config;
    change(config);
    return DataSettingsOf(config, {}).status();
  };
  using Config = api::TrainingConfig;
  EXPECT_THAT(error([](Config& c) { c.dataset.dataset_path = "../etc"; }),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("DatasetConfig.dataset_path")));
  EXPECT_THAT(
      error([](Config& c) { c.dataset.dataset_extension = "xlsx"; }).message(),
      HasSubstr("DatasetConfig.dataset_extension: want csv"));
  EXPECT_THAT(error([](Config& c) {
                c.arguments.others["truncation_mode"] = "middle";
              }).message(),
              HasSubstr("truncation_mode: want keep_start or keep_end"));
  EXPECT_THAT(error([](Config& c) {
                c.arguments.packing = true;
                c.arguments.others["packing_strategy"] = 3;
              }).message(),
              HasSubstr("packing_strategy: want a string, got integer"));
}

std::vector<EncodedRow> Rows(int64_t n) {
  std::vector<EncodedRow> rows;
  for (int64_t i = 0; i < n; ++i) rows.push_back({.index = i});
  return rows;
}

TEST(Split, KeepsEachRowInOnePart) {
  KAITO_ASSERT_OK_AND_ASSIGN(const SplitRows split,
                             Split(Rows(11), {.train_share = 0.8, .seed = 7}));
  EXPECT_EQ(split.eval.size(), 3u);  // 2.2, rounded up.
  std::vector<bool> seen(11);
  bool shuffled = false;
  for (const std::vector<EncodedRow>* part : {&split.train, &split.eval}) {
    int64_t last = -1;
    for (const EncodedRow& row : *part) {
      EXPECT_GT(row.index, last);
      last = row.index;
      EXPECT_FALSE(seen[row.index]);
      seen[row.index] = true;
      shuffled |= part == &split.eval && row.index < 8;
    }
  }
  EXPECT_TRUE(shuffled);

  KAITO_ASSERT_OK_AND_ASSIGN(
      const SplitRows in_order,
      Split(Rows(10), {.train_share = 0.7, .shuffle = false}));
  EXPECT_EQ(in_order.train.back().index, 5);
  KAITO_ASSERT_OK_AND_ASSIGN(const SplitRows all, Split(Rows(3), {}));
  EXPECT_EQ(all.train.size(), 3u);
  EXPECT_TRUE(all.eval.empty());
}

TEST(Split, NeedsRowsToTrainOn) {
  for (const double share : {0.0, -1.0, 1.5}) {
    EXPECT_THAT(Split(Rows(10), {.train_share = share}).status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("train_test_split: want a number above 0")));
  }
  EXPECT_THAT(Split(Rows(1), {.train_share = 0.8}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("leaves none to train on")));
}

}  // namespace
}  // namespace kaito::runtime

#include "kaito/operator/estimate/memory_estimate.h"

#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/training_config.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kGib = int64_t{1} << 30;

const DecoderShape& ShapeOf(const char* preset) {
  return BuiltInCatalog().FindPreset(preset)->shape;
}

TEST(EstimateTuning, WalkThroughFitsItsV100) {
  const TuningRecipe recipe = RecipeOf(api::DefaultTrainingConfig("qlora"));
  EXPECT_EQ(recipe.quantization, Quantization::kNf4);
  const MemoryEstimate need =
      EstimateTuning(ShapeOf("phi-3-mini-128k-instruct"), recipe);
  // By hand: 3.624e9 linear parameters of 4 bits with a byte for each 64, and
  // 0.197e9 of embeddings of 2 bytes.
  EXPECT_NEAR(need.weights_bytes / 1e9, 1.812 + 0.057 + 0.394, 0.01);
  EXPECT_LT(need.total_bytes(), 16 * kGib);
  EXPECT_GT(need.total_bytes(), need.weights_bytes + kGib);
}

TEST(EstimateTuning, GrowsWithRankBatchAndUnquantisedWeights) {
  const DecoderShape& shape = ShapeOf("phi-4");
  const int64_t base = EstimateTuning(shape, {}).total_bytes();
  EXPECT_GT(EstimateTuning(shape, {.rank = 64}).total_bytes(), base);
  EXPECT_GT(EstimateTuning(shape, {.rows = 8}).total_bytes(), base);
  const MemoryEstimate lora =
      EstimateTuning(shape, {.quantization = Quantization::kNone});
  EXPECT_NEAR(lora.weights_bytes / double{kGib}, 27.31, 0.1);
}

TEST(EstimateTuning, RecipeOfLoraIsNotQuantised) {
  EXPECT_EQ(RecipeOf(api::DefaultTrainingConfig("lora")).quantization,
            Quantization::kNone);
  api::TrainingConfig config;
  config.quantization.emplace().load_in_8bit = true;
  config.arguments.max_length = 77;
  const TuningRecipe recipe = RecipeOf(config);
  EXPECT_EQ(recipe.quantization, Quantization::kInt8);
  EXPECT_EQ(recipe.tokens_per_row, 77);
}

TEST(EstimateServing, CountsKeysAndValues) {
  const DecoderShape& shape = ShapeOf("phi-3-mini-128k-instruct");
  const MemoryEstimate need = EstimateServing(shape, Quantization::kNone, 2048);
  // KAITO's table: 393216 bytes a token.
  EXPECT_EQ(need.cache_bytes, 2048 * int64_t{393216});
  EXPECT_NEAR(need.weights_bytes / double{kGib}, 7.12, 0.05);
}

TEST(EstimateTuning, TinyModelFitsASmallMachine) {
  EXPECT_LT(EstimateTuning(ShapeOf("tiny-phi-3-instruct"), {}).total_bytes(),
            kGib / 2);
}

TEST(DescribeShortage, NamesBothSides) {
  EXPECT_THAT(
      DescribeShortage("phi-4", "tuning", EstimateTuning(ShapeOf("phi-4"), {}),
                       "a GPU of node n1", 8 * kGib),
      HasSubstr("a GPU of node n1 has 8.0 GiB"));
}

}  // namespace
}  // namespace kaito::controller

#include "kaito/operator/presets/catalog.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {
namespace {

using ::testing::Contains;
using ::testing::Not;

TEST(BuiltInCatalog, HasTheModelOfTheWalkThrough) {
  const Preset* preset =
      BuiltInCatalog().FindPreset("phi-3-mini-128k-instruct");
  ASSERT_NE(preset, nullptr);
  EXPECT_EQ(preset->disk_bytes, int64_t{80} << 30);
  EXPECT_EQ(preset->image_tag, "0.1.1");
  EXPECT_EQ(preset->token_limit, 131072);
  EXPECT_FALSE(preset->cpu_allowed);
}

TEST(BuiltInCatalog, FindsByHubNameInAnyCase) {
  const Catalog& catalog = BuiltInCatalog();
  EXPECT_EQ(catalog.FindPreset("Microsoft/PHI-4"), catalog.FindPreset("phi-4"));
  EXPECT_EQ(catalog.FindPreset("Phi-4")->name, "phi-4");
  EXPECT_EQ(catalog.FindPreset("phi-5"), nullptr);
  EXPECT_EQ(catalog.FindPreset(""), nullptr);
  EXPECT_EQ(catalog.Find("phi-5"), nullptr);
}

TEST(BuiltInCatalog, TinyModelRunsOnACpu) {
  const Preset* tiny = BuiltInCatalog().FindPreset("tiny-phi-3-instruct");
  ASSERT_NE(tiny, nullptr);
  EXPECT_TRUE(tiny->cpu_allowed);
  EXPECT_TRUE(tiny->tunable);
}

TEST(BuiltInCatalog, TellsValidationWhatItAsks) {
  const Catalog& catalog = BuiltInCatalog();
  EXPECT_TRUE(catalog.Find("llama-3.1-8b-instruct")->needs_access_secret);
  EXPECT_FALSE(catalog.Find("phi-4")->needs_access_secret);
  EXPECT_TRUE(catalog.Find("falcon-7b")->deprecated);
  EXPECT_THAT(catalog.Names(), Contains("mistral-7b-instruct"));
  EXPECT_THAT(catalog.Names(), Not(Contains("falcon-7b")));
  const std::vector<std::string> names = catalog.Names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

// The number of parameters that a shape gives is the size of its bf16 weights:
// a typing error in either would not fit.
TEST(BuiltInCatalog, ShapesGiveTheSizesOfTheWeights) {
  const Catalog& catalog = BuiltInCatalog();
  for (const std::string& name : catalog.Names()) {
    const Preset& preset = *catalog.FindPreset(name);
    const DecoderShape& s = preset.shape;
    const int64_t layer = s.hidden * (s.query_width + 2 * s.kv_width) +
                          s.query_width * s.hidden +
                          3 * s.hidden * s.intermediate;
    const int64_t embeddings =
        s.vocabulary * s.hidden * (s.tied_embeddings ? 1 : 2);
    const double bytes = 2.0 * (s.layers * layer + embeddings);
    EXPECT_NEAR(bytes / preset.weights_bytes, 1.0, 0.01) << name;
    EXPECT_GT(preset.disk_bytes, preset.weights_bytes) << name;
  }
}

}  // namespace
}  // namespace kaito::controller

#include "kaito/base/flags/nearest_name.h"

#include <string>

#include "gtest/gtest.h"

namespace kaito {
namespace {

TEST(NearestName, FindsOneEditOfAnyKind) {
  EXPECT_EQ(NearestName("modle", {"output", "model"}), "model");   // Swapped
  EXPECT_EQ(NearestName("mode", {"output", "model"}), "model");    // Dropped
  EXPECT_EQ(NearestName("modell", {"output", "model"}), "model");  // Added
  EXPECT_EQ(NearestName("nodel", {"output", "model"}), "model");   // Changed
}

TEST(NearestName, AllowsMoreEditsInLongerNames) {
  EXPECT_EQ(NearestName("quantizatoin-mod", {"quantization-mode"}),
            "quantization-mode");
  EXPECT_EQ(NearestName("mdol", {"model"}), "");
}

TEST(NearestName, PrefersTheNearerThenTheFirst) {
  EXPECT_EQ(NearestName("data", {"date", "data-dir"}), "date");
  EXPECT_EQ(NearestName("bat", {"cat", "hat"}), "cat");
}

TEST(NearestName, GivesNothingWhereNothingIsNear) {
  EXPECT_EQ(NearestName("verbose", {"model", "output"}), "");
  EXPECT_EQ(NearestName("", {"model"}), "");
  EXPECT_EQ(NearestName("x", {}), "");
  EXPECT_EQ(NearestName(std::string(100000, 'x'), {"model"}), "");
}

}  // namespace
}  // namespace kaito

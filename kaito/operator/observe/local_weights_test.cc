#include "kaito/operator/observe/local_weights.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kModels[] = "examples/models";

TEST(FindLocalWeights, FindsTheModelThatComesWithTheProgram) {
  const LocalWeights weights =
      FindLocalWeights({"/nowhere", kModels}, "tiny-phi-3-instruct");
  EXPECT_EQ(weights.place, absl::StrCat(kModels, "/tiny-phi-3-instruct"));
}

TEST(FindLocalWeights, NamesThePlaces) {
  const LocalWeights weights = FindLocalWeights({"/a", "/b"}, "org/model");
  EXPECT_EQ(weights.place, "");
  EXPECT_THAT(weights.looked_at, ElementsAre("/a/org-model", "/b/org-model"));
}

TEST(FindLocalWeights, StaysInsideItsDirectories) {
  for (const char* name : {"", ".", ".."}) {
    const LocalWeights weights = FindLocalWeights({kModels}, name);
    EXPECT_EQ(weights.place, "") << name;
    EXPECT_THAT(weights.looked_at, IsEmpty());
  }
  EXPECT_EQ(
      FindLocalWeights({"examples/demo-data"}, "../models/tiny-phi-3-instruct")
          .place,
      "");
}

}  // namespace
}  // namespace kaito::controller

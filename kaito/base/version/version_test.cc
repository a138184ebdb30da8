#include "kaito/base/version/version.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kaito {
namespace {

TEST(Version, IsThreeNumbers) {
  EXPECT_THAT(std::string(kVersion),
              ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

TEST(Version, IsAnsweredWhereNothingElseIsAsked) {
  using Args = std::vector<std::string>;
  EXPECT_EQ(VersionAnswer("runtime", Args{"--version"}),
            "runtime " + std::string(kVersion) + "\n");
  EXPECT_EQ(VersionAnswer("runtime", Args{}), std::nullopt);
  EXPECT_EQ(VersionAnswer("runtime", Args{"serve", "--version"}), std::nullopt);
}

}  // namespace
}  // namespace kaito

#include "kaito/base/check/check.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace kaito {
namespace {

TEST(Check, GoesOnWhenTheConditionHolds) {
  int evaluated = 0;
  KAITO_CHECK(++evaluated == 1) << "not printed";
  KAITO_CHECK_EQ(++evaluated, 2);
  KAITO_CHECK_NE(1, 2);
  KAITO_CHECK_LT(1, 2);
  KAITO_CHECK_LE(2, 2);
  KAITO_CHECK_GT(3, 2);
  KAITO_CHECK_GE(3, 3);
  KAITO_CHECK_OK(absl::OkStatus());
  EXPECT_EQ(evaluated, 2);
}

TEST(Check, IsOneStatementInsideIfElse) {
  bool other = false;
  if (false)
    KAITO_CHECK(false) << "never";
  else
    other = true;
  EXPECT_TRUE(other);
}

TEST(CheckDeathTest, PrintsPlaceConditionAndMessage) {
  EXPECT_DEATH(KAITO_CHECK(1 + 1 == 3) << "sum of " << 2,
               "check_test.cc:[0-9]+: check failed: 1 \\+ 1 == 3 sum of 2");
}

TEST(CheckDeathTest, PrintsBothValues) {
  const std::string name = "a";
  EXPECT_DEATH(KAITO_CHECK_EQ(name, "b") << "names",
               "check failed: name == \"b\" \\(a vs. b\\) names");
  EXPECT_DEATH(KAITO_CHECK_LT(4, 3), "4 < 3 \\(4 vs. 3\\)");
  EXPECT_DEATH(KAITO_CHECK_NE(4, 4), "4 != 4 \\(4 vs. 4\\)");
  EXPECT_DEATH(KAITO_CHECK_LE(4, 3), "4 <= 3");
  EXPECT_DEATH(KAITO_CHECK_GT(3, 3), "3 > 3");
  EXPECT_DEATH(KAITO_CHECK_GE(2, 3), "2 >= 3");
}

TEST(CheckDeathTest, PrintsTheStatus) {
  EXPECT_DEATH(KAITO_CHECK_OK(absl::AbortedError("conflict")),
               "is OK \\(ABORTED: conflict\\)");
}

}  // namespace
}  // namespace kaito

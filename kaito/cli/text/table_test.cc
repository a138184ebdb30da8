#include "kaito/cli/text/table.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace kaito::cli {
namespace {

TEST(Table, MakesColumnsAsWideAsTheirCells) {
  EXPECT_EQ(Table({"NAME", "GPUS", "NOTE"},
                  {{"phi-4", "1", ""}, {"größe", "12", "x"}}),
            "NAME    GPUS   NOTE\n"
            "phi-4   1\n"
            "größe   12     x\n");
  EXPECT_EQ(Table({"NAME"}, {}), "NAME\n");
}

TEST(Age, IsKubectls) {
  EXPECT_EQ(Age(absl::Seconds(-4)), "0s");
  EXPECT_EQ(Age(absl::Seconds(119)), "119s");
  EXPECT_EQ(Age(absl::Seconds(125)), "2m5s");
  EXPECT_EQ(Age(absl::Seconds(180)), "3m");
  EXPECT_EQ(Age(absl::Minutes(10) + absl::Seconds(9)), "10m");
  EXPECT_EQ(Age(absl::Minutes(182)), "3h2m");
  EXPECT_EQ(Age(absl::Hours(20)), "20h");
  EXPECT_EQ(Age(absl::Hours(51)), "2d3h");
  EXPECT_EQ(Age(absl::Hours(24 * 12)), "12d");
}

}  // namespace
}  // namespace kaito::cli

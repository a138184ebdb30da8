#include "kaito/cli/text/table.h"

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

}  // namespace
}  // namespace kaito::cli

#include "kaito/api/meta/short_duration.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace kaito::api {
namespace {

TEST(ShortDuration, LooksAsKubectlPrintsIt) {
  const auto text = [](absl::Duration d) { return ShortDuration(d); };
  EXPECT_EQ(text(absl::Seconds(0)), "0s");
  EXPECT_EQ(text(absl::Seconds(119)), "119s");
  EXPECT_EQ(text(absl::Seconds(120)), "2m");
  EXPECT_EQ(text(absl::Seconds(200)), "3m20s");
  EXPECT_EQ(text(absl::Seconds(180)), "3m");
  EXPECT_EQ(text(absl::Minutes(10) + absl::Seconds(5)), "10m");
  EXPECT_EQ(text(absl::Hours(3)), "3h");
  EXPECT_EQ(text(absl::Hours(7) + absl::Minutes(59)), "7h59m");
  EXPECT_EQ(text(absl::Minutes(182)), "3h2m");
  EXPECT_EQ(text(absl::Hours(20)), "20h");
  EXPECT_EQ(text(absl::Hours(47)), "47h");
  EXPECT_EQ(text(absl::Hours(51)), "2d3h");
  EXPECT_EQ(text(absl::Hours(24 * 12)), "12d");
  EXPECT_EQ(text(absl::Hours(24 * 400)), "400d");
  EXPECT_EQ(text(absl::Hours(24 * 800)), "2y70d");
  EXPECT_EQ(text(-absl::Seconds(5)), "<invalid>");
}

}  // namespace
}  // namespace kaito::api

#include "kaito/cli/flags/shared_flags.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/flags/flags.h"

namespace kaito::cli {
namespace {

using ::testing::ElementsAre;

TEST(WithLongNames, KnowsKubectlsLetters) {
  const std::vector<std::string> args = {
      "-o", "json",  "-ojson", "-o=json", "-n",     "prod", "-w",
      "-A", "-fa.y", "-",      "-wx",     "--once", "--",   "-o"};
  EXPECT_THAT(WithLongNames(args),
              ElementsAre("--output", "json", "--output=json", "--output=json",
                          "--namespace", "prod", "--watch", "--all-namespaces",
                          "--file=a.y", "-", "-wx", "--once", "--", "-o"));
}

TEST(SharedFlags, AreRead) {
  SharedFlags flags;
  FlagSet set("kubectl kaito x", "Does x.");
  AddOutputFlag(flags, set);
  AddClusterFlags(flags, set);
  const std::vector<std::string> args = {"-ojson", "-n", "prod", "--context=c"};
  const auto parsed = set.Parse(WithLongNames(args));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(flags.output, OutputFormat::kJson);
  EXPECT_EQ(flags.ns, "prod");
  EXPECT_EQ(flags.context, "c");
}

}  // namespace
}  // namespace kaito::cli

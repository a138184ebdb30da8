#include "kaito/base/file/path.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(JoinPath, PutsOneSlashBetween) {
  EXPECT_EQ(JoinPath("/data", "a/b"), "/data/a/b");
  EXPECT_EQ(JoinPath("/data/", "a"), "/data/a");
  EXPECT_EQ(JoinPath("", "a"), "a");
  EXPECT_EQ(JoinPath("a", ""), "a");
  EXPECT_EQ(JoinPath("/data", "/etc"), "/etc");
}

TEST(CleanPath, ResolvesDotsAsText) {
  EXPECT_EQ(CleanPath("/a//b/./c/"), "/a/b/c");
  EXPECT_EQ(CleanPath("/a/../../b"), "/b");
  EXPECT_EQ(CleanPath("a/../b"), "b");
  EXPECT_EQ(CleanPath("a/../../b"), "../b");
  EXPECT_EQ(CleanPath("../../b"), "../../b");
  EXPECT_EQ(CleanPath("a/.."), ".");
  EXPECT_EQ(CleanPath(""), ".");
  EXPECT_EQ(CleanPath("/"), "/");
  EXPECT_EQ(CleanPath("...//..a"), ".../..a");
}

TEST(IsUnder, ComparesComponents) {
  EXPECT_TRUE(IsUnder("/mnt", "/mnt"));
  EXPECT_TRUE(IsUnder("/mnt/", "/mnt/a/../b"));
  EXPECT_TRUE(IsUnder("/", "/etc"));
  EXPECT_TRUE(IsUnder(".", "a"));
  EXPECT_FALSE(IsUnder("/mnt", "/mntx"));
  EXPECT_FALSE(IsUnder("/mnt", "/mnt/../mntx"));
  EXPECT_FALSE(IsUnder("/mnt/a", "/mnt"));
  EXPECT_FALSE(IsUnder("/mnt", "mnt/a"));
  EXPECT_FALSE(IsUnder(".", "../a"));
  EXPECT_FALSE(IsUnder("a", "a/../../b"));
}

TEST(JoinUnder, AcceptsWhatStaysInside) {
  EXPECT_THAT(JoinUnder("/mnt", "a/b"), IsOkAndHolds(std::string("/mnt/a/b")));
  EXPECT_THAT(JoinUnder("/mnt", "a/../b"), IsOkAndHolds(std::string("/mnt/b")));
  EXPECT_THAT(JoinUnder("/mnt", "..a"), IsOkAndHolds(std::string("/mnt/..a")));
  EXPECT_THAT(JoinUnder("/mnt", "."), IsOkAndHolds(std::string("/mnt")));
  EXPECT_THAT(JoinUnder("", "a"), IsOkAndHolds(std::string("a")));
}

TEST(JoinUnder, RefusesWhatLeavesTheRoot) {
  for (const absl::string_view bad : {"../mntx", "..", "a/../../mnt/b",
                                      "/mnt/a", "/etc/passwd", "", "a/../.."}) {
    EXPECT_THAT(
        JoinUnder("/mnt", bad).status(),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("under /mnt")))
        << bad;
  }
  EXPECT_THAT(JoinUnder("/mnt", absl::string_view("a\0b", 3)).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Basename, AndDirnameSplitThePath) {
  EXPECT_EQ(Basename("/a/b.c"), "b.c");
  EXPECT_EQ(Dirname("/a/b.c"), "/a");
  EXPECT_EQ(Basename("b"), "b");
  EXPECT_EQ(Dirname("b"), ".");
  EXPECT_EQ(Basename("/b"), "b");
  EXPECT_EQ(Dirname("/b"), "/");
  EXPECT_EQ(Basename("a/b//"), "b");
  EXPECT_EQ(Dirname("a//b//"), "a");
  EXPECT_EQ(Basename("/"), "/");
  EXPECT_EQ(Dirname("/"), "/");
}

}  // namespace
}  // namespace kaito

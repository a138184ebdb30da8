#include "kaito/base/file/directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }
  std::string Path(absl::string_view name) {
    return JoinPath(dir_.path(), name);
  }
  void Touch(absl::string_view name) { std::ofstream(Path(name)) << "x"; }

  TempDir dir_;
};

TEST_F(DirectoryTest, MakeDirsMakesAllLevelsWithTheMode) {
  KAITO_EXPECT_OK(MakeDirs(Path("a/b/c"), 0700));
  KAITO_EXPECT_OK(MakeDirs(Path("a/b/c/")));
  struct stat info = {};
  ASSERT_EQ(stat(Path("a/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  KAITO_EXPECT_OK(MakeDirs("/"));
}

TEST_F(DirectoryTest, MakeDirsNamesTheFileInTheWay) {
  Touch("file");
  EXPECT_THAT(MakeDirs(Path("file")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("file is not a directory")));
  EXPECT_THAT(MakeDirs(Path("file/below")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(DirectoryTest, ListDirSortsAndIsBounded) {
  EXPECT_THAT(ListDir(dir_.path(), 0), IsOkAndHolds(IsEmpty()));
  Touch("b");
  Touch("a10");
  Touch("B");
  KAITO_ASSERT_OK(MakeDirs(Path("a2")));
  EXPECT_THAT(ListDir(dir_.path(), 4),
              IsOkAndHolds(ElementsAre("B", "a10", "a2", "b")));
  EXPECT_THAT(ListDir(dir_.path(), 3).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ListDir(Path("none"), 1).status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DirectoryTest, RemoveAllRemovesTreesButNotWhatLinksLeadTo) {
  KAITO_ASSERT_OK(MakeDirs(Path("tree/sub")));
  KAITO_ASSERT_OK(MakeDirs(Path("kept")));
  Touch("kept/file");
  Touch("tree/sub/file");
  ASSERT_EQ(symlink(Path("kept").c_str(), Path("tree/link").c_str()), 0);
  KAITO_EXPECT_OK(RemoveAll(Path("tree")));
  KAITO_EXPECT_OK(RemoveAll(Path("tree")));
  EXPECT_THAT(ListDir(dir_.path(), 9), IsOkAndHolds(ElementsAre("kept")));
  EXPECT_THAT(ListDir(Path("kept"), 9), IsOkAndHolds(ElementsAre("file")));
}

TEST_F(DirectoryTest, RemoveAllRefusesWhatNobodyMeans) {
  for (const absl::string_view bad :
       {"", "/", "//", ".", "a/..", "..", "/.."}) {
    EXPECT_THAT(RemoveAll(bad), StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

}  // namespace
}  // namespace kaito

#include "kaito/base/file/write_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/faulty_file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Step = FaultyFileSystem::Step;

class WriteFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    path_ = JoinPath(dir_.path(), "state.json");
    KAITO_ASSERT_OK(WriteFileAtomic(path_, "old"));
  }
  absl::Status Write(const std::string& content) {
    return WriteFileAtomic(path_, content, {.file_system = &fs_});
  }
  // The directory holds one file with this content: no temporary is left.
  void ExpectOnly(const std::string& content) {
    EXPECT_THAT(ListDir(dir_.path(), 10),
                IsOkAndHolds(ElementsAre("state.json")));
    EXPECT_THAT(ReadFile(path_, 1 << 20), IsOkAndHolds(content));
  }

  TempDir dir_;
  std::string path_;
  FaultyFileSystem fs_;
};

TEST_F(WriteFileTest, ReplacesTheContentAndSyncsFileAndDirectory) {
  KAITO_EXPECT_OK(Write("new"));
  ExpectOnly("new");
  EXPECT_EQ(fs_.calls(Step::kSync), 1);
  EXPECT_EQ(fs_.calls(Step::kSyncDirectory), 1);
  KAITO_EXPECT_OK(
      WriteFileAtomic(path_, "", {.sync = false, .file_system = &fs_}));
  ExpectOnly("");
  EXPECT_EQ(fs_.calls(Step::kSync), 1);
  EXPECT_EQ(fs_.calls(Step::kSyncDirectory), 1);
}

TEST_F(WriteFileTest, SetsTheMode) {
  KAITO_EXPECT_OK(WriteFileAtomic(path_, "secret", {.mode = 0600}));
  struct stat info = {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST_F(WriteFileTest, GoesOnAfterShortWrites) {
  fs_.set_max_write(3);
  KAITO_EXPECT_OK(Write("0123456789"));
  EXPECT_EQ(fs_.calls(Step::kWrite), 4);
  ExpectOnly("0123456789");
}

TEST_F(WriteFileTest, FullDiskLeavesTheOldContent) {
  fs_.set_capacity(4);
  EXPECT_THAT(Write("0123456789"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("No space left")));
  ExpectOnly("old");
}

TEST_F(WriteFileTest, FailureAtEachStepLeavesTheOldContent) {
  for (const Step step : {Step::kCreate, Step::kWrite, Step::kSync,
                          Step::kClose, Step::kRename}) {
    FaultyFileSystem fs;
    fs.FailAt(step, 0, EIO);
    EXPECT_THAT(WriteFileAtomic(path_, "new", {.file_system = &fs}),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("write " + path_ + ": ")));
    ExpectOnly("old");
  }
}

TEST_F(WriteFileTest, ReportsAFailedSyncOfTheDirectory) {
  fs_.FailAt(Step::kSyncDirectory, 0, EIO);
  EXPECT_THAT(Write("new"), StatusIs(absl::StatusCode::kDataLoss));
  ExpectOnly("new");
}

TEST_F(WriteFileTest, FirstErrorIsToldWhenRemovingFailsToo) {
  fs_.FailAt(Step::kSync, 0, ENOSPC);
  fs_.FailAt(Step::kRemove, 0, EIO);
  EXPECT_THAT(Write("new"), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ReadFile(path_, 100), IsOkAndHolds(std::string("old")));
}

TEST_F(WriteFileTest, TriesAnotherNameWhereOneIsTaken) {
  fs_.FailAt(Step::kCreate, 0, EEXIST);
  KAITO_EXPECT_OK(Write("new"));
  ExpectOnly("new");
}

TEST_F(WriteFileTest, MissingDirectoryIsNotFound) {
  EXPECT_THAT(WriteFileAtomic(JoinPath(dir_.path(), "no/file"), "x"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace kaito

#include "kaito/runtime/weights/pending_file.h"

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/faulty_file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PendingFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    path_ = JoinPath(dir_.path(), "a.bin");
    KAITO_ASSERT_OK(WriteFileAtomic(path_, "old"));
  }

  // The file as it was, and nothing beside it.
  void ExpectUntouched() const {
    EXPECT_THAT(ReadFile(path_, 100), IsOkAndHolds("old"));
    EXPECT_THAT(ListDir(dir_.path(), 10), IsOkAndHolds(ElementsAre("a.bin")));
  }

  TempDir dir_;
  std::string path_;
};

TEST_F(PendingFileTest, ReplacesTheFileOnlyWhenItIsCommitted) {
  KAITO_ASSERT_OK_AND_ASSIGN(PendingFile file, PendingFile::Create(path_, {}));
  KAITO_ASSERT_OK(file.Append("one "));
  KAITO_ASSERT_OK(file.Append("two"));
  EXPECT_THAT(ReadFile(path_, 100), IsOkAndHolds("old"));
  KAITO_ASSERT_OK(file.Commit());
  EXPECT_THAT(ReadFile(path_, 100), IsOkAndHolds("one two"));
  EXPECT_THAT(ListDir(dir_.path(), 10), IsOkAndHolds(ElementsAre("a.bin")));
}

TEST_F(PendingFileTest, LeavesNothingWhenItIsDropped) {
  {
    KAITO_ASSERT_OK_AND_ASSIGN(PendingFile file,
                               PendingFile::Create(path_, {}));
    KAITO_ASSERT_OK(file.Append("half"));
    const PendingFile moved = std::move(file);
  }
  ExpectUntouched();
}

TEST_F(PendingFileTest, LeavesTheOldFileWhenAStepFails) {
  using Step = FaultyFileSystem::Step;
  for (const Step step : {Step::kCreate, Step::kWrite, Step::kSync,
                          Step::kClose, Step::kRename}) {
    FaultyFileSystem fs;
    fs.FailAt(step, 0, ENOSPC);
    const auto write = [&]() -> absl::Status {
      auto file = PendingFile::Create(path_, {.file_system = &fs});
      if (!file.ok()) return file.status();
      const absl::Status status = file->Append("new");
      return status.ok() ? file->Commit() : status;
    };
    EXPECT_THAT(write(), StatusIs(absl::StatusCode::kResourceExhausted,
                                  HasSubstr(path_)))
        << static_cast<int>(step);
    ExpectUntouched();
  }
}

}  // namespace
}  // namespace kaito::runtime

#include "kaito/base/file/directory_lock.h"

#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(DirectoryLock, KeepsASecondOneOutAndNamesTheHolder) {
  KAITO_ASSERT_OK_AND_ASSIGN(const TempDir dir,
                             TempDir::Create(::testing::TempDir()));
  {
    KAITO_ASSERT_OK_AND_ASSIGN(const DirectoryLock lock,
                               DirectoryLock::Acquire(dir.path()));
    // flock(2) is per open file, so one process can stand for two.
    EXPECT_THAT(
        DirectoryLock::Acquire(dir.path()).status(),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 HasSubstr(absl::StrCat("in use by process ", getpid(), ";"))));
  }
  KAITO_EXPECT_OK(DirectoryLock::Acquire(dir.path()).status());
}

TEST(DirectoryLock, NeedsTheDirectory) {
  EXPECT_THAT(DirectoryLock::Acquire("/no/such/dir").status(),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace kaito

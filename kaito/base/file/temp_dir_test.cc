#include "kaito/base/file/temp_dir.h"

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;

bool IsPrivateDirectory(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
         (info.st_mode & 07777) == 0700;
}

bool Exists(const std::string& path) {
  struct stat info = {};
  return lstat(path.c_str(), &info) == 0;
}

TEST(TempDir, IsPrivateAndGoesWithItsContent) {
  std::string path;
  {
    KAITO_ASSERT_OK_AND_ASSIGN(const TempDir dir,
                               TempDir::Create(::testing::TempDir(), "my-"));
    path = dir.path();
    EXPECT_TRUE(IsPrivateDirectory(path));
    EXPECT_THAT(Basename(path), ::testing::StartsWith("my-"));
    std::ofstream(JoinPath(path, "file")) << "x";
  }
  EXPECT_FALSE(Exists(path));
}

TEST(TempDir, MovesAndKeeps) {
  KAITO_ASSERT_OK_AND_ASSIGN(TempDir a, TempDir::Create(::testing::TempDir()));
  KAITO_ASSERT_OK_AND_ASSIGN(TempDir b, TempDir::Create(::testing::TempDir()));
  const std::string first = a.path();
  const std::string second = b.path();
  {
    const TempDir moved = std::move(a);
    EXPECT_EQ(moved.path(), first);
    EXPECT_TRUE(Exists(first));
  }
  EXPECT_FALSE(Exists(first));
  {
    TempDir kept = std::move(b);
    EXPECT_EQ(kept.Keep(), second);
  }
  EXPECT_TRUE(Exists(second));
  KAITO_EXPECT_OK(RemoveAll(second));
}

TEST(TempDir, NeedsItsParent) {
  EXPECT_THAT(TempDir::Create("/no/such/parent").status(),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace kaito

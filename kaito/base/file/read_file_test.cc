#include "kaito/base/file/read_file.h"

#include <sys/stat.h>

#include <fstream>
#include <limits>
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
using ::testing::HasSubstr;

class ReadFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }
  std::string Write(absl::string_view name, const std::string& text) {
    const std::string path = JoinPath(dir_.path(), name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  TempDir dir_;
};

TEST_F(ReadFileTest, GivesTheBytes) {
  const std::string bytes("a\0\n\xff", 4);
  EXPECT_THAT(ReadFile(Write("a", bytes), 100), IsOkAndHolds(bytes));
  EXPECT_THAT(ReadFile(Write("empty", ""), 0), IsOkAndHolds(std::string()));
  const std::string large(300000, 'x');
  EXPECT_THAT(ReadFile(Write("large", large), 1 << 20), IsOkAndHolds(large));
}

TEST_F(ReadFileTest, KeepsToTheLimit) {
  const std::string path = Write("a", "12345");
  EXPECT_THAT(ReadFile(path, 5), IsOkAndHolds(std::string("12345")));
  EXPECT_THAT(ReadFile(path, 4).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("limit of 4 bytes")));
}

TEST_F(ReadFileTest, ReadsFilesOfUnknownSize) {
  // The kernel gives a size of 0 for these.
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string stat,
                             ReadFile("/proc/self/stat", 1 << 16));
  EXPECT_THAT(stat, HasSubstr("("));
  EXPECT_THAT(ReadFile("/proc/self/stat", 3).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ReadFileTest, NamesWhatIsWrong) {
  EXPECT_THAT(ReadFile(JoinPath(dir_.path(), "none"), 1).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(dir_.path())));
  EXPECT_THAT(ReadFile(dir_.path(), 1).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("not a regular file")));
}

TEST_F(ReadFileTest, DoesNotWaitForAPipe) {
  const std::string path = JoinPath(dir_.path(), "pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(ReadFile(path, 1).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito

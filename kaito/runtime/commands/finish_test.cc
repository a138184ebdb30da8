#include "kaito/runtime/commands/finish.h"

#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/termination.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"

namespace kaito::runtime {
namespace {

class FinishCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<TempDir> dir = TempDir::Create(::testing::TempDir());
    ASSERT_TRUE(dir.ok()) << dir.status();
    dir_ = *std::move(dir);
    path_ = absl::StrCat(dir_.path(), "/termination");
    setenv(api::kTerminationLogVariable.data(), path_.c_str(), 1);
  }
  void TearDown() override { unsetenv(api::kTerminationLogVariable.data()); }

  TempDir dir_;
  std::string path_;
};

TEST_F(FinishCommandTest, SaysWhyInTheTerminationFile) {
  EXPECT_EQ(FinishCommand("tune", absl::InvalidArgumentError("row 7: no text")),
            2);
  const absl::StatusOr<std::string> text = ReadFile(path_, 4096);
  ASSERT_TRUE(text.ok()) << text.status();
  const api::Termination left = api::ParseTermination(*text, 2);
  EXPECT_EQ(left.code, 2);
  EXPECT_EQ(left.reason, "InvalidArgument");
  EXPECT_EQ(left.message, "row 7: no text");
}

TEST_F(FinishCommandTest, KeepsWhatTheCommandKnows) {
  EXPECT_EQ(FinishCommand("tune", absl::OkStatus(),
                          {.message = "adapter stored", .digest = "sha256:1"}),
            0);
  const absl::StatusOr<std::string> text = ReadFile(path_, 4096);
  ASSERT_TRUE(text.ok()) << text.status();
  const api::Termination left = api::ParseTermination(*text, 0);
  EXPECT_EQ(left.digest, "sha256:1");
  EXPECT_EQ(left.reason, "Completed");
}

TEST_F(FinishCommandTest, ASuccessLeavesNothing) {
  EXPECT_EQ(FinishCommand("fetch", absl::OkStatus()), 0);
  EXPECT_FALSE(ReadFile(path_, 4096).ok());
}

TEST_F(FinishCommandTest, ExitCodesTellWhoActs) {
  EXPECT_EQ(FinishCommand("pull", absl::PermissionDeniedError("403")), 4);
  EXPECT_EQ(FinishCommand("tune", absl::ResourceExhaustedError("8 GiB")), 3);
  EXPECT_EQ(FinishCommand("fetch", absl::UnavailableError("503")), 1);
}

}  // namespace
}  // namespace kaito::runtime

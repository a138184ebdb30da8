#include "kaito/operator/quickstart/fetch_program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

class FetchProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_,
                               TempDir::Create(std::getenv("TEST_TMPDIR")));
    // Leaves its argument behind; fails where it is "bad".
    WriteScript(
        "echo \"$1\" >\"$HOME/fetched\"; [ \"$1\" != bad ] || "
        "{ echo no network >&2; exit 1; }");
  }

  void WriteScript(absl::string_view body) {
    script_ = JoinPath(dir_.path(), "fetch.sh");
    KAITO_ASSERT_OK(
        WriteFileAtomic(script_, absl::StrCat("#!/bin/sh\n", body, "\n")));
    ASSERT_EQ(chmod(script_.c_str(), 0755), 0);
  }

  // `answer` is what is typed.
  absl::Status Fetch(const std::string& name, bool yes, bool ask,
                     absl::string_view answer = "") {
    int fds[2] = {-1, -1};
    EXPECT_EQ(pipe(fds), 0);
    const UniqueFd in(fds[0]);
    {
      const UniqueFd typed(fds[1]);
      EXPECT_EQ(write(typed.get(), answer.data(), answer.size()),
                static_cast<ssize_t>(answer.size()));
    }
    return FetchProgram(
        {.name = name,
         .script = script_,
         .env = {{"PATH", "/usr/bin:/bin"}, {"HOME", dir_.path()}},
         .yes = yes,
         .ask = ask,
         .in_fd = in.get()},
        clock_, out_, StopToken());
  }

  bool Fetched() const {
    return access(JoinPath(dir_.path(), "fetched").c_str(), F_OK) == 0;
  }

  RealClock clock_;
  TempDir dir_;
  std::string script_;
  std::ostringstream out_;
};

TEST_F(FetchProgramTest, DownloadsNothingUnasked) {
  EXPECT_THAT(Fetch("docker-registry", /*yes=*/false, /*ask=*/false),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("tools/fetch_tools.sh docker-registry"),
                             HasSubstr("--yes"))));
  EXPECT_FALSE(Fetched());
  EXPECT_EQ(out_.str(), "");
}

TEST_F(FetchProgramTest, AsksAtATerminal) {
  EXPECT_FALSE(Fetch("a", false, true, "n\n").ok());
  EXPECT_FALSE(Fetch("a", false, true, "").ok());  // Ctrl-D.
  EXPECT_FALSE(Fetched());
  EXPECT_THAT(out_.str(), HasSubstr("a is not installed. Unpack it"));
  KAITO_EXPECT_OK(Fetch("a", false, true, "\n"));
  EXPECT_TRUE(Fetched());
}

TEST_F(FetchProgramTest, YesIsAnAnswerAndAFailureHasItsWords) {
  KAITO_EXPECT_OK(Fetch("a", /*yes=*/true, /*ask=*/false));
  EXPECT_TRUE(Fetched());
  EXPECT_THAT(Fetch("bad", true, false),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("exit code 1: no network")));
}

}  // namespace
}  // namespace kaito::controller

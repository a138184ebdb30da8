#include "kaito/operator/program/program_flags.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/flags/flags.h"

namespace kaito::controller {
namespace {

TEST(ProgramFlags, AreRead) {
  ProgramFlags flags;
  FlagSet set("operator", "Test.");
  AddProgramFlags(flags, set);
  const std::vector<std::string> args = {"--data-dir=/d", "--api-port", "0",
                                         "--cluster",
                                         "--refuse-private-addresses"};
  ASSERT_TRUE(set.Parse(args).ok());
  EXPECT_EQ(flags.data_dir, "/d");
  EXPECT_EQ(flags.api_port, 0);
  EXPECT_TRUE(flags.cluster);
  EXPECT_TRUE(flags.refuse_private_addresses);

  const std::vector<std::string> wrong = {"--log-format=xml"};
  EXPECT_FALSE(set.Parse(wrong).ok());
}

TEST(DefaultDataDir, FollowsTheEnvironment) {
  setenv("XDG_DATA_HOME", "/x", 1);
  EXPECT_EQ(DefaultDataDir(), "/x/kaito");
  unsetenv("XDG_DATA_HOME");
  setenv("HOME", "/h", 1);
  EXPECT_EQ(DefaultDataDir(), "/h/.local/share/kaito");
}

TEST(FindTool, LooksInThePathAndThenInTheCache) {
  const absl::StatusOr<TempDir> dir = TempDir::Create(::testing::TempDir());
  ASSERT_TRUE(dir.ok()) << dir.status();
  ASSERT_EQ(mkdir(absl::StrCat(dir->path(), "/bin").c_str(), 0755), 0);
  const std::string tool = absl::StrCat(dir->path(), "/bin/some-tool");
  std::ofstream(tool) << "#!/bin/sh\n";
  setenv("KAITO_TOOLS_DIR", dir->path().c_str(), 1);
  setenv("PATH", "/nowhere", 1);
  EXPECT_EQ(FindTool("some-tool"), "");  // Not a program yet.
  ASSERT_EQ(chmod(tool.c_str(), 0755), 0);
  EXPECT_EQ(FindTool("some-tool"), tool);
  setenv("PATH", absl::StrCat("/nowhere:", dir->path(), "/bin").c_str(), 1);
  setenv("KAITO_TOOLS_DIR", "/nowhere", 1);
  EXPECT_EQ(FindTool("some-tool"), tool);
}

}  // namespace
}  // namespace kaito::controller

#include "kaito/operator/program/program_files.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/temp_dir.h"

namespace kaito::controller {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class ProgramFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<TempDir> dir = TempDir::Create(::testing::TempDir());
    ASSERT_TRUE(dir.ok()) << dir.status();
    dir_ = *std::move(dir);
  }

  void MakeDirectory(const std::string& name) {
    ASSERT_EQ(mkdir(Path(name).c_str(), 0755), 0);
  }
  void MakeTree(const std::string& root) {
    MakeDirectory(absl::StrCat(root, "/examples"));
    std::ofstream(Path(absl::StrCat(root, "/examples/quickstart.yaml"))) << "x";
  }
  std::string Path(const std::string& name) {
    return absl::StrCat(dir_.path(), "/", name);
  }

  TempDir dir_;
};

TEST_F(ProgramFilesTest, AreBesideTheProgram) {
  MakeDirectory("operator.runfiles");
  MakeDirectory("operator.runfiles/kaito");
  MakeTree("operator.runfiles/kaito");
  const absl::StatusOr<ProgramFiles> files =
      ProgramFiles::Find(Path("operator"), "", "");
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(*files->Get("examples/quickstart.yaml"),
              EndsWith("operator.runfiles/kaito/examples/quickstart.yaml"));
  EXPECT_EQ(files->Get("examples/absent").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ProgramFilesTest, ANamedDirectoryCountsAlone) {
  MakeTree(".");
  EXPECT_TRUE(ProgramFiles::Find("/x/operator", "", dir_.path()).ok());
  const absl::Status missing =
      ProgramFiles::Find(Path("operator"), dir_.path(), "/nowhere").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("/nowhere"));
}

TEST(ThisExecutable, IsThisTest) {
  const absl::StatusOr<std::string> path = ThisExecutable();
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_THAT(*path, EndsWith("program_files_test"));
}

}  // namespace
}  // namespace kaito::controller

#include "kaito/base/file/memory_map.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;

class MemoryMapTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }
  std::string Write(absl::string_view name, const std::string& text) {
    const std::string path = JoinPath(dir_.path(), name);
    KAITO_EXPECT_OK(WriteFileAtomic(path, text));
    return path;
  }
  TempDir dir_;
};

TEST_F(MemoryMapTest, ShowsTheBytesAlsoAfterAMove) {
  const std::string text = "weights" + std::string(10000, 'x');
  KAITO_ASSERT_OK_AND_ASSIGN(MemoryMap map, MemoryMap::Open(Write("a", text)));
  EXPECT_EQ(map.text(), text);
  const void* data = map.bytes().data();
  const MemoryMap moved = std::move(map);
  EXPECT_EQ(moved.bytes().data(), data);
  EXPECT_EQ(moved.size(), 10007);
  EXPECT_EQ(map.size(), 0);  // NOLINT(bugprone-use-after-move): as documented.
}

TEST_F(MemoryMapTest, AssignmentExchangesMaps) {
  KAITO_ASSERT_OK_AND_ASSIGN(MemoryMap map, MemoryMap::Open(Write("a", "aa")));
  KAITO_ASSERT_OK_AND_ASSIGN(map, MemoryMap::Open(Write("b", "b")));
  EXPECT_EQ(map.text(), "b");
}

TEST_F(MemoryMapTest, EmptyFileIsEmpty) {
  KAITO_ASSERT_OK_AND_ASSIGN(const MemoryMap map,
                             MemoryMap::Open(Write("empty", "")));
  EXPECT_EQ(map.size(), 0);
  EXPECT_TRUE(map.bytes().empty());
  EXPECT_EQ(map.text(), "");
}

TEST_F(MemoryMapTest, RefusesWhatIsNoFile) {
  EXPECT_THAT(MemoryMap::Open(JoinPath(dir_.path(), "none")).status(),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(MemoryMap::Open(dir_.path()).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito

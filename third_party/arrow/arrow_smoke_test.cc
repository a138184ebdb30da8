#include <string>

#include "gtest/gtest.h"
#include "third_party/arrow/chat_plugin_testutil.h"

namespace kaito {
namespace {

std::string* plugin;
std::string* data;

TEST(Arrow, ReadsListsOfStructsFromParquet) {
  const testing::ChatAnswer answer = testing::ChatText(*plugin, *data);
  EXPECT_EQ(answer.text,
            "user=hi;assistant=hello;\n"
            "user=2+2?;assistant=4;\n"
            "\n");
  EXPECT_EQ(answer.code, 0);
}

TEST(Arrow, SaysWhyAFileCantBeRead) {
  const testing::ChatAnswer absent = testing::ChatText(*plugin, "/nonexistent");
  EXPECT_EQ(absent.code, -1);
  EXPECT_NE(absent.text.find("No such file"), std::string::npos) << absent.text;
  const testing::ChatAnswer other = testing::ChatText(*plugin, *plugin);
  EXPECT_EQ(other.code, -1);
  EXPECT_NE(other.text.find("magic bytes"), std::string::npos) << other.text;
}

}  // namespace
}  // namespace kaito

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 3) return 2;
  kaito::plugin = new std::string(argv[1]);
  kaito::data = new std::string(argv[2]);
  return RUN_ALL_TESTS();
}

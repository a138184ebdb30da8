#include "kaito/base/flags/commands.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() : commands_("runtime", "Tunes and serves language models.") {
    commands_.Add("tune", "Trains an adapter.");
    commands_.Add("generate", "Completes texts.");
  }
  absl::StatusOr<SelectedCommand> Select(std::vector<std::string> args) {
    return commands_.Select(args);
  }
  Commands commands_;
};

TEST_F(CommandsTest, SelectsAndPassesTheRest) {
  KAITO_ASSERT_OK_AND_ASSIGN(const SelectedCommand selected,
                             Select({"tune", "--model", "tune"}));
  EXPECT_EQ(selected.name, "tune");
  EXPECT_THAT(selected.args, ElementsAre("--model", "tune"));
}

TEST_F(CommandsTest, HelpHasThreeNames) {
  for (const std::string name : {"help", "--help", "-h"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const SelectedCommand selected,
                               Select({name, "tune"}));
    EXPECT_EQ(selected.name, "help");
    EXPECT_THAT(selected.args, ElementsAre("tune"));
  }
}

TEST_F(CommandsTest, UnknownOneNamesTheNearest) {
  EXPECT_THAT(Select({"genrate"}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "runtime: \"genrate\" is not a command; did you mean "
                       "generate?"));
  EXPECT_THAT(Select({"fly"}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "runtime: \"fly\" is not a command; see runtime "
                       "--help"));
  EXPECT_THAT(Select({}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "runtime: needs a command; see runtime --help"));
}

TEST_F(CommandsTest, HelpListsThem) {
  EXPECT_EQ(commands_.Help(), R"(Tunes and serves language models.

Usage: runtime COMMAND [flags]

Commands:
  tune      Trains an adapter.
  generate  Completes texts.

runtime COMMAND --help shows the flags of one.
)");
}

}  // namespace
}  // namespace kaito

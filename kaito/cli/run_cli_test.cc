#include "kaito/cli/run_cli.h"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"

namespace kaito::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

Result Call(const std::vector<std::string>& args) {
  FakeClock clock;
  std::ostringstream out;
  std::ostringstream err;
  Result result;
  result.code =
      RunCli(args, {.clock = clock,
                    .stop = {},
                    .out = out,
                    .err = err,
                    .env = [](absl::string_view) { return std::nullopt; }});
  result.out = out.str();
  result.err = err.str();
  return result;
}

TEST(RunCli, ListsItsCommands) {
  const Result result = Call({"--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("models"));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(RunCli, TellsAWrongCommandLineByItsExitCode) {
  EXPECT_EQ(Call({}).code, 2);
  const Result result = Call({"modles"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean models"));
  EXPECT_EQ(Call({"plan", "-f", "/no/such/file"}).code, 1);
}

TEST(RunCli, EachCommandHelpsWithAnExample) {
  const Result all = Call({"help"});
  for (const absl::string_view command :
       {"status", "plan", "chat", "models", "doctor", "version"}) {
    EXPECT_THAT(all.out, HasSubstr(std::string(command)));
    const Result result = Call({std::string(command), "--help"});
    EXPECT_EQ(result.code, 0) << command;
    EXPECT_THAT(result.out,
                HasSubstr("\n  kubectl kaito " + std::string(command)));
  }
}

TEST(RunCli, SaysWhatToDoWithoutACluster) {
  const Result result = Call({"status"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("./bazelw run //kaito/operator"));
}

TEST(RunCli, TellsItsVersionWithoutAServer) {
  const Result result = Call({"version"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("kubectl-kaito 0.1.0\nAPI server unknown"));
  EXPECT_EQ(Call({"version", "--client", "-ojson"}).out,
            "{\n  \"client\": \"0.1.0\"\n}\n");
}

TEST(RunCli, AnArgumentDoesNotReachTheTerminalAsItIs) {
  const Result result = Call({"\x1b[2J"});
  EXPECT_THAT(result.err, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace kaito::cli

#include "kaito/base/log/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/log/log_capture.h"
#include "kaito/base/log/secret.h"

namespace kaito {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

const absl::Time kTime = absl::FromUnixMillis(1721989230007);

TEST(FormatLogLine, WritesText) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "a.cc:7",
                          "machine is ready",
                          {{"machine", "ws1"},
                           {"gpus", 4},
                           {"ready", true},
                           {"why", "a b\nlevel=error"}}),
            "time=2024-07-26T10:20:30.007Z level=info "
            "msg=\"machine is ready\" src=a.cc:7 machine=ws1 gpus=4 ready=true "
            "why=\"a b\\nlevel=error\"\n");
}

TEST(FormatLogLine, WritesJson) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, kTime, LogLevel::kWarning, "a.cc:7",
                          "slow",
                          {{"name", "x\""},
                           {"n", -4},
                           {"ratio", 0.5},
                           {"nan", std::numeric_limits<double>::quiet_NaN()},
                           {"ok", false}}),
            "{\"time\":\"2024-07-26T10:20:30.007Z\",\"level\":\"warning\","
            "\"msg\":\"slow\",\"src\":\"a.cc:7\",\"name\":\"x\\\"\",\"n\":-4,"
            "\"ratio\":0.5,\"nan\":\"nan\",\"ok\":false}\n");
}

TEST(FormatLogLine, FormatsEachType) {
  const std::string text =
      FormatLogLine(LogFormat::kText, kTime, LogLevel::kError, "s", "m",
                    {{"big", std::numeric_limits<uint64_t>::max()},
                     {"low", std::numeric_limits<int64_t>::min()},
                     {"took", absl::Seconds(90)},
                     {"at", kTime},
                     {"status", absl::NotFoundError("no x")},
                     {"ok", absl::OkStatus()},
                     {"view", absl::string_view("v")},
                     {"string", std::string("s")},
                     {"token", Secret("hunter2")}});
  EXPECT_THAT(text, HasSubstr(" big=18446744073709551615 "));
  EXPECT_THAT(text, HasSubstr(" low=-9223372036854775808 took=1m30s "
                              "at=2024-07-26T10:20:30.007Z "
                              "status=\"NOT_FOUND: no x\" ok=OK view=v "
                              "string=s token=***\n"));
}

TEST(FormatLogLine, FieldsCannotPassForOthers) {
  const std::string text =
      FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "s", "m",
                    {{"msg", "x"}, {"a b=c\n", 1}, {"", 2}});
  EXPECT_THAT(text, HasSubstr(" msg_=x a_b_c_=1 _=2\n"));
}

TEST(FormatLogLine, CutsLongValues) {
  const std::string text =
      FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "s", "m",
                    {{"body", std::string(5000, 'x')}});
  EXPECT_THAT(text, HasSubstr("xxx...(904 more bytes)"));
  EXPECT_LT(text.size(), 4300u);
}

TEST(Log, WritesOneLineWithPlaceAndTimeOfTheClock) {
  const FakeClock clock(kTime);
  const LogCapture log({.clock = &clock});
  KAITO_LOG(INFO, "hello");
  EXPECT_THAT(log.text(),
              MatchesRegex("time=2024-07-26T10:20:30.007Z level=info msg=hello "
                           "src=log_test.cc:[0-9]+\n"));
}

TEST(Log, LevelThatIsOffWritesAndEvaluatesNothing) {
  const LogCapture log({.min_level = LogLevel::kWarning});
  int evaluated = 0;
  KAITO_LOG(INFO, "no", {{"n", ++evaluated}});
  KAITO_LOG(DEBUG, "no", {{"n", ++evaluated}});
  EXPECT_EQ(log.text(), "");
  EXPECT_EQ(evaluated, 0);
  KAITO_LOG(WARNING, "yes", {{"n", ++evaluated}});
  KAITO_LOG(ERROR, "yes", {{"n", ++evaluated}});
  EXPECT_EQ(evaluated, 2);
}

TEST(LogCapture, GivesTheLogBack) {
  const LogCapture outer;
  {
    const LogCapture inner({.min_level = LogLevel::kError});
    KAITO_LOG(ERROR, "inner");
    EXPECT_THAT(inner.text(), HasSubstr("msg=inner"));
  }
  KAITO_LOG(DEBUG, "outer");
  EXPECT_THAT(outer.text(), HasSubstr("msg=outer"));
  EXPECT_THAT(outer.text(), Not(HasSubstr("inner")));
}

TEST(FdLogSink, KeepsLinesOfManyThreadsWhole) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  std::string read_back;
  std::thread reader([&] {
    char buffer[4096];
    while (true) {
      const ssize_t n = read(fds[0], buffer, sizeof(buffer));
      if (n <= 0) return;
      read_back.append(buffer, n);
    }
  });
  const LogOptions before =
      ConfigureLog({.sink = std::make_shared<FdLogSink>(fds[1])});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 100; ++i) {
        KAITO_LOG(INFO, "line", {{"pad", std::string(100, 'x')}, {"end", 1}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ConfigureLog(before);
  close(fds[1]);
  reader.join();
  close(fds[0]);
  const std::vector<std::string> lines =
      absl::StrSplit(read_back, '\n', absl::SkipEmpty());
  EXPECT_EQ(lines.size(), 400u);
  for (const std::string& line : lines) {
    EXPECT_TRUE(absl::StartsWith(line, "time=")) << line;
    EXPECT_TRUE(absl::EndsWith(line, "x end=1")) << line;
  }
}

}  // namespace
}  // namespace kaito

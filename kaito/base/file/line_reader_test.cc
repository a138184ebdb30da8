#include "kaito/base/file/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito {
namespace {

using ::kaito::testing::StatusIs;

// A pipe: what is written to it is read as lines.
struct Pipe {
  explicit Pipe(absl::string_view text) {
    int fds[2] = {-1, -1};
    EXPECT_EQ(pipe(fds), 0);
    in = UniqueFd(fds[0]);
    out = UniqueFd(fds[1]);
    EXPECT_EQ(write(out.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  UniqueFd in;
  UniqueFd out;
};

TEST(LineReader, ReadsLinesAndTheRest) {
  Pipe pipe("a\nb\n\nlast");
  pipe.out.Reset();
  LineReader lines(pipe.in.get());
  for (const char* want : {"a", "b", "", "last"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::optional<std::string> line,
                               lines.Next(StopToken()));
    EXPECT_EQ(line, want);
  }
  KAITO_ASSERT_OK_AND_ASSIGN(const std::optional<std::string> end,
                             lines.Next(StopToken()));
  EXPECT_EQ(end, std::nullopt);
}

TEST(LineReader, AStopInterruptsIt) {
  Pipe pipe("");  // Nothing ever comes.
  RealClock clock;
  const StopSource stop(StopToken(), clock,
                        clock.NowSteady() + absl::Milliseconds(20));
  LineReader lines(pipe.in.get());
  EXPECT_THAT(lines.Next(stop.token()).status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(LineReader, ALineHasALimit) {
  const UniqueFd zeros(open("/dev/zero", O_RDONLY | O_CLOEXEC));
  LineReader lines(zeros.get());
  EXPECT_THAT(lines.Next(StopToken()).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace kaito

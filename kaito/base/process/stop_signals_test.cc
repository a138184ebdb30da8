#include "kaito/base/process/stop_signals.h"

#include <signal.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito {
namespace {

using ::testing::HasSubstr;

void ExpectStops(int signal, const char* name) {
  absl::StatusOr<std::unique_ptr<StopSignals>> signals = StopSignals::Install();
  ASSERT_TRUE(signals.ok()) << signals.status();
  EXPECT_EQ((*signals)->signal(), 0);
  EXPECT_FALSE((*signals)->token().stopped());
  Notification stopped;
  const StopCallback callback =
      (*signals)->token().OnStop([&] { stopped.Notify(); });
  ASSERT_EQ(raise(signal), 0);
  stopped.Wait();
  EXPECT_EQ((*signals)->signal(), signal);
  EXPECT_THAT(std::string((*signals)->token().status().message()),
              HasSubstr(name));
}

TEST(StopSignals, StopOnTheFirstOfEither) {
  ExpectStops(SIGTERM, "SIGTERM");
  ExpectStops(SIGINT, "SIGINT");  // The former handlers were put back.
}

TEST(StopSignals, ThereIsOneAtATime) {
  const absl::StatusOr<std::unique_ptr<StopSignals>> first =
      StopSignals::Install();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(StopSignals::Install().status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(StopSignalsDeathTest, ASecondSignalEndsTheProcess) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const absl::StatusOr<std::unique_ptr<StopSignals>> signals =
            StopSignals::Install();
        raise(SIGTERM);
        raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace kaito

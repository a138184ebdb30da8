#include "kaito/standalone/node/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/probe.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/image_table.h"

namespace kaito::standalone {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using Outcome = ProbeState::Outcome;

TEST(ProbeState, CountsToItsThresholds) {
  const SteadyTime start = SteadyTime::FromOrigin(absl::Hours(1));
  ProbeState state({.initial_delay = absl::Seconds(5),
                    .period = absl::Seconds(10),
                    .success_threshold = 2,
                    .failure_threshold = 3},
                   start);
  EXPECT_FALSE(state.Due(start));
  SteadyTime now = start + absl::Seconds(5);
  EXPECT_TRUE(state.Due(now));
  state.Begin();
  EXPECT_FALSE(state.Due(now + absl::Hours(1)));  // One at a time.
  EXPECT_EQ(state.Finish(true, now), Outcome::kUndecided);
  EXPECT_EQ(state.next(), now + absl::Seconds(10));
  EXPECT_EQ(state.Finish(true, now), Outcome::kPassed);
  EXPECT_EQ(state.Finish(true, now), Outcome::kPassed);
  EXPECT_EQ(state.Finish(false, now), Outcome::kUndecided);
  EXPECT_EQ(state.Finish(false, now), Outcome::kUndecided);
  EXPECT_EQ(state.Finish(false, now), Outcome::kFailed);
  EXPECT_EQ(state.Finish(true, now), Outcome::kUndecided);
}

TEST(TimesOf, AbsentNumbersAreTheApisDefaults) {
  const ProbeTimes times = TimesOf(api::Probe());
  EXPECT_EQ(times.period, absl::Seconds(10));
  EXPECT_EQ(times.timeout, absl::Seconds(1));
  EXPECT_EQ(times.success_threshold, 1);
  EXPECT_EQ(times.failure_threshold, 3);
}

class RunProbeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(
        client_, http::Client::Create(
                     clock_, {.proxy_from = http::ProxyFrom::kNowhere}));
    // A port that nobody listens on until the test does.
    socket_ = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ASSERT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size),
              0);
    ASSERT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address),
                          &size),
              0);
    target_.pod_ip = "127.0.0.1";
    target_.ports = {
        {.name = "main", .container_port = ntohs(address.sin_port)}};
  }
  absl::Status Ask(const api::Probe& probe) {
    return RunProbe(probe, target_, *client_, clock_, StopToken());
  }

  RealClock clock_;
  std::unique_ptr<http::Client> client_;
  UniqueFd socket_;
  ProbeTarget target_;
};

TEST_F(RunProbeTest, TcpAsksWhetherSomebodyListens) {
  api::Probe probe;
  probe.tcp_socket = {.port = api::IntOrString("main")};
  EXPECT_FALSE(Ask(probe).ok());
  ASSERT_EQ(listen(socket_.get(), 1), 0);
  KAITO_EXPECT_OK(Ask(probe));
  probe.tcp_socket->port = api::IntOrString("other");
  EXPECT_THAT(Ask(probe), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("no port other")));
}

TEST_F(RunProbeTest, HttpFailsWhereNobodyListens) {
  api::Probe probe;
  probe.http_get = api::HttpGetAction();
  probe.http_get->path = "/health";
  probe.http_get->port = api::IntOrString("main");
  EXPECT_THAT(Ask(probe), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RunProbeTest, ExecRunsOnlyTheContainersOwnProgram) {
  api::Probe probe;
  probe.exec = {.command = {"true"}};
  EXPECT_THAT(Ask(probe), StatusIs(absl::StatusCode::kFailedPrecondition));
  const ImageStandIn image = {
      .repository = "t", .entrypoint = {"/bin/true"}, .names = {"true"}};
  target_.image = &image;
  KAITO_EXPECT_OK(Ask(probe));
  probe.exec->command = {"/bin/sh", "-c", "exit 0"};
  EXPECT_THAT(Ask(probe), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito::standalone

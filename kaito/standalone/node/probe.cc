#include "kaito/standalone/node/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/probe.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/process/subprocess.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/image_table.h"

namespace kaito::standalone {
namespace {

// Of an answer; a kubelet reads 10 KiB, and nobody needs them.
constexpr int64_t kMaxAnswerBytes = 1 << 20;
constexpr int64_t kMaxOutputBytes = 1024;

int32_t Or(int32_t value, int32_t otherwise) {
  return value > 0 ? value : otherwise;
}

absl::StatusOr<int32_t> PortOf(const api::IntOrString& port,
                               const ProbeTarget& target) {
  if (const int32_t* number = port.number()) return *number;
  for (const api::ContainerPort& one : target.ports) {
    if (one.name == *port.text()) return one.container_port;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("probe: the container has no port ", *port.text()));
}

absl::Status AskHttp(const api::HttpGetAction& get, absl::Duration timeout,
                     const ProbeTarget& target, http::Client& client,
                     const StopToken& stop) {
  if (absl::EqualsIgnoreCase(get.scheme, "HTTPS")) {
    return absl::UnimplementedError(
        "probe: scheme HTTPS is not supported here; use HTTP or tcpSocket");
  }
  KAITO_ASSIGN_OR_RETURN(const int32_t port, PortOf(get.port, target));
  http::Request request = {
      .url = absl::StrCat(
          "http://", get.host.empty() ? target.pod_ip : get.host, ":", port,
          absl::StartsWith(get.path, "/") ? "" : "/", get.path),
      .timeout = timeout,
      .max_body_bytes = kMaxAnswerBytes};
  for (const api::HttpHeader& header : get.http_headers) {
    request.headers.Add(header.name, header.value);
  }
  KAITO_ASSIGN_OR_RETURN(const http::Response response,
                         client.Do(std::move(request), stop));
  if (response.code >= 200 && response.code < 400) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("probe: HTTP ", response.code,
                                             " from port ", port, get.path));
}

// The port alone: whether something accepts connections there.
absl::Status AskTcp(const api::TcpSocketAction& tcp, absl::Duration timeout,
                    const ProbeTarget& target) {
  KAITO_ASSIGN_OR_RETURN(const int32_t port, PortOf(tcp.port, target));
  const std::string host = tcp.host.empty() ? target.pod_ip : tcp.host;
  const std::string what = absl::StrCat("probe: connect to ", host, ":", port);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": is not an IPv4 address"));
  }
  const UniqueFd fd(
      socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoToStatus(errno, what);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
              sizeof(address)) == 0) {
    return absl::OkStatus();
  }
  if (errno != EINPROGRESS) return ErrnoToStatus(errno, what);
  // The machine's own address: this waits only where the program is stuck.
  pollfd wait = {fd.get(), POLLOUT, 0};
  const int ready =
      poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  if (ready == 0) {
    return absl::DeadlineExceededError(absl::StrCat(what, ": timed out"));
  }
  int error = 0;
  socklen_t size = sizeof(error);
  (void)getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? absl::OkStatus() : ErrnoToStatus(error, what);
}

absl::Status AskExec(const api::ExecAction& exec, absl::Duration timeout,
                     const ProbeTarget& target, Clock& clock,
                     const StopToken& stop) {
  if (target.image == nullptr) {
    return absl::FailedPreconditionError(
        "probe: the container's image can't run here");
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> argv,
                         StandInArguments(*target.image, exec.command, {}));
  KAITO_ASSIGN_OR_RETURN(
      const ProcessResult result,
      Subprocess::Run(
          {.argv = argv,
           .env = target.env,
           .working_directory = target.cwd,
           .err = Stdio::Capture(kMaxOutputBytes)},
          {.clock = &clock, .timeout = timeout, .grace = absl::ZeroDuration()},
          stop));
  if (result.ok()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("probe: command ended with ", result.Describe()));
}

}  // namespace

ProbeTimes TimesOf(const api::Probe& probe) {
  return {.initial_delay = absl::Seconds(probe.initial_delay_seconds),
          .period = absl::Seconds(Or(probe.period_seconds, 10)),
          .timeout = absl::Seconds(Or(probe.timeout_seconds, 1)),
          .success_threshold = Or(probe.success_threshold, 1),
          .failure_threshold = Or(probe.failure_threshold, 3)};
}

void ProbeState::Skip(SteadyTime now) {
  in_flight_ = false;
  next_ = now + times_.period;
}

ProbeState::Outcome ProbeState::Finish(bool passed, SteadyTime now) {
  Skip(now);
  // Counts stay at their thresholds, so they can't overflow.
  if (passed) {
    failures_ = 0;
    successes_ = std::min(successes_ + 1, times_.success_threshold);
    return successes_ == times_.success_threshold ? Outcome::kPassed
                                                  : Outcome::kUndecided;
  }
  successes_ = 0;
  failures_ = std::min(failures_ + 1, times_.failure_threshold);
  return failures_ == times_.failure_threshold ? Outcome::kFailed
                                               : Outcome::kUndecided;
}

absl::Status RunProbe(const api::Probe& probe, const ProbeTarget& target,
                      http::Client& client, Clock& clock,
                      const StopToken& stop) {
  const absl::Duration timeout = TimesOf(probe).timeout;
  if (probe.http_get) {
    return AskHttp(*probe.http_get, timeout, target, client, stop);
  }
  if (probe.tcp_socket) return AskTcp(*probe.tcp_socket, timeout, target);
  if (probe.exec) return AskExec(*probe.exec, timeout, target, clock, stop);
  return absl::UnimplementedError("probe: no kind that is known here");
}

}  // namespace kaito::standalone

#include "kaito/base/file/line_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito {
namespace {

constexpr size_t kMaxLineBytes = 64 << 10;

// Waits until there is something to read; stop.status() where that comes first.
absl::Status WaitForInput(int fd, const StopToken& stop) {
  const UniqueFd wake(eventfd(0, EFD_CLOEXEC));
  if (!wake.valid()) return ErrnoToStatus(errno, "eventfd");
  const StopCallback callback = stop.OnStop([&] {
    const uint64_t one = 1;
    (void)!write(wake.get(), &one, sizeof(one));
  });
  pollfd fds[] = {{.fd = fd, .events = POLLIN, .revents = 0},
                  {.fd = wake.get(), .events = POLLIN, .revents = 0}};
  while (poll(fds, 2, -1) < 0) {
    if (errno != EINTR) return ErrnoToStatus(errno, "poll");
  }
  return stop.stopped() ? stop.status() : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<std::string>> LineReader::Next(
    const StopToken& stop) {
  while (true) {
    if (stop.stopped()) return stop.status();
    const size_t end = read_.find('\n');
    if (end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    if (read_.size() > kMaxLineBytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("input: a line of more than ", kMaxLineBytes, " bytes"));
    }
    if (ended_) {
      if (read_.empty()) return std::nullopt;
      std::string line;
      line.swap(read_);
      return line;
    }
    if (absl::Status waited = WaitForInput(fd_, stop); !waited.ok()) {
      return waited;
    }
    char buffer[4096];
    const ssize_t n = read(fd_, buffer, sizeof(buffer));
    if (n < 0 && errno != EINTR) return ErrnoToStatus(errno, "input");
    if (n > 0) read_.append(buffer, static_cast<size_t>(n));
    ended_ = n == 0;
  }
}

}  // namespace kaito

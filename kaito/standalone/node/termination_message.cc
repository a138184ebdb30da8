#include "kaito/standalone/node/termination_message.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/standalone/node/container_files.h"
#include "kaito/standalone/node/container_log.h"

namespace kaito::standalone {
namespace {

// A kubelet's limits.
constexpr int64_t kMaxMessageBytes = 4096;
constexpr int64_t kMaxLogLines = 80;
constexpr int64_t kMaxLogBytes = 2048;

// The last `max_bytes` of a regular file; the program wrote it, so it may be
// anything.
std::string ReadEnd(const std::string& path, int64_t max_bytes) {
  const UniqueFd fd(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat info = {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return "";
  }
  const int64_t start = std::max<int64_t>(0, info.st_size - max_bytes);
  std::string text(static_cast<size_t>(max_bytes), '\0');
  const ssize_t n = pread(fd.get(), text.data(), text.size(), start);
  text.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return text;
}

}  // namespace

std::string TerminationMessage(absl::string_view run_dir,
                               absl::string_view policy, bool failed) {
  std::string message =
      ReadEnd(JoinPath(run_dir, kTerminationFile), kMaxMessageBytes);
  if (!message.empty() || !failed || policy != "FallbackToLogsOnError") {
    return message;
  }
  absl::StatusOr<std::string> log = ReadContainerLog(
      JoinPath(run_dir, kLogFile), {.tail_lines = kMaxLogLines});
  if (!log.ok()) return "";
  if (static_cast<int64_t>(log->size()) > kMaxLogBytes) {
    log->erase(0, log->size() - kMaxLogBytes);
  }
  return *std::move(log);
}

}  // namespace kaito::standalone

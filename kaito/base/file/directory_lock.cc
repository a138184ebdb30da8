#include "kaito/base/file/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"

namespace kaito {
namespace {

// " by process 123", or nothing where the file doesn't say.
std::string Holder(int fd) {
  char text[32];
  const ssize_t n = pread(fd, text, sizeof(text), 0);
  int pid = 0;
  if (n <= 0 || !absl::SimpleAtoi(absl::string_view(text, n), &pid)) return "";
  return absl::StrCat(" by process ", pid);
}

}  // namespace

absl::StatusOr<DirectoryLock> DirectoryLock::Acquire(
    absl::string_view directory) {
  const std::string path = JoinPath(directory, "lock");
  UniqueFd fd(
      open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return ErrnoToStatus(errno, absl::StrCat("open ", path));
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return ErrnoToStatus(errno, absl::StrCat("lock ", path));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("lock ", directory, ": is in use", Holder(fd.get()),
                     "; stop that one or choose another directory"));
  }
  // For the message above only: the lock holds without it.
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd.get(), 0) != 0 ||
      pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
    return ErrnoToStatus(errno, absl::StrCat("write ", path));
  }
  return DirectoryLock(std::move(fd));
}

DirectoryLock::DirectoryLock(UniqueFd fd) : fd_(std::move(fd)) {}

}  // namespace kaito

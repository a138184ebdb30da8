#include "kaito/base/file/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"

namespace kaito {
namespace {

// Read at a time where the size isn't known beforehand, as under /proc.
constexpr int64_t kChunkBytes = 64 * 1024;

}  // namespace

absl::StatusOr<std::string> ReadFile(absl::string_view path,
                                     int64_t max_bytes) {
  // O_NONBLOCK: opening a pipe must not wait for its writer. Regular files
  // ignore it.
  const UniqueFd fd(
      open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return ErrnoToStatus(errno, absl::StrCat("open ", path));
  struct stat info = {};
  if (fstat(fd.get(), &info) != 0) {
    return ErrnoToStatus(errno, absl::StrCat("stat ", path));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("read ", path, ": is not a regular file"));
  }
  std::string text;
  int64_t size = 0;
  // One byte more than is allowed tells that there is more. The size that the
  // system gives is only where to start: the file may grow.
  int64_t want = std::min<int64_t>(info.st_size, max_bytes) + 1;
  while (size <= max_bytes) {
    text.resize(static_cast<size_t>(size + want));
    const ssize_t n = read(fd.get(), text.data() + size, want);
    if (n < 0) {
      if (errno == EINTR) continue;
      return ErrnoToStatus(errno, absl::StrCat("read ", path));
    }
    if (n == 0) {
      text.resize(static_cast<size_t>(size));
      return text;
    }
    size += n;
    want = std::min(kChunkBytes, max_bytes + 1 - size);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "read ", path, ": is larger than the limit of ", max_bytes, " bytes"));
}

}  // namespace kaito

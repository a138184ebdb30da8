#include "kaito/base/process/stdio.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito {
namespace {

// A file without a name that holds `text`, at its start.
absl::StatusOr<UniqueFd> TextFile(const std::string& text) {
  UniqueFd fd(memfd_create("stdin", MFD_CLOEXEC));
  if (!fd.valid()) return ErrnoToStatus(errno, "memfd_create");
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(fd.get(), text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return ErrnoToStatus(errno, "write standard input");
    done += static_cast<size_t>(n);
  }
  if (lseek(fd.get(), 0, SEEK_SET) != 0) return ErrnoToStatus(errno, "lseek");
  return fd;
}

absl::StatusOr<UniqueFd> OpenFile(const std::string& path, int flags) {
  UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!fd.valid()) return ErrnoToStatus(errno, absl::StrCat("open ", path));
  return fd;
}

// Away from 0, 1 and 2, where setting up one stream could overwrite another's.
absl::StatusOr<UniqueFd> AboveStdio(UniqueFd fd) {
  if (fd.get() > 2) return fd;
  UniqueFd moved(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!moved.valid()) return ErrnoToStatus(errno, "dup");
  return moved;
}

}  // namespace

Stdio Stdio::File(absl::string_view path) {
  Stdio stdio(Kind::kFile);
  stdio.text_ = std::string(path);
  return stdio;
}

Stdio Stdio::AppendFile(absl::string_view path) {
  Stdio stdio(Kind::kAppendFile);
  stdio.text_ = std::string(path);
  return stdio;
}

Stdio Stdio::Capture(int64_t max_bytes) {
  Stdio stdio(Kind::kCapture);
  stdio.number_ = max_bytes;
  return stdio;
}

Stdio Stdio::Text(absl::string_view text) {
  Stdio stdio(Kind::kText);
  stdio.text_ = std::string(text);
  return stdio;
}

Stdio Stdio::Fd(int fd) {
  Stdio stdio(Kind::kFd);
  stdio.number_ = fd;
  return stdio;
}

absl::StatusOr<Stdio::Ends> Stdio::Open(int target) const {
  Ends ends;
  const bool input = target == 0;
  switch (kind_) {
    case Kind::kInherit:
      return ends;
    case Kind::kNull: {
      KAITO_ASSIGN_OR_RETURN(ends.child, OpenFile("/dev/null", O_RDWR));
      break;
    }
    case Kind::kFile: {
      const int flags = input ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
      KAITO_ASSIGN_OR_RETURN(ends.child, OpenFile(text_, flags));
      break;
    }
    case Kind::kAppendFile: {
      if (input) {
        return absl::InvalidArgumentError(
            "standard input can't be appended to");
      }
      KAITO_ASSIGN_OR_RETURN(ends.child,
                             OpenFile(text_, O_WRONLY | O_CREAT | O_APPEND));
      break;
    }
    case Kind::kCapture:
      if (input) {
        return absl::InvalidArgumentError("standard input can't be captured");
      }
      [[fallthrough]];
    case Kind::kPipe: {
      int fds[2];
      if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoToStatus(errno, "pipe");
      ends.child = UniqueFd(fds[input ? 0 : 1]);
      ends.ours = UniqueFd(fds[input ? 1 : 0]);
      // Only this end of the pipe: the child's may wait for room.
      if (captures() && fcntl(ends.ours.get(), F_SETFL, O_NONBLOCK) != 0) {
        return ErrnoToStatus(errno, "fcntl");
      }
      break;
    }
    case Kind::kText: {
      if (!input) {
        return absl::InvalidArgumentError("only standard input can be a text");
      }
      KAITO_ASSIGN_OR_RETURN(ends.child, TextFile(text_));
      break;
    }
    case Kind::kFd: {
      ends.child =
          UniqueFd(fcntl(static_cast<int>(number_), F_DUPFD_CLOEXEC, 3));
      if (!ends.child.valid()) return ErrnoToStatus(errno, "dup");
      break;
    }
  }
  KAITO_ASSIGN_OR_RETURN(ends.child, AboveStdio(std::move(ends.child)));
  return ends;
}

}  // namespace kaito

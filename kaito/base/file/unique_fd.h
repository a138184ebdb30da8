#ifndef KAITO_BASE_FILE_UNIQUE_FD_H_
#define KAITO_BASE_FILE_UNIQUE_FD_H_

// UniqueFd: owns a file descriptor and closes it. For code that speaks to the
// kernel; files as a whole are read_file.h, write_file.h and memory_map.h.
//
//   UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
//   if (!fd.valid()) return ErrnoToStatus(errno, "open");

#include <unistd.h>

#include <utility>

namespace kaito {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { Reset(); }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }

  // Gives the descriptor up without closing it.
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

  // Closes it. Where the outcome matters (a file that was written), close(2)
  // what Release() gives.
  void Reset() {
    if (fd_ >= 0) (void)close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace kaito

#endif  // KAITO_BASE_FILE_UNIQUE_FD_H_

#include "kaito/base/file/memory_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

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

namespace kaito {

absl::StatusOr<MemoryMap> MemoryMap::Open(absl::string_view path) {
  const UniqueFd fd(
      open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return ErrnoToStatus(errno, absl::StrCat("open ", path));
  struct stat info = {};
  if (fstat(fd.get(), &info) != 0) {
    return ErrnoToStatus(errno, absl::StrCat("stat ", path));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("map ", path, ": is not a regular file"));
  }
  if (info.st_size == 0) return MemoryMap();
  void* data = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ,
                    MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) {
    return ErrnoToStatus(
        errno, absl::StrCat("map ", path, " (", info.st_size, " bytes)"));
  }
  return MemoryMap(data, info.st_size);
}

MemoryMap::MemoryMap(MemoryMap&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MemoryMap& MemoryMap::operator=(MemoryMap&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MemoryMap::~MemoryMap() {
  if (data_ != nullptr) (void)munmap(data_, static_cast<size_t>(size_));
}

}  // namespace kaito

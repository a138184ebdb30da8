#ifndef KAITO_BASE_FILE_MEMORY_MAP_H_
#define KAITO_BASE_FILE_MEMORY_MAP_H_

// MemoryMap: a whole file as bytes in memory, read-only, without reading it
// first. For weights and other large files; small ones are ReadFile's.
//
//   KAITO_ASSIGN_OR_RETURN(const MemoryMap map, MemoryMap::Open(path));
//   ParseHeader(map.bytes());
//
// A file that another process shortens while it is mapped kills the reader with
// SIGBUS: map only files that nobody writes in place.

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

class MemoryMap {
 public:
  // InvalidArgument for what is not a regular file.
  static absl::StatusOr<MemoryMap> Open(absl::string_view path);

  // Empty.
  MemoryMap() = default;
  MemoryMap(MemoryMap&& other) noexcept;
  MemoryMap& operator=(MemoryMap&& other) noexcept;
  ~MemoryMap();

  // Valid while this object, or what it was moved to, is.
  std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(data_), static_cast<size_t>(size_)};
  }
  absl::string_view text() const {
    return absl::string_view(static_cast<const char*>(data_),
                             static_cast<size_t>(size_));
  }
  int64_t size() const { return size_; }

 private:
  MemoryMap(void* data, int64_t size) : data_(data), size_(size) {}

  void* data_ = nullptr;  // Null for an empty file, which can't be mapped.
  int64_t size_ = 0;
};

}  // namespace kaito

#endif  // KAITO_BASE_FILE_MEMORY_MAP_H_

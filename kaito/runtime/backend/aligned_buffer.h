#ifndef KAITO_RUNTIME_BACKEND_ALIGNED_BUFFER_H_
#define KAITO_RUNTIME_BACKEND_ALIGNED_BUFFER_H_

// AlignedBuffer: memory for weights, caches and scratch: aligned to a line of a
// cache, not initialised, and refused with a status instead of an exception.
// For small things a vector is simpler.
//
//   KAITO_ASSIGN_OR_RETURN(AlignedBuffer packed, AlignedBuffer::Create(bytes));
//   uint8_t* const data = packed.As<uint8_t>();

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "absl/status/statusor.h"

namespace kaito::runtime {

class AlignedBuffer {
 public:
  // A line of a cache, and the widest vector.
  static constexpr int64_t kAlignment = 64;

  // ResourceExhausted, with the bytes, where the system has none. A size of 0
  // is a buffer without memory.
  static absl::StatusOr<AlignedBuffer> Create(int64_t bytes);

  // Without memory.
  AlignedBuffer() = default;

  int64_t bytes() const { return bytes_; }

  template <typename T>
  T* As() {
    return static_cast<T*>(data_.get());
  }
  template <typename T>
  const T* As() const {
    return static_cast<const T*>(data_.get());
  }

 private:
  struct Free {
    void operator()(void* data) const { std::free(data); }
  };

  AlignedBuffer(void* data, int64_t bytes) : data_(data), bytes_(bytes) {}

  std::unique_ptr<void, Free> data_;
  int64_t bytes_ = 0;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_ALIGNED_BUFFER_H_

#ifndef KAITO_RUNTIME_BACKEND_SCRATCH_H_
#define KAITO_RUNTIME_BACKEND_SCRATCH_H_

// Scratch: the memory that passes work in, kept from one to the next, so that a
// pass of a size that was there before allocates nothing. A pass lays its
// buffers out twice with the same function: once to learn how much they take,
// once to get them.
//
//   ScratchLayout measure;
//   LayOut(shape, measure);
//   KAITO_ASSIGN_OR_RETURN(ScratchLayout layout,
//                          scratch.Reserve(measure.bytes()));
//   const Buffers buffers = LayOut(shape, layout);

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "kaito/runtime/backend/aligned_buffer.h"

namespace kaito::runtime {

// Hands out pieces one behind the other, each at a line of a cache.
class ScratchLayout {
 public:
  // Only measures: all pieces are null.
  ScratchLayout() = default;
  explicit ScratchLayout(std::byte* base) : base_(base) {}

  // Not initialised.
  float* Floats(int64_t count) { return Take<float>(count); }
  int32_t* Ints(int64_t count) { return Take<int32_t>(count); }
  void* Bytes(int64_t count) { return Take<std::byte>(count); }

  int64_t bytes() const { return bytes_; }

  // Where the next piece begins; and hands out from there again. For pieces
  // that are not needed at the same time.
  int64_t mark() const { return next_; }
  void Rewind(int64_t mark) { next_ = mark; }

 private:
  template <typename T>
  T* Take(int64_t count) {
    constexpr int64_t kAlign = AlignedBuffer::kAlignment;
    T* const at =
        base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + next_);
    const int64_t size = count * static_cast<int64_t>(sizeof(T));
    next_ += (size + kAlign - 1) / kAlign * kAlign;
    if (next_ > bytes_) bytes_ = next_;
    return at;
  }

  std::byte* base_ = nullptr;
  int64_t next_ = 0;
  int64_t bytes_ = 0;  // The most.
};

class Scratch {
 public:
  // What was handed out before is given up. ResourceExhausted, with the bytes.
  absl::StatusOr<ScratchLayout> Reserve(int64_t bytes);

  int64_t peak_bytes() const { return memory_.bytes(); }

 private:
  AlignedBuffer memory_;  // Grows only.
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_SCRATCH_H_

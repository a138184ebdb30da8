#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_ARENA_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_ARENA_H_

// Memory that is given out piece by piece and freed all at once: a template's
// syntax tree, the values of one rendering, the messages of one request. What
// lives in it is never destroyed, so values can be copied as plain bytes, may
// refer to each other in circles, and need no deep recursion to go away.
//
//   Arena arena(/*limit_bytes=*/64 << 20);
//   if (!arena.Fits(n)) return absl::ResourceExhaustedError(...);
//   absl::string_view copy = arena.Copy(text);
//
// The limit is the caller's to keep: Allocate() never fails, so everything
// whose size comes from outside asks Fits() first. Not synchronised.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

class Arena {
 public:
  explicit Arena(int64_t limit_bytes) : limit_(limit_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Aligned for any type of ours (8 bytes), uninitialised, never null.
  void* Allocate(int64_t bytes) {
    bytes = (std::max<int64_t>(bytes, 1) + 7) & ~int64_t{7};
    if (bytes > end_ - next_) return AllocateFromNewChunk(bytes);
    char* const at = next_;
    next_ += bytes;
    return at;
  }

  template <typename T, typename... A>
  T* New(A&&... args) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
    return new (Allocate(sizeof(T))) T{std::forward<A>(args)...};
  }

  // Uninitialised.
  template <typename T>
  T* NewArray(int64_t n) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
    return static_cast<T*>(Allocate(n * static_cast<int64_t>(sizeof(T))));
  }

  absl::string_view Copy(absl::string_view text);

  bool Fits(int64_t bytes) const { return bytes <= limit_ - used(); }
  int64_t used() const { return full_chunks_ - (end_ - next_); }

 private:
  void* AllocateFromNewChunk(int64_t bytes);

  const int64_t limit_;
  int64_t full_chunks_ = 0;  // Bytes of all chunks, the current one included.
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::vector<std::unique_ptr<char[]>> chunks_;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_ARENA_H_

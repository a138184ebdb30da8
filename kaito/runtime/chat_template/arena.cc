#include "kaito/runtime/chat_template/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {
namespace {

// The values of a usual conversation fit in the first; the last keeps the
// number of chunks small without holding more than a megabyte unused.
constexpr int64_t kFirstChunk = 4 << 10;
constexpr int64_t kLargestChunk = 1 << 20;

}  // namespace

void* Arena::AllocateFromNewChunk(int64_t bytes) {
  const int64_t size =
      std::max(bytes, std::clamp(full_chunks_, kFirstChunk, kLargestChunk));
  auto chunk = std::make_unique_for_overwrite<char[]>(size);
  char* const at = chunk.get();
  chunks_.push_back(std::move(chunk));
  // The rest of the chunk before is lost and stays counted.
  full_chunks_ += size;
  next_ = at + bytes;
  end_ = at + size;
  return at;
}

absl::string_view Arena::Copy(absl::string_view text) {
  if (text.empty()) return {};
  char* const to = static_cast<char*>(Allocate(text.size()));
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

}  // namespace kaito::runtime::jinja

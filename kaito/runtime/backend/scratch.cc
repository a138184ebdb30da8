#include "kaito/runtime/backend/scratch.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/backend/aligned_buffer.h"

namespace kaito::runtime {

absl::StatusOr<ScratchLayout> Scratch::Reserve(int64_t bytes) {
  if (bytes > memory_.bytes()) {
    memory_ = AlignedBuffer();  // First, so that both are never there.
    KAITO_ASSIGN_OR_RETURN(memory_, AlignedBuffer::Create(bytes));
  }
  return ScratchLayout(memory_.As<std::byte>());
}

}  // namespace kaito::runtime

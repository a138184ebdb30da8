#include "kaito/runtime/backend/aligned_buffer.h"

#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/check/check.h"

namespace kaito::runtime {

absl::StatusOr<AlignedBuffer> AlignedBuffer::Create(int64_t bytes) {
  KAITO_CHECK_GE(bytes, 0);
  if (bytes == 0) return AlignedBuffer();
  // aligned_alloc wants a multiple of the alignment.
  const int64_t whole = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  void* const data = std::aligned_alloc(kAlignment, whole);
  if (data == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("memory: ", bytes, " bytes were asked for and refused"));
  }
  return AlignedBuffer(data, bytes);
}

}  // namespace kaito::runtime

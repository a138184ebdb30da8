#include "kaito/kernels/arguments.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kMostElements = int64_t{1} << 56;

}  // namespace

absl::Status CheckSizes(std::initializer_list<NamedSize> sizes, Where where) {
  int64_t elements = 1;
  for (const NamedSize& size : sizes) {
    if (size.value < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          where(), ": ", size.name, " is ", size.value, ", want 0 or more"));
    }
    // A size of zero must not hide that the others are too large.
    if (size.value == 0) continue;
    if (__builtin_mul_overflow(elements, size.value, &elements) ||
        elements > kMostElements) {
      return absl::InvalidArgumentError(
          absl::StrCat(where(), ": ", size.name, " is ", size.value,
                       ", which makes more than 2^56 elements in all"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBuffers(std::initializer_list<NamedBuffer> buffers,
                          Where where) {
  for (const NamedBuffer& buffer : buffers) {
    if (buffer.elements == 0) continue;
    if (buffer.data == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(where(), ": ", buffer.name, " is null"));
    }
    const auto address = reinterpret_cast<uintptr_t>(buffer.data);
    if (address % static_cast<uintptr_t>(buffer.alignment) != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(where(), ": ", buffer.name, " is not aligned to ",
                       buffer.alignment, " bytes"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOnCpu(Stream stream, Where where) {
  if (!stream.is_cuda()) return absl::OkStatus();
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where()));
  return BuiltWithoutCudaError(stream, where());
}

}  // namespace kaito::kernels

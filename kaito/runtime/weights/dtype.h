#ifndef KAITO_RUNTIME_WEIGHTS_DTYPE_H_
#define KAITO_RUNTIME_WEIGHTS_DTYPE_H_

// How the elements of a stored tensor are encoded: the types that a safetensors
// file can name. What a kernel computes in is kernels::FloatType.
//
//   KAITO_ASSIGN_OR_RETURN(const Dtype dtype, ParseDtype("BF16"));
//   BitsOf(dtype);  // 16

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

// In the order of the reference library, which a writer sorts by.
enum class Dtype : uint8_t {
  kBool,
  kF4,
  kF6E2m3,
  kF6E3m2,
  kU8,
  kI8,
  kF8E5m2,
  kF8E4m3,
  kF8E8m0,
  kF8E4m3Fnuz,
  kF8E5m2Fnuz,
  kI16,
  kU16,
  kF16,
  kBf16,
  kI32,
  kU32,
  kF32,
  kC64,
  kF64,
  kI64,
  kU64,
};

// As in the file: "BF16".
absl::string_view NameOf(Dtype dtype);

// InvalidArgument, with the names that exist, for another one.
absl::StatusOr<Dtype> ParseDtype(absl::string_view name);

// 4 and 6 for the types that are packed below a byte.
int64_t BitsOf(Dtype dtype);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_DTYPE_H_

#include "kaito/runtime/weights/tensor_view.h"

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {

absl::StatusOr<int64_t> ElementCount(std::span<const int64_t> shape) {
  // Zeros are kept out of the product: [2^40, 2^40, 0] must not pass here and
  // overflow in a reader that multiplies from the left.
  int64_t product = 1;
  bool empty = false;
  for (const int64_t dimension : shape) {
    if (dimension < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "shape ", ShapeToString(shape), " has a negative dimension"));
    }
    if (dimension == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(product, dimension, &product)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "shape ", ShapeToString(shape), " has more than 2^63 elements"));
    }
  }
  return empty ? 0 : product;
}

absl::StatusOr<int64_t> ByteCount(Dtype dtype, std::span<const int64_t> shape) {
  KAITO_ASSIGN_OR_RETURN(const int64_t elements, ElementCount(shape));
  int64_t bits = 0;
  if (__builtin_mul_overflow(elements, BitsOf(dtype), &bits)) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape ", ShapeToString(shape), " of ", NameOf(dtype),
                     " has more than 2^60 bytes"));
  }
  if (bits % 8 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape ", ShapeToString(shape), " of ", NameOf(dtype),
                     " is ", bits, " bits, which are no whole bytes"));
  }
  return bits / 8;
}

std::string ShapeToString(std::span<const int64_t> shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

}  // namespace kaito::runtime

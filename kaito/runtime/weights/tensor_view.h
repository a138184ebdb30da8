#ifndef KAITO_RUNTIME_WEIGHTS_TENSOR_VIEW_H_
#define KAITO_RUNTIME_WEIGHTS_TENSOR_VIEW_H_

// TensorView: a stored tensor, looked at where it lies; and the arithmetic of
// shapes that come from outside, which may be anything.
//
//   const TensorView w = {.dtype = Dtype::kF32, .shape = {160, 48}, ...};
//   w.bytes.size();               // 160 * 48 * 4
//   ShapeToString(w.shape);       // "[160, 48]"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {

struct TensorView {
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;  // Row-major. Empty: a scalar.
  // Little-endian; as many as dtype and shape ask for. Valid while the file that
  // it is part of is open. At any address: copy, or load without alignment.
  std::span<const std::byte> bytes;
};

// The product of the dimensions. InvalidArgument where one is negative or where
// the product, or that of the dimensions but zeros, leaves int64_t.
absl::StatusOr<int64_t> ElementCount(std::span<const int64_t> shape);

// InvalidArgument as ElementCount(), where the number of bytes leaves int64_t,
// and where elements below a byte don't fill the last one.
absl::StatusOr<int64_t> ByteCount(Dtype dtype, std::span<const int64_t> shape);

// "[2, 3]".
std::string ShapeToString(std::span<const int64_t> shape);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_TENSOR_VIEW_H_

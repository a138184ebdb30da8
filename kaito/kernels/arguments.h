#ifndef KAITO_KERNELS_ARGUMENTS_H_
#define KAITO_KERNELS_ARGUMENTS_H_

// The checks that most operations make of their arguments; for <op>.cc. The
// name of the call is made only where there is something to say: a decode step
// is hundreds of calls.
//
//   const auto where = [&] {
//     return absl::StrCat("swiglu(rows=", params.rows, ", cpu)");
//   };
//   KAITO_RETURN_IF_ERROR(CheckSizes({{"rows", params.rows}}, where));
//   KAITO_RETURN_IF_ERROR(CheckBuffers({{"y", params.y, params.rows}}, where));

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

using Where = absl::FunctionRef<std::string()>;

struct NamedSize {
  absl::string_view name;
  int64_t value;
};

// InvalidArgument where a size is negative, or where all of them together are
// more elements than any memory holds (2^56): products of sizes can't overflow
// after it.
absl::Status CheckSizes(std::initializer_list<NamedSize> sizes, Where where);

struct NamedBuffer {
  absl::string_view name;
  const void* data;
  int64_t elements;
  int64_t alignment = 4;  // An element's bytes.
};

// InvalidArgument where a buffer with elements is null or misaligned.
absl::Status CheckBuffers(std::initializer_list<NamedBuffer> buffers,
                          Where where);

// For an operation without a CUDA kernel: OK for the CPU, else what is wrong
// with the stream, or Unimplemented.
absl::Status CheckOnCpu(Stream stream, Where where);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ARGUMENTS_H_

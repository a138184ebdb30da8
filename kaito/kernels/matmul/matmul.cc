#include "kaito/kernels/matmul/matmul.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/matmul/matmul_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

// Offsets of any buffer stay inside int64_t.
constexpr int64_t kMost = int64_t{1} << 31;

std::string Where(const MatmulParams& p, Stream stream) {
  return absl::StrCat("matmul(a", p.a_transposed ? "^T" : "", " b",
                      p.b_transposed ? "^T" : "", ", m=", p.m, ", n=", p.n,
                      ", k=", p.k, ", ", stream.Name(), ")");
}

// A buffer of `rows` rows of `length` elements.
absl::Status CheckBuffer(const float* data, int64_t rows, int64_t length,
                         int64_t stride, absl::string_view name,
                         absl::string_view where) {
  if (rows == 0 || length == 0) return absl::OkStatus();
  if (data == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, " is null"));
  }
  if (reinterpret_cast<uintptr_t>(data) % alignof(float) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, " must be aligned to 4 bytes"));
  }
  if (stride < length || stride > kMost) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the stride of ", name, " is ", stride,
                     ", want 0, or from a row's ", length, " to 2^31"));
  }
  return absl::OkStatus();
}

absl::Status Check(const MatmulParams& p, absl::string_view where) {
  for (const int64_t size : {p.m, p.n, p.k}) {
    if (size < 0 || size > kMost) {
      return absl::InvalidArgumentError(absl::StrCat(
          where, ": m, n and k must be 0 or more, and 2^31 at most"));
    }
  }
  const MatmulStrides strides = StridesOf(p);
  KAITO_RETURN_IF_ERROR(CheckBuffer(p.a, p.a_transposed ? p.k : p.m,
                                    p.a_transposed ? p.m : p.k, strides.a, "a",
                                    where));
  KAITO_RETURN_IF_ERROR(CheckBuffer(p.b, p.b_transposed ? p.n : p.k,
                                    p.b_transposed ? p.k : p.n, strides.b, "b",
                                    where));
  return CheckBuffer(p.c, p.m, p.n, strides.c, "c", where);
}

}  // namespace

absl::Status Matmul(const MatmulParams& params, Stream stream) {
  const std::string where = Where(params, stream);
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  KAITO_RETURN_IF_ERROR(Check(params, where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  if (params.m == 0 || params.n == 0) return absl::OkStatus();
  if (params.k == 0) {
    if (params.accumulate) return absl::OkStatus();
    const int64_t stride = StridesOf(params).c;
    for (int64_t i = 0; i < params.m; ++i) {
      std::fill_n(params.c + i * stride, params.n, 0.0f);
    }
    return absl::OkStatus();
  }
  const int error = MatmulCpu(params, stream.workers());
  if (error == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(where, ": oneDNN answers with status ", error));
}

}  // namespace kaito::kernels

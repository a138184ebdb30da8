#include "kaito/kernels/nf4_matmul/nf4_matmul.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul_cpu.h"
#include "kaito/kernels/nf4_quantize/nf4_absmax.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

std::string Where(const Nf4MatmulParams& params, Nf4Product product,
                  Stream stream) {
  return absl::StrCat(
      "nf4_matmul(", product == Nf4Product::kForward ? "forward" : "backward",
      ", ", NameOf(params.in_type), " to ", NameOf(params.out_type),
      ", m=", params.m, ", n=", params.n, ", k=", params.k,
      ", block=", params.w.block, ", ", stream.Name(), ")");
}

absl::Status CheckSizes(const Nf4MatmulParams& params,
                        absl::string_view where) {
  // Offsets of any of the buffers stay far inside int64_t.
  constexpr int64_t kMost = int64_t{1} << 31;
  for (const int64_t size : {params.m, params.n, params.k}) {
    if (size < 0 || size > kMost) {
      return absl::InvalidArgumentError(absl::StrCat(
          where, ": m, n and k must be 0 or more, and 2^31 at most"));
    }
  }
  if (params.w.count != params.n * params.k) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the weight has ", params.w.count,
                     " elements, want n * k = ", params.n * params.k));
  }
  if (params.in_type == FloatType::kFp16 ||
      params.out_type == FloatType::kFp16) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": in and out must be f32 or bf16"));
  }
  return CheckNf4Tensor(params.w, where);
}

// `size` elements of `type`; none need no buffer.
absl::Status CheckBuffer(const void* data, FloatType type, int64_t size,
                         absl::string_view name, absl::string_view where) {
  if (size == 0) return absl::OkStatus();
  if (data == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, " is null"));
  }
  if (reinterpret_cast<uintptr_t>(data) % BytesOf(type) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": ", name, " must be aligned to ", BytesOf(type), " bytes"));
  }
  return absl::OkStatus();
}

}  // namespace

int64_t Nf4MatmulWorkspaceBytes(Nf4Product product, int64_t m, int64_t n,
                                int64_t k, Stream stream, Nf4Method method) {
  const int64_t workers =
      stream.workers() == nullptr ? 1 : stream.workers()->count();
  return Nf4MatmulCpuWorkspaceBytes(product, m, n, k, workers, method);
}

absl::Status Nf4Matmul(const Nf4MatmulParams& params, Nf4Product product,
                       Stream stream) {
  const std::string where = Where(params, product, stream);
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  KAITO_RETURN_IF_ERROR(CheckSizes(params, where));
  const bool forward = product == Nf4Product::kForward;
  const int64_t depth = forward ? params.k : params.n;
  const int64_t columns = forward ? params.n : params.k;
  KAITO_RETURN_IF_ERROR(
      CheckBuffer(params.in, params.in_type, params.m * depth, "in", where));
  KAITO_RETURN_IF_ERROR(CheckBuffer(params.out, params.out_type,
                                    params.m * columns, "out", where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  if (params.m == 0 || columns == 0) return absl::OkStatus();
  if (depth == 0) {
    if (!params.accumulate) {  // A zero of either type is zero bytes.
      std::fill_n(static_cast<uint8_t*>(params.out),
                  params.m * columns * BytesOf(params.out_type), 0);
    }
    return absl::OkStatus();
  }
  const int64_t want = Nf4MatmulWorkspaceBytes(product, params.m, params.n,
                                               params.k, stream, params.method);
  if (params.workspace == nullptr || params.workspace_bytes < want) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the workspace has ", params.workspace_bytes,
                     " bytes, want ", want));
  }
  Nf4MatmulCpu(params, product, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

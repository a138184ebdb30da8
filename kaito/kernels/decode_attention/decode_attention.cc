#include "kaito/kernels/decode_attention/decode_attention.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/decode_attention/decode_attention_cpu.h"
#include "kaito/kernels/decode_attention/paged_kv.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kMaxHeads = 65536;
constexpr int64_t kWorkspaceAlignment = 64;  // A cache line.

std::string Where(const DecodeAttentionParams& p, Stream stream) {
  return absl::StrCat("decode_attention(sequences=", p.kv.sequences,
                      ", heads=", p.q_heads, "/", p.kv.kv_heads,
                      ", head_dim=", p.kv.head_dim, ", window=", p.window, ", ",
                      stream.Name(), ")");
}

// What the workspace follows from. A CUDA stream's tables are on the device, so
// that is refused first.
absl::Status CheckShape(const DecodeAttentionParams& p, Stream stream,
                        absl::string_view where) {
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  KAITO_RETURN_IF_ERROR(CheckPagedKv(p.kv, where));
  if (p.q_heads < 1 || p.q_heads > kMaxHeads ||
      p.q_heads % p.kv.kv_heads != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": q_heads must be 1 to ", kMaxHeads,
                     " and a multiple of kv_heads"));
  }
  if (p.window < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": window must be 0 (none) or more"));
  }
  return absl::OkStatus();
}

absl::Status CheckBuffers(const DecodeAttentionParams& p,
                          absl::string_view where) {
  if (p.q == nullptr || p.out == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": q or out is null"));
  }
  const int64_t row = p.q_heads * p.kv.head_dim;
  if (p.q_token_stride < row || p.out_token_stride < row) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": q_token_stride is ", p.q_token_stride,
                     " and out_token_stride is ", p.out_token_stride,
                     ", want at least ", row));
  }
  if (!std::isfinite(p.scale)) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": scale is ", p.scale));
  }
  const int64_t wanted = DecodeAttentionCpuWorkspaceBytes(p);
  if (p.workspace == nullptr || p.workspace_bytes < wanted) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the workspace has ",
                     p.workspace == nullptr ? 0 : p.workspace_bytes,
                     " bytes, want ", wanted));
  }
  if (reinterpret_cast<uintptr_t>(p.workspace) % kWorkspaceAlignment != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the workspace is not aligned to ",
                     kWorkspaceAlignment, " bytes"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> DecodeAttentionWorkspaceBytes(
    const DecodeAttentionParams& params, Stream stream) {
  KAITO_RETURN_IF_ERROR(CheckShape(params, stream, Where(params, stream)));
  return DecodeAttentionCpuWorkspaceBytes(params);
}

absl::Status DecodeAttention(const DecodeAttentionParams& params,
                             Stream stream) {
  const std::string where = Where(params, stream);
  KAITO_RETURN_IF_ERROR(CheckShape(params, stream, where));
  if (params.kv.sequences == 0) return absl::OkStatus();
  KAITO_RETURN_IF_ERROR(CheckBuffers(params, where));
  DecodeAttentionCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

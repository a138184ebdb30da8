#include "kaito/kernels/attention/attention.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/attention/attention_cpu.h"
#include "kaito/kernels/parallel/task_queue.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kMaxHeadDim = 256;  // Scratch and registers are made for it.
constexpr int64_t kMaxHeads = 65536;
constexpr int64_t kMaxTokens = std::numeric_limits<int32_t>::max();
constexpr int64_t kWorkspaceAlignment = 64;  // A cache line.

std::string Where(absl::string_view name, const AttentionParams& p,
                  Stream stream) {
  return absl::StrCat(name, "(tokens=", p.tokens, ", sequences=", p.sequences,
                      ", heads=", p.q_heads, "/", p.kv_heads,
                      ", head_dim=", p.head_dim, ", window=", p.window, ", ",
                      stream.Name(), ")");
}

absl::Status CheckSizes(const AttentionParams& p, absl::string_view where) {
  if (p.tokens < 0 || p.tokens > kMaxTokens || p.sequences < 0 ||
      p.sequences > kMaxTokens) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": tokens and sequences must be 0 to ", kMaxTokens));
  }
  if (p.kv_heads < 1 || p.q_heads < 1 || p.q_heads > kMaxHeads ||
      p.q_heads % p.kv_heads != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": q_heads must be 1 to ", kMaxHeads,
                     " and a multiple of kv_heads"));
  }
  if (p.head_dim < 1 || p.head_dim > kMaxHeadDim) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": head_dim must be 1 to ", kMaxHeadDim));
  }
  if (p.window < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": window must be 0 (none) or more"));
  }
  return absl::OkStatus();
}

absl::Status CheckStarts(const AttentionParams& p, absl::string_view where) {
  if (p.starts == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": starts is null"));
  }
  if (p.starts[0] != 0 || p.starts[p.sequences] != p.tokens) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": starts goes from ", p.starts[0], " to ",
                     p.starts[p.sequences], ", want 0 to the tokens"));
  }
  for (int64_t s = 0; s < p.sequences; ++s) {
    if (p.starts[s] > p.starts[s + 1]) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": starts falls from ", p.starts[s], " to ",
                       p.starts[s + 1], " after sequence ", s));
    }
  }
  return absl::OkStatus();
}

// Sizes and starts, which the workspace follows from. A CUDA stream's starts
// are on the device, so that is refused first.
absl::Status CheckShape(const AttentionParams& p, Stream stream,
                        absl::string_view where) {
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  KAITO_RETURN_IF_ERROR(CheckSizes(p, where));
  return CheckStarts(p, where);
}

absl::Status CheckRows(const void* data, int64_t token_stride, int64_t heads,
                       int64_t head_dim, absl::string_view name,
                       absl::string_view where) {
  if (data == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, " is null"));
  }
  if (token_stride < heads * head_dim) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, ".token_stride is ", token_stride,
                     ", want at least ", heads * head_dim));
  }
  return absl::OkStatus();
}

absl::Status CheckBuffers(const AttentionParams& p, int64_t workspace_bytes,
                          absl::string_view where) {
  const int64_t dim = p.head_dim;
  KAITO_RETURN_IF_ERROR(
      CheckRows(p.q.data, p.q.token_stride, p.q_heads, dim, "q", where));
  KAITO_RETURN_IF_ERROR(
      CheckRows(p.k.data, p.k.token_stride, p.kv_heads, dim, "k", where));
  KAITO_RETURN_IF_ERROR(
      CheckRows(p.v.data, p.v.token_stride, p.kv_heads, dim, "v", where));
  KAITO_RETURN_IF_ERROR(
      CheckRows(p.out.data, p.out.token_stride, p.q_heads, dim, "out", where));
  if (!std::isfinite(p.scale) || !std::isfinite(p.softcap) || p.softcap < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": scale is ", p.scale, " and softcap is ",
                     p.softcap, ", want finite numbers, softcap 0 or more"));
  }
  if (p.workspace == nullptr || p.workspace_bytes < workspace_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the workspace has ",
                     p.workspace == nullptr ? 0 : p.workspace_bytes,
                     " bytes, want ", workspace_bytes));
  }
  if (reinterpret_cast<uintptr_t>(p.workspace) % kWorkspaceAlignment != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": the workspace is not aligned to ",
                     kWorkspaceAlignment, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status CheckGradients(const AttentionBackwardParams& params,
                            absl::string_view where) {
  const AttentionParams& p = params.forward;
  const int64_t dim = p.head_dim;
  if (p.log_sum_exp == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": log_sum_exp is null"));
  }
  KAITO_RETURN_IF_ERROR(CheckRows(params.d_out.data, params.d_out.token_stride,
                                  p.q_heads, dim, "d_out", where));
  KAITO_RETURN_IF_ERROR(CheckRows(params.d_q.data, params.d_q.token_stride,
                                  p.q_heads, dim, "d_q", where));
  KAITO_RETURN_IF_ERROR(CheckRows(params.d_k.data, params.d_k.token_stride,
                                  p.kv_heads, dim, "d_k", where));
  return CheckRows(params.d_v.data, params.d_v.token_stride, p.kv_heads, dim,
                   "d_v", where);
}

}  // namespace

absl::StatusOr<int64_t> AttentionForwardWorkspaceBytes(
    const AttentionParams& params, Stream stream) {
  KAITO_RETURN_IF_ERROR(
      CheckShape(params, stream, Where("attention", params, stream)));
  return AttentionForwardCpuWorkspaceBytes(params,
                                           WorkerCount(stream.workers()));
}

absl::StatusOr<int64_t> AttentionBackwardWorkspaceBytes(
    const AttentionParams& params, Stream stream) {
  KAITO_RETURN_IF_ERROR(
      CheckShape(params, stream, Where("attention_backward", params, stream)));
  return AttentionBackwardCpuWorkspaceBytes(params,
                                            WorkerCount(stream.workers()));
}

absl::Status AttentionForward(const AttentionParams& params, Stream stream) {
  const std::string where = Where("attention", params, stream);
  KAITO_RETURN_IF_ERROR(CheckShape(params, stream, where));
  if (params.tokens == 0) return absl::OkStatus();
  KAITO_RETURN_IF_ERROR(CheckBuffers(
      params,
      AttentionForwardCpuWorkspaceBytes(params, WorkerCount(stream.workers())),
      where));
  AttentionForwardCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status AttentionBackward(const AttentionBackwardParams& params,
                               Stream stream) {
  const AttentionParams& forward = params.forward;
  const std::string where = Where("attention_backward", forward, stream);
  KAITO_RETURN_IF_ERROR(CheckShape(forward, stream, where));
  if (forward.tokens == 0) return absl::OkStatus();
  KAITO_RETURN_IF_ERROR(
      CheckBuffers(forward,
                   AttentionBackwardCpuWorkspaceBytes(
                       forward, WorkerCount(stream.workers())),
                   where));
  KAITO_RETURN_IF_ERROR(CheckGradients(params, where));
  AttentionBackwardCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

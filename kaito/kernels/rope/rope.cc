#include "kaito/kernels/rope/rope.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/rope/rope_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

// Bounds of every size, so that no product of sizes here overflows.
constexpr int64_t kMaxHeads = 65536;
constexpr int64_t kMaxHeadDim = 65536;

absl::Status CheckHeads(const RopeHeads& heads, int64_t head_dim,
                        absl::string_view name, absl::string_view where) {
  if (heads.heads < 0 || heads.heads > kMaxHeads) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, ".heads must be 0 to ", kMaxHeads));
  }
  if (heads.heads == 0) return absl::OkStatus();
  if (heads.data == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, ".data is null"));
  }
  if (heads.token_stride < heads.heads * head_dim) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", name, ".token_stride is ", heads.token_stride,
                     ", want at least heads * head_dim"));
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(const RopeParams& params, absl::string_view where) {
  if (params.tokens < 0 || params.table_positions < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": tokens and table_positions must be 0 or more"));
  }
  if (params.head_dim < 1 || params.head_dim > kMaxHeadDim) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": head_dim must be 1 to ", kMaxHeadDim));
  }
  if (params.rotary_dim < 0 || params.rotary_dim % 2 != 0 ||
      params.rotary_dim > params.head_dim) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": rotary_dim must be even and at most head_dim"));
  }
  return absl::OkStatus();
}

absl::Status CheckPositions(const RopeParams& params, absl::string_view where) {
  for (int64_t t = 0; t < params.tokens; ++t) {
    if (params.positions[t] < 0 ||
        params.positions[t] >= params.table_positions) {
      return absl::InvalidArgumentError(absl::StrCat(
          where, ": token ", t, " is at position ", params.positions[t],
          ", and the table has ", params.table_positions,
          "; make a longer table or shorten the sequence"));
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const RopeParams& params, Stream stream,
                   absl::string_view where) {
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  KAITO_RETURN_IF_ERROR(CheckSizes(params, where));
  if (params.tokens == 0) return absl::OkStatus();
  KAITO_RETURN_IF_ERROR(CheckHeads(params.q, params.head_dim, "q", where));
  KAITO_RETURN_IF_ERROR(CheckHeads(params.k, params.head_dim, "k", where));
  if (params.positions == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": positions is null"));
  }
  if (params.rotary_dim > 0 &&
      (params.cos == nullptr || params.sin == nullptr)) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": cos or sin is null"));
  }
  return stream.is_cuda() ? absl::OkStatus() : CheckPositions(params, where);
}

}  // namespace

absl::Status Rope(const RopeParams& params, Stream stream) {
  const std::string where = absl::StrCat(
      "rope(tokens=", params.tokens, ", heads=", params.q.heads, "+",
      params.k.heads, ", head_dim=", params.head_dim,
      ", rotary_dim=", params.rotary_dim, ", ", stream.Name(), ")");
  KAITO_RETURN_IF_ERROR(Check(params, stream, where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  RopeCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

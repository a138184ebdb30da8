#include "kaito/kernels/kv_append/kv_append.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/decode_attention/paged_kv.h"
#include "kaito/kernels/kv_append/kv_append_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

absl::Status Check(const KvAppendParams& params, absl::string_view where) {
  KAITO_RETURN_IF_ERROR(CheckPagedKv(params.kv, where));
  if (params.kv.sequences == 0) return absl::OkStatus();
  if (params.k == nullptr || params.v == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": k or v is null"));
  }
  const int64_t row = params.kv.kv_heads * params.kv.head_dim;
  if (params.k_token_stride < row || params.v_token_stride < row) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": k_token_stride is ", params.k_token_stride,
                     " and v_token_stride is ", params.v_token_stride,
                     ", want at least ", row));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status KvAppend(const KvAppendParams& params, Stream stream) {
  const std::string where =
      absl::StrCat("kv_append(sequences=", params.kv.sequences,
                   ", kv_heads=", params.kv.kv_heads,
                   ", head_dim=", params.kv.head_dim, ", ", stream.Name(), ")");
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  KAITO_RETURN_IF_ERROR(Check(params, where));
  KvAppendCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

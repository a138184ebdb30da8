#include "kaito/kernels/row_matmul/row_matmul.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/row_matmul/row_matmul_cpu.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {

absl::Status RowMatmul(const RowMatmulParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("row_matmul(m=", params.m, ", n=", params.n,
                        ", k=", params.k, ", ", NameOf(params.w_type), ", ",
                        stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"m", params.m}, {"n", params.n}, {"k", params.k}}, where));
  if (params.w_type == FloatType::kFp16) {
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": weights are f32 or bf16"));
  }
  KAITO_RETURN_IF_ERROR(CheckBuffers(
      {{"x", params.x, params.m * params.k},
       {"w", params.w, params.n * params.k, BytesOf(params.w_type)},
       {"y", params.y, params.m * params.n}},
      where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  if (params.m > 0) RowMatmulCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

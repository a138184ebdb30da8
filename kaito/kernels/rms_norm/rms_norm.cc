#include "kaito/kernels/rms_norm/rms_norm.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/rms_norm/rms_norm_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

absl::Status RmsNorm(const RmsNormParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("rms_norm(rows=", params.rows,
                        ", columns=", params.columns, ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", params.rows}, {"columns", params.columns}}, where));
  const int64_t elements = params.rows * params.columns;
  KAITO_RETURN_IF_ERROR(CheckBuffers({{"x", params.x, elements},
                                      {"weight", params.weight, params.columns},
                                      {"y", params.y, elements}},
                                     where));
  if ((params.residual == nullptr) != (params.sum == nullptr)) {
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": give residual and sum, or neither"));
  }
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  RmsNormCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status RmsNormBackward(const RmsNormBackwardParams& params,
                             Stream stream) {
  const auto where = [&] {
    return absl::StrCat("rms_norm_backward(rows=", params.rows,
                        ", columns=", params.columns, ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", params.rows}, {"columns", params.columns}}, where));
  const int64_t elements = params.rows * params.columns;
  KAITO_RETURN_IF_ERROR(
      CheckBuffers({{"x", params.x, elements},
                    {"weight", params.weight, params.columns},
                    {"inverse_rms", params.inverse_rms, params.rows},
                    {"dy", params.dy, elements},
                    {"dx", params.dx, elements}},
                   where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  RmsNormBackwardCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

#include "kaito/kernels/swiglu/swiglu.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/swiglu/swiglu_cpu.h"

namespace kaito::kernels {
namespace {

absl::string_view Name(GateActivation activation) {
  return activation == GateActivation::kSilu ? "silu" : "gelu_tanh";
}

absl::Status CheckShape(int64_t rows, int64_t columns, int64_t stride,
                        Where where) {
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", rows}, {"columns", columns}}, where));
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", rows}, {"stride", stride}}, where));
  if (stride < columns) {
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": stride is below columns: rows would overlap"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Swiglu(const SwigluParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("swiglu(", Name(params.activation),
                        ", rows=", params.rows, ", columns=", params.columns,
                        ", stride=", params.stride, ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckShape(params.rows, params.columns, params.stride, where));
  const int64_t elements = params.rows * params.columns;
  KAITO_RETURN_IF_ERROR(CheckBuffers({{"gate", params.gate, elements},
                                      {"up", params.up, elements},
                                      {"y", params.y, elements}},
                                     where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  SwigluCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status SwigluBackward(const SwigluBackwardParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("swiglu_backward(", Name(params.activation),
                        ", rows=", params.rows, ", columns=", params.columns,
                        ", stride=", params.stride, ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckShape(params.rows, params.columns, params.stride, where));
  const int64_t elements = params.rows * params.columns;
  KAITO_RETURN_IF_ERROR(CheckBuffers({{"gate", params.gate, elements},
                                      {"up", params.up, elements},
                                      {"dy", params.dy, elements},
                                      {"dgate", params.dgate, elements},
                                      {"dup", params.dup, elements}},
                                     where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  SwigluBackwardCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

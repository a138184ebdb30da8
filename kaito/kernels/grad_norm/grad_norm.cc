#include "kaito/kernels/grad_norm/grad_norm.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/grad_norm/grad_norm_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

absl::Status CheckTensors(const GradTensor* tensors, int64_t count,
                          Where where) {
  KAITO_RETURN_IF_ERROR(CheckSizes({{"tensor_count", count}}, where));
  KAITO_RETURN_IF_ERROR(CheckBuffers({{"tensors", tensors, count, 8}}, where));
  for (int64_t i = 0; i < count; ++i) {
    const auto tensor_where = [&] {
      return absl::StrCat(where(), ": tensor ", i);
    };
    const GradTensor& tensor = tensors[i];
    KAITO_RETURN_IF_ERROR(CheckSizes({{"size", tensor.size}}, tensor_where));
    KAITO_RETURN_IF_ERROR(
        CheckBuffers({{"data", tensor.data, tensor.size}}, tensor_where));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status GradNorm(const GradNormParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("grad_norm(tensors=", params.tensor_count, ", ",
                        stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckTensors(params.tensors, params.tensor_count, where));
  KAITO_RETURN_IF_ERROR(CheckBuffers({{"totals", params.totals, 1, 8}}, where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  GradNormCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status ScaleGrads(const ScaleGradsParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("scale_grads(tensors=", params.tensor_count,
                        ", factor=", params.factor, ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckTensors(params.tensors, params.tensor_count, where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  ScaleGradsCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

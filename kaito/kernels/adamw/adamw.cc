#include "kaito/kernels/adamw/adamw.h"

#include <cmath>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/adamw/adamw_cpu.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

struct NamedNumber {
  absl::string_view name;
  double value;
  bool is_beta;
};

absl::Status CheckNumbers(const AdamwParams& params, Where where) {
  if (params.step < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": step is ", params.step, ", the first is 1"));
  }
  for (const NamedNumber& number :
       {NamedNumber{"learning_rate", params.learning_rate, false},
        NamedNumber{"beta1", params.beta1, true},
        NamedNumber{"beta2", params.beta2, true},
        NamedNumber{"epsilon", params.epsilon, false},
        NamedNumber{"weight_decay", params.weight_decay, false}}) {
    const bool good = std::isfinite(number.value) && number.value >= 0 &&
                      (!number.is_beta || number.value < 1);
    if (good) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        where(), ": ", number.name, " is ", number.value,
        number.is_beta ? ", want 0 to below 1" : ", want 0 or more"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Adamw(const AdamwParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("adamw(tensors=", params.tensor_count,
                        ", step=", params.step, ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(CheckNumbers(params, where));
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"tensor_count", params.tensor_count}}, where));
  KAITO_RETURN_IF_ERROR(CheckBuffers(
      {{"tensors", params.tensors, params.tensor_count, 8}}, where));
  for (int64_t i = 0; i < params.tensor_count; ++i) {
    const auto tensor_where = [&] {
      return absl::StrCat(where(), ": tensor ", i);
    };
    const AdamwTensor& tensor = params.tensors[i];
    KAITO_RETURN_IF_ERROR(CheckSizes({{"size", tensor.size}}, tensor_where));
    KAITO_RETURN_IF_ERROR(
        CheckBuffers({{"parameter", tensor.parameter, tensor.size},
                      {"gradient", tensor.gradient, tensor.size},
                      {"first", tensor.first, tensor.size},
                      {"second", tensor.second, tensor.size}},
                     tensor_where));
  }
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  AdamwCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

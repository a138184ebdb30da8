#include "kaito/kernels/cross_entropy/cross_entropy.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/cross_entropy/cross_entropy_cpu.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

absl::Status CheckLabels(const CrossEntropyParams& params, Where where) {
  for (int64_t i = 0; i < params.tokens; ++i) {
    const int32_t label = params.labels[i];
    if (label == kIgnoredLabel) continue;
    if (label >= 0 && label < params.vocabulary) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": the label of token ", i, " is ", label,
                     ", which is neither a token nor ", kIgnoredLabel));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CrossEntropy(const CrossEntropyParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("cross_entropy(tokens=", params.tokens,
                        ", hidden_size=", params.hidden_size,
                        ", vocabulary=", params.vocabulary, ", ",
                        NameOf(params.weight_type), ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(CheckSizes(
      {{"tokens", params.tokens}, {"hidden_size", params.hidden_size}}, where));
  KAITO_RETURN_IF_ERROR(CheckSizes(
      {{"vocabulary", params.vocabulary}, {"hidden_size", params.hidden_size}},
      where));
  if (params.weight_type == FloatType::kFp16) {
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": weights are f32 or bf16"));
  }
  KAITO_RETURN_IF_ERROR(CheckBuffers(
      {{"hidden", params.hidden, params.tokens * params.hidden_size},
       {"weight", params.weight, params.vocabulary * params.hidden_size,
        BytesOf(params.weight_type)},
       {"labels", params.labels, params.tokens},
       {"totals", params.totals, 1, 8}},
      where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  KAITO_RETURN_IF_ERROR(CheckLabels(params, where));
  CrossEntropyCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

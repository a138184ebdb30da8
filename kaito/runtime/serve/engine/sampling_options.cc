#include "kaito/runtime/serve/engine/sampling_options.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime::serve {
namespace {

absl::Status Wrong(absl::string_view field, double value,
                   absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": is ", value, ", want ", want));
}

// NaN is in no range.
absl::Status InRange(absl::string_view field, double value, double low,
                     double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return Wrong(field, value, absl::StrCat(low, " to ", high));
}

}  // namespace

absl::Status CheckSampling(const SamplingOptions& o, int64_t vocab_size) {
  // Beyond 100 all tokens are as likely as each other in float; OpenAI's own
  // limit is 2.
  KAITO_RETURN_IF_ERROR(InRange("temperature", o.temperature, 0, 100));
  if (o.top_k < 0)
    return Wrong("top_k", static_cast<double>(o.top_k), "0 or more");
  if (!(o.top_p > 0 && o.top_p <= 1)) {
    return Wrong("top_p", o.top_p, "above 0, to 1");
  }
  KAITO_RETURN_IF_ERROR(InRange("min_p", o.min_p, 0, 1));
  if (!(o.repetition_penalty > 0 && o.repetition_penalty <= 100)) {
    return Wrong("repetition_penalty", o.repetition_penalty, "above 0, to 100");
  }
  KAITO_RETURN_IF_ERROR(InRange("presence_penalty", o.presence_penalty, -2, 2));
  KAITO_RETURN_IF_ERROR(
      InRange("frequency_penalty", o.frequency_penalty, -2, 2));
  KAITO_RETURN_IF_ERROR(InRange(
      "top_logprobs", static_cast<double>(o.top_logprobs), 0, kMaxTopLogprobs));
  if (static_cast<int64_t>(o.logit_bias.size()) > kMaxLogitBiases) {
    return absl::InvalidArgumentError(
        absl::StrCat("logit_bias: has ", o.logit_bias.size(),
                     " tokens, at most ", kMaxLogitBiases));
  }
  for (const auto& [id, bias] : o.logit_bias) {
    if (id < 0 || id >= vocab_size) {
      return absl::InvalidArgumentError(absl::StrCat(
          "logit_bias: ", id, " is no token, want 0 to ", vocab_size - 1));
    }
    KAITO_RETURN_IF_ERROR(InRange("logit_bias", bias, -100, 100));
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime::serve

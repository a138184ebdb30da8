#include "kaito/kernels/sampling/sampling.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/sampling/sampling_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

absl::Status OutOfRange(absl::string_view name, double value,
                        absl::string_view want, Where where) {
  return absl::InvalidArgumentError(
      absl::StrCat(where(), ": ", name, " is ", value, ", want ", want));
}

// Negated comparisons, so that a NaN is out of each range.
absl::Status CheckFilters(const SamplingParams& p, Where where) {
  if (!(p.repetition_penalty > 0) || std::isinf(p.repetition_penalty)) {
    return OutOfRange("repetition_penalty", p.repetition_penalty, "above 0",
                      where);
  }
  if (!(p.temperature >= 0) || std::isinf(p.temperature)) {
    return OutOfRange("temperature", p.temperature, "0 or more", where);
  }
  if (p.top_k < 0) {
    return OutOfRange("top_k", static_cast<double>(p.top_k), "0 or more",
                      where);
  }
  if (!(p.top_p > 0 && p.top_p <= 1)) {
    return OutOfRange("top_p", p.top_p, "above 0, to 1", where);
  }
  if (!(p.min_p >= 0 && p.min_p <= 1)) {
    return OutOfRange("min_p", p.min_p, "0 to 1", where);
  }
  return absl::OkStatus();
}

absl::Status CheckHistory(const SamplingParams& p, Where where) {
  for (int64_t i = 0; i < p.history_size; ++i) {
    if (p.history[i] >= 0 && p.history[i] < p.vocabulary) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        where(), ": token ", i, " of the history is ", p.history[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SamplingProbabilities(const SamplingParams& p, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("sampling(vocabulary=", p.vocabulary, ", ",
                        stream.Name(), ")");
  };
  if (p.vocabulary < 1 || p.vocabulary > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": vocabulary is not 1 to 2^31 - 1"));
  }
  KAITO_RETURN_IF_ERROR(CheckSizes({{"history_size", p.history_size}}, where));
  KAITO_RETURN_IF_ERROR(
      CheckBuffers({{"logits", p.logits, p.vocabulary},
                    {"history", p.history, p.history_size},
                    {"probabilities", p.probabilities, p.vocabulary},
                    {"order", p.order, p.vocabulary}},
                   where));
  KAITO_RETURN_IF_ERROR(CheckFilters(p, where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  KAITO_RETURN_IF_ERROR(CheckHistory(p, where));
  if (!SamplingCpu(p)) {
    return absl::InternalError(
        absl::StrCat(where(), ": a logit is NaN or infinite, or all are -inf"));
  }
  return absl::OkStatus();
}

absl::StatusOr<int32_t> TokenAt(std::span<const float> probabilities,
                                double uniform) {
  if (!(uniform >= 0 && uniform < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("sampling: uniform is ", uniform, ", want [0, 1)"));
  }
  double total = 0;
  for (const float p : probabilities) total += p;
  const double target = uniform * total;
  double sum = 0;
  int32_t last = -1;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    if (!(probabilities[i] > 0)) continue;
    last = static_cast<int32_t>(i);
    sum += probabilities[i];
    if (sum > target) return last;
  }
  if (last < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("sampling: all of ", probabilities.size(),
                     " probabilities are 0 or NaN"));
  }
  return last;
}

}  // namespace kaito::kernels

#include "kaito/kernels/testing/compare.h"

#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace kaito::kernels::testing {
namespace {

// Both NaN, or the same infinity, or both finite.
bool SameKind(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::isinf(a) || std::isinf(b)) return a == b;
  return true;
}

std::string At(int64_t i, std::span<const double> got,
               std::span<const double> want) {
  return absl::StrFormat("got %.9g, want %.9g at index %d of %d", got[i],
                         want[i], i, want.size());
}

std::string Because(const Tolerance& tolerance) {
  return tolerance.reason.empty() ? ""
                                  : absl::StrCat(" (", tolerance.reason, ")");
}

}  // namespace

Comparison Compare(std::span<const double> got, std::span<const double> want) {
  Comparison result;
  result.count = static_cast<int64_t>(want.size());
  double difference_squared = 0;
  double want_squared = 0;
  bool any_special = false;
  for (int64_t i = 0; i < result.count; ++i) {
    if (!SameKind(got[i], want[i])) {
      if (result.special_mismatches++ == 0) result.first_special = i;
      continue;
    }
    if (!std::isfinite(want[i])) {
      any_special = true;
      continue;
    }
    const double difference = std::abs(got[i] - want[i]);
    if (difference > result.max_abs) {
      result.max_abs = difference;
      result.worst = i;
    }
    difference_squared += difference * difference;
    want_squared += want[i] * want[i];
  }
  if (want_squared > 0) {
    result.relative_norm = std::sqrt(difference_squared / want_squared);
  } else if (difference_squared > 0) {
    result.relative_norm = std::numeric_limits<double>::infinity();
  }
  result.want_is_zero = result.count > 0 && want_squared == 0 && !any_special &&
                        result.special_mismatches == 0;
  return result;
}

absl::Status CheckClose(std::span<const double> got,
                        std::span<const double> want,
                        const Tolerance& tolerance) {
  if (got.size() != want.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "compare: got ", got.size(), " elements, want ", want.size()));
  }
  const Comparison c = Compare(got, want);
  if (c.special_mismatches > 0) {
    return absl::InternalError(absl::StrCat(
        "compare: NaN or infinity differs in ", c.special_mismatches,
        " elements; first: ", At(c.first_special, got, want)));
  }
  if (c.want_is_zero && !tolerance.zeros_are_meant) {
    return absl::FailedPreconditionError(absl::StrCat(
        "compare: all ", c.count, " elements of the reference are zero"));
  }
  // Negated, so that a NaN fails.
  if (!(c.max_abs <= tolerance.max_abs)) {
    return absl::InternalError(absl::StrFormat(
        "compare: largest difference is %.6g, allowed %.6g%s: %s", c.max_abs,
        tolerance.max_abs, Because(tolerance), At(c.worst, got, want)));
  }
  if (!(c.relative_norm <= tolerance.relative_norm)) {
    return absl::InternalError(absl::StrFormat(
        "compare: relative norm is %.6g, allowed %.6g%s; worst: %s",
        c.relative_norm, tolerance.relative_norm, Because(tolerance),
        At(c.worst, got, want)));
  }
  return absl::OkStatus();
}

std::vector<double> ToDouble(std::span<const float> values) {
  return std::vector<double>(values.begin(), values.end());
}

std::vector<double> ToDouble(std::span<const bf16> values) {
  std::vector<double> result;
  result.reserve(values.size());
  for (const bf16 value : values) result.push_back(ToFloat(value));
  return result;
}

std::vector<double> ToDouble(std::span<const fp16> values) {
  std::vector<double> result;
  result.reserve(values.size());
  for (const fp16 value : values) result.push_back(ToFloat(value));
  return result;
}

}  // namespace kaito::kernels::testing

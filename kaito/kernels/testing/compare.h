#ifndef KAITO_KERNELS_TESTING_COMPARE_H_
#define KAITO_KERNELS_TESTING_COMPARE_H_

// Compares what a kernel wrote with what its reference says. For tests, and for
// benchmarks that check their results. A tolerance names its reason.
//
//   const Tolerance tolerance = {.relative_norm = 4e-3, .max_abs = 0.02,
//                                .reason = "bf16 output, 8 bits of mantissa"};
//   KAITO_EXPECT_OK(CheckClose(ToDouble(out), want, tolerance));
//
// Results that must agree bit for bit (fills, copies, integers) are compared as
// bytes with EXPECT_EQ instead.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels::testing {

struct Tolerance {
  double relative_norm = 0;  // |got - want| / |want| as vectors, at most.
  double max_abs = 0;        // |got[i] - want[i]| for each i, at most.
  std::string reason;        // Types and lengths that the numbers follow from.
  // A reference of zeros alone passes only on request: most kernels that do
  // nothing would pass too.
  bool zeros_are_meant = false;
};

struct Comparison {
  int64_t count = 0;
  // Elements where one side is NaN and the other isn't, or where infinities
  // differ.
  int64_t special_mismatches = 0;
  int64_t first_special = -1;
  // Over the elements that are finite on both sides.
  double max_abs = 0;
  int64_t worst = -1;        // Where max_abs is; -1 where nothing differs.
  double relative_norm = 0;  // Infinite where want is all zeros and got isn't.
  bool want_is_zero = false;
};

// Both sides must have the same size: CheckClose checks that.
Comparison Compare(std::span<const double> got, std::span<const double> want);

// OK where `got` is within `tolerance` of `want`, NaNs and infinities included;
// else the worst element, both its values and its index.
absl::Status CheckClose(std::span<const double> got,
                        std::span<const double> want,
                        const Tolerance& tolerance);

// Exact.
std::vector<double> ToDouble(std::span<const float> values);
std::vector<double> ToDouble(std::span<const bf16> values);
std::vector<double> ToDouble(std::span<const fp16> values);

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_TESTING_COMPARE_H_

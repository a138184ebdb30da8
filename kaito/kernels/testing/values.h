#ifndef KAITO_KERNELS_TESTING_VALUES_H_
#define KAITO_KERNELS_TESTING_VALUES_H_

// Test data that is the same on every machine, and the judge of gradients. For
// tests and benchmarks.
//
//   const std::vector<float> x = Values(rows * columns, /*seed=*/1);
//   std::vector<double> v = ToDouble(x);
//   EXPECT_LT(GradientError(v, gradient, [&] { return Loss(v); }), 1e-7);

#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"

namespace kaito::kernels::testing {

// Uniform in (-1, 1), never zero.
std::vector<float> Values(int64_t count, uint32_t seed);

// The largest difference between `gradient` and the central differences of
// `loss` over each element of `x`, which `loss` must read, relative to the
// gradient's largest element. With a step of 1e-5 and values of about 1 the
// differences themselves are good to some 1e-9.
double GradientError(std::span<double> x, std::span<const double> gradient,
                     absl::FunctionRef<double()> loss);

// The sum of a[i] * b[i]: a loss that gives each output a weight.
double Dot(std::span<const double> a, std::span<const double> b);

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_TESTING_VALUES_H_

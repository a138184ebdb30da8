#include "kaito/kernels/testing/values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace kaito::kernels::testing {

std::vector<float> Values(int64_t count, uint32_t seed) {
  // The engine's numbers are fixed by the C++ standard; its distributions are
  // not.
  std::mt19937 engine(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    value = (static_cast<float>(engine() >> 9) + 0.5f) * 0x1p-22f - 1.0f;
  }
  return values;
}

double GradientError(std::span<double> x, std::span<const double> gradient,
                     absl::FunctionRef<double()> loss) {
  constexpr double kStep = 1e-5;
  if (x.size() != gradient.size()) {
    return std::numeric_limits<double>::infinity();
  }
  double most = 0;
  double error = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double saved = x[i];
    x[i] = saved + kStep;
    const double above = loss();
    x[i] = saved - kStep;
    const double below = loss();
    x[i] = saved;
    const double difference = (above - below) / (2 * kStep);
    const double off = std::abs(difference - gradient[i]);
    if (!std::isfinite(off)) return std::numeric_limits<double>::infinity();
    error = std::max(error, off);
    most = std::max(most, std::abs(difference));
  }
  return most > 0 ? error / most : error;
}

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace kaito::kernels::testing

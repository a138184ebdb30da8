#include "kaito/base/random/normal.h"

#include <cmath>

// This file is compiled with -ffp-contract=off: additions, multiplications,
// divisions and square roots are then exactly IEEE 754's everywhere.

namespace kaito {
namespace {

constexpr double kLn2 = 0.693147180559945309417232121458;
constexpr double kSqrtHalf = 0.707106781186547524400844362105;
constexpr double kTwoPi = 6.28318530717958647692528676656;

// ln x = e ln 2 + 2 atanh((m - 1) / (m + 1)) with x = m 2^e, m in [0.71, 1.41].
double Log(double x) {
  int e = 0;
  double m = std::frexp(x, &e);
  if (m < kSqrtHalf) {
    m *= 2;
    --e;
  }
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;  // At most 0.0295: 11 terms reach 2^-53.
  double sum = 0;
  for (int k = 21; k >= 3; k -= 2) sum = (sum + 1.0 / k) * s2;
  return e * kLn2 + 2 * (s + s * sum);
}

// Taylor series for |x| <= pi / 4: the first term left out is below 2^-57.
double Sin(double x) {
  const double x2 = x * x;
  double sum = 1;
  for (int k = 16; k >= 2; k -= 2) sum = 1 - sum * x2 / (k * (k + 1));
  return x * sum;
}

double Cos(double x) {
  const double x2 = x * x;
  double sum = 1;
  for (int k = 17; k >= 1; k -= 2) sum = 1 - sum * x2 / (k * (k + 1));
  return sum;
}

}  // namespace

NormalPair BoxMuller(double u1, double u2) {
  const double radius = std::sqrt(-2 * Log(u1));
  // u2 = quarter / 4 + rest, with |rest| <= 1/8, exactly.
  const int quarter = static_cast<int>(4 * u2 + 0.5);
  const double angle = kTwoPi * (u2 - quarter * 0.25);
  const double s = radius * Sin(angle);
  const double c = radius * Cos(angle);
  switch (quarter % 4) {
    case 0:
      return {c, s};
    case 1:
      return {-s, c};
    case 2:
      return {-c, -s};
    default:
      return {s, -c};
  }
}

}  // namespace kaito

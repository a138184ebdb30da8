#ifndef KAITO_BASE_RANDOM_NORMAL_H_
#define KAITO_BASE_RANDOM_NORMAL_H_

// The Box-Muller transformation with the same bits on every platform:
// logarithm, sine and cosine are series of our own, since those of C libraries
// differ in the last place. Used by Random::Normal; kernels may test against
// it.

namespace kaito {

struct NormalPair {
  double first = 0;
  double second = 0;
};

// Two independent standard normal values from two independent uniform ones:
// sqrt(-2 ln u1) * cos(2 pi u2) and the same with sin. u1 is in (0, 1], u2 in
// [0, 1), both multiples of 2^-53. Relative error below 1e-15 where the cosine
// or sine is not near 0.
NormalPair BoxMuller(double u1, double u2);

}  // namespace kaito

#endif  // KAITO_BASE_RANDOM_NORMAL_H_

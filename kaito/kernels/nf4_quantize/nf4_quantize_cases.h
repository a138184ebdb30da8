#ifndef KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_CASES_H_
#define KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_CASES_H_

// Inputs that every version is tested on. Tolerance: none; codes, scales and
// values are equal bit for bit, but for the payload of a NaN.

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"

namespace kaito::kernels {

struct Nf4QuantizeCase {
  int64_t count;
  int64_t block;
};

inline std::vector<Nf4QuantizeCase> Nf4QuantizeCases() {
  std::vector<Nf4QuantizeCase> cases;
  // Around a vector, a byte, a block, and nothing.
  for (const int64_t count :
       {0,  1,  2,   3,   15,  16,   17,   31,   33,   63,
        64, 65, 127, 128, 129, 1000, 4095, 4096, 4097, 10001}) {
    for (const int64_t block : {32, 64, 128, 4096}) {
      cases.push_back({count, block});
    }
  }
  // More than a grain of work for each of three workers.
  cases.push_back({200003, 64});
  return cases;
}

// Normal numbers, and among them blocks of what is special: zeros of both
// signs, one element alone, infinities, NaN, subnormals, and each threshold
// with its neighbours, where absmax is 1.
inline std::vector<float> Nf4QuantizeInput(int64_t count, int64_t block) {
  std::mt19937 random(static_cast<uint32_t>(count * 31 + block));
  std::normal_distribution<float> normal(0.0f, 0.02f);
  std::vector<float> x(count);
  for (float& value : x) value = normal(random);
  constexpr float kInf = std::numeric_limits<float>::infinity();
  for (int64_t i = 0; i < count; ++i) {
    const int64_t within = i % block;
    switch (i / block % 16) {
      case 1:
        x[i] = within % 3 == 0 ? -0.0f : 0.0f;
        break;
      case 3:
        x[i] = within == 5 ? -3.0f : 0.0f;
        break;
      case 5:
        if (within == 7) x[i] = -kInf;
        break;
      case 7:
        if (within == 9) x[i] = std::numeric_limits<float>::quiet_NaN();
        break;
      case 9:
        x[i] *= 1e-38f;  // Of which 1 / absmax may be infinite.
        break;
      case 11:
      case 13:
        x[i] = kNf4Thresholds[within % 15];
        if (within % 4 == 1) x[i] = std::nextafterf(x[i], 2.0f);
        if (within % 4 == 2) x[i] = std::nextafterf(x[i], -2.0f);
        if (within == 0) x[i] = 1.0f;
        break;
      default:
        break;
    }
  }
  return x;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_CASES_H_

#ifndef KAITO_KERNELS_SAMPLING_SAMPLING_CASES_H_
#define KAITO_KERNELS_SAMPLING_SAMPLING_CASES_H_

// Filters and sizes that every version is tested on. Logits are in (-8, 8);
// their exponentials and sums in float are good to 1e-6 of the largest
// probability.

#include <cstdint>
#include <vector>

namespace kaito::kernels {

struct SamplingCase {
  int64_t vocabulary;
  double repetition_penalty;
  double temperature;
  int64_t top_k;
  double top_p;
  double min_p;
};

inline constexpr double kSamplingMaxAbs = 2e-6;

inline std::vector<SamplingCase> SamplingCases() {
  std::vector<SamplingCase> cases;
  // Around vectors of 4, 8 and 16 floats; then more than is sorted at once.
  for (const int64_t vocabulary : {1, 3, 4, 8, 9, 16, 17, 31, 100, 5003}) {
    cases.push_back({vocabulary, 1, 1, 0, 1, 0});
    cases.push_back({vocabulary, 1.3, 0, 0, 1, 0});
    cases.push_back({vocabulary, 0.8, 0.7, 5, 1, 0});
    cases.push_back({vocabulary, 1, 1.6, 0, 0.9, 0});
    cases.push_back({vocabulary, 1, 1, 0, 1, 0.05});
    cases.push_back({vocabulary, 1.15, 0.8, 40, 0.9, 0.02});
    cases.push_back({vocabulary, 1, 8, 0, 0.999, 0});
    cases.push_back({vocabulary, 1, 1, 100000, 0.01, 1});
  }
  return cases;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SAMPLING_SAMPLING_CASES_H_

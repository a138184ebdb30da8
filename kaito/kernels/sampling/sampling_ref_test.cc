#include "kaito/kernels/sampling/sampling_ref.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/sampling/sampling_params.h"

namespace kaito::kernels {
namespace {

using Doubles = std::vector<double>;

// Of weights 1, 2, 4, 1 (8 in all).
Doubles Filtered(SamplingParamsOf<double> params) {
  const Doubles logits = {0, std::log(2.0), std::log(4.0), 0};
  Doubles probabilities(4);
  params.logits = logits.data();
  params.vocabulary = 4;
  params.probabilities = probabilities.data();
  SamplingRef(params);
  return probabilities;
}

void ExpectNear(const Doubles& got, const Doubles& want) {
  for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-12);
}

TEST(SamplingRef, AppliesEachFilter) {
  ExpectNear(Filtered({}), {0.125, 0.25, 0.5, 0.125});
  ExpectNear(Filtered({.temperature = 0}), {0, 0, 1, 0});
  ExpectNear(Filtered({.temperature = 0.5}),
             {1 / 22.0, 4 / 22.0, 16 / 22.0, 1 / 22.0});
  ExpectNear(Filtered({.top_k = 2}), {0, 1 / 3.0, 2 / 3.0, 0});
  // Both equal the third.
  ExpectNear(Filtered({.top_k = 3}), {0.125, 0.25, 0.5, 0.125});
  ExpectNear(Filtered({.top_p = 0.6}), {0, 1 / 3.0, 2 / 3.0, 0});
  ExpectNear(Filtered({.top_p = 0.8}), {1 / 7.0, 2 / 7.0, 4 / 7.0, 0});
  ExpectNear(Filtered({.min_p = 0.4}), {0, 1 / 3.0, 2 / 3.0, 0});
  const std::vector<int32_t> history = {2, 2};
  ExpectNear(Filtered({.history = history.data(),
                       .history_size = 2,
                       .repetition_penalty = 2}),
             {1 / 6.0, 2 / 6.0, 2 / 6.0, 1 / 6.0});
}

}  // namespace
}  // namespace kaito::kernels

#include "kaito/kernels/sampling/sampling_cpu.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/sampling/sampling_cases.h"
#include "kaito/kernels/sampling/sampling_params.h"
#include "kaito/kernels/sampling/sampling_ref.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"
#include "kaito/kernels/testing/host_buffer.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::HostBuffer;
using testing::ToDouble;
using testing::Values;

void ExpectEqualsTheReference(const SamplingCase& c) {
  std::vector<float> logits = Values(c.vocabulary, 3);
  for (float& logit : logits) logit *= 8;
  const auto last = static_cast<int32_t>(c.vocabulary - 1);
  const std::vector<int32_t> history = {0, last / 2, last, 0};
  HostBuffer got(c.vocabulary);
  std::vector<int32_t> order(c.vocabulary);
  ASSERT_TRUE(SamplingCpu({.logits = logits.data(),
                           .vocabulary = c.vocabulary,
                           .history = history.data(),
                           .history_size = 4,
                           .repetition_penalty = c.repetition_penalty,
                           .temperature = c.temperature,
                           .top_k = c.top_k,
                           .top_p = c.top_p,
                           .min_p = c.min_p,
                           .probabilities = got.data(),
                           .order = order.data()}));
  const std::vector<double> logits_in_double = ToDouble(logits);
  std::vector<double> want(c.vocabulary);
  SamplingRef({.logits = logits_in_double.data(),
               .vocabulary = c.vocabulary,
               .history = history.data(),
               .history_size = 4,
               .repetition_penalty = c.repetition_penalty,
               .temperature = c.temperature,
               .top_k = c.top_k,
               .top_p = c.top_p,
               .min_p = c.min_p,
               .probabilities = want.data()});
  EXPECT_EQ(got.Damage(), "");
  KAITO_EXPECT_OK(testing::CheckClose(got.ToDouble(), want,
                                      {.relative_norm = 2e-6,
                                       .max_abs = kSamplingMaxAbs,
                                       .reason = "float exponentials"}));
  for (int64_t i = 0; i < c.vocabulary; ++i) {
    ASSERT_EQ(got.values()[i] == 0, want[i] == 0) << "token " << i;
  }
}

TEST(SamplingCpu, EqualsTheReferenceOnEveryTarget) {
  testing::ForEachCpuTarget([&] {
    for (const SamplingCase& c : SamplingCases()) {
      SCOPED_TRACE(::testing::Message()
                   << "vocabulary " << c.vocabulary << ", temperature "
                   << c.temperature << ", top_p " << c.top_p);
      ExpectEqualsTheReference(c);
    }
  });
}

bool Accepts(std::vector<float> logits) {
  std::vector<float> probabilities(logits.size());
  std::vector<int32_t> order(logits.size());
  return SamplingCpu({.logits = logits.data(),
                      .vocabulary = static_cast<int64_t>(logits.size()),
                      .top_k = 2,
                      .top_p = 0.5,
                      .probabilities = probabilities.data(),
                      .order = order.data()});
}

TEST(SamplingCpu, NoticesLogitsThatAreNoNumbers) {
  const float inf = std::numeric_limits<float>::infinity();
  testing::ForEachCpuTarget([&] {
    for (const size_t at : {0, 5, 36}) {
      std::vector<float> logits(37, -1.0f);
      logits[at] = -inf;
      EXPECT_TRUE(Accepts(logits));
      logits[at] = inf;
      EXPECT_FALSE(Accepts(logits));
      logits[at] = std::nanf("");
      EXPECT_FALSE(Accepts(logits));
    }
    EXPECT_FALSE(Accepts(std::vector<float>(20, -inf)));
  });
}

}  // namespace
}  // namespace kaito::kernels

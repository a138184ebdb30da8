#include "kaito/kernels/sampling/sampling_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/sampling/sampling_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/simd/exp-inl.h"
#include "kaito/kernels/simd/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

// The largest; NaN where there is one.
float Largest(const float* x, int64_t count) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  auto largest = hn::Set(d, -std::numeric_limits<float>::infinity());
  auto nans = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    nans = hn::IfThenElse(hn::IsNaN(v), hn::Set(d, 1.0f), nans);
    largest = hn::Max(v, largest);
  }
  float result = hn::GetLane(hn::MaxOfLanes(d, largest));
  bool any_nan = hn::GetLane(hn::SumOfLanes(d, nans)) > 0;
  for (; i < count; ++i) {
    any_nan = any_nan || std::isnan(x[i]);
    result = std::max(result, x[i]);
  }
  return any_nan ? std::numeric_limits<float>::quiet_NaN() : result;
}

// x becomes exp(x - largest).
void ExpBelow(float* x, int64_t count, float largest) {
  ForEachVector(count, [&](auto d, int64_t i) HWY_ATTR {
    const auto below = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, largest));
    hn::StoreU(Exp(d, below), d, x + i);
  });
}

void Multiply(const float* from, int64_t count, float factor, float* to) {
  ForEachVector(count, [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, from + i), hn::Set(d, factor)), d, to + i);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(Largest);
HWY_EXPORT(ExpBelow);
HWY_EXPORT(Multiply);

constexpr float kDropped = -std::numeric_limits<float>::infinity();

// probabilities = logits after penalty and temperature.
void Score(const SamplingParams& p) {
  float* const scores = p.probabilities;
  // Greedy is of any temperature: that of 1 rounds nothing.
  const double temperature = p.temperature == 0 ? 1 : p.temperature;
  HWY_DYNAMIC_DISPATCH(Multiply)
  (p.logits, p.vocabulary, static_cast<float>(1 / temperature), scores);
  if (p.repetition_penalty == 1) return;
  // From the logits: a token's second occurrence changes nothing.
  const auto penalty = static_cast<float>(p.repetition_penalty);
  for (int64_t i = 0; i < p.history_size; ++i) {
    const int32_t token = p.history[i];
    const float logit = p.logits[token];
    const float penalised = logit < 0 ? logit * penalty : logit / penalty;
    scores[token] = penalised * static_cast<float>(1 / temperature);
  }
}

void KeepTheLargest(const SamplingParams& p) {
  float* const scores = p.probabilities;
  for (int64_t i = 0; i < p.vocabulary; ++i) {
    p.order[i] = static_cast<int32_t>(i);
  }
  std::nth_element(p.order, p.order + p.top_k - 1, p.order + p.vocabulary,
                   [&](int32_t a, int32_t b) { return scores[a] > scores[b]; });
  const float least = scores[p.order[p.top_k - 1]];
  for (int64_t i = 0; i < p.vocabulary; ++i) {
    if (scores[i] < least) scores[i] = kDropped;
  }
}

double Sum(const float* x, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += x[i];
  return sum;
}

// Drops the tail: a weight goes where it and all after it, from the largest to
// the smallest, are at most 1 - top_p of all. Few are kept as a rule, so only
// as many as needed are sorted.
void KeepTheHead(const SamplingParams& p) {
  constexpr int64_t kFirstSorted = 64;
  float* const weights = p.probabilities;
  const auto total = static_cast<float>(Sum(weights, p.vocabulary));
  int64_t count = 0;
  double tail = 0;  // Of the probabilities, rounded as they are in float.
  for (int64_t i = 0; i < p.vocabulary; ++i) {
    if (weights[i] == 0) continue;
    p.order[count++] = static_cast<int32_t>(i);
    tail += weights[i] / total;
  }
  const auto dropped = static_cast<float>(1 - p.top_p);
  const auto before = [&](int32_t a, int32_t b) {
    return weights[a] != weights[b] ? weights[a] > weights[b] : a < b;
  };
  int64_t sorted = 0;
  int64_t kept = 0;
  while (kept < count) {
    if (kept == sorted) {
      const int64_t more = std::max(kFirstSorted, 7 * sorted);
      const int64_t next = std::min(count, sorted + more);
      if (next < count) {
        std::nth_element(p.order + sorted, p.order + next, p.order + count,
                         before);
      }
      std::sort(p.order + sorted, p.order + next, before);
      sorted = next;
    }
    if (kept > 0 && static_cast<float>(tail) <= dropped) break;
    tail -= weights[p.order[kept]] / total;
    ++kept;
  }
  for (int64_t i = kept; i < count; ++i) weights[p.order[i]] = 0;
}

}  // namespace

bool SamplingCpu(const SamplingParams& p) {
  float* const values = p.probabilities;
  Score(p);
  const float largest = HWY_DYNAMIC_DISPATCH(Largest)(values, p.vocabulary);
  if (!std::isfinite(largest)) return false;
  if (p.temperature == 0) {
    const int64_t token =
        std::find(values, values + p.vocabulary, largest) - values;
    std::fill_n(values, p.vocabulary, 0.0f);
    values[token] = 1;
    return true;
  }
  if (p.top_k > 0 && p.top_k < p.vocabulary) KeepTheLargest(p);
  HWY_DYNAMIC_DISPATCH(ExpBelow)(values, p.vocabulary, largest);
  if (p.top_p < 1) KeepTheHead(p);
  if (p.min_p > 0) {
    // The largest weight is 1.
    const auto least = static_cast<float>(p.min_p);
    for (int64_t i = 0; i < p.vocabulary; ++i) {
      if (values[i] < least) values[i] = 0;
    }
  }
  const double total = Sum(values, p.vocabulary);
  HWY_DYNAMIC_DISPATCH(Multiply)
  (values, p.vocabulary, static_cast<float>(1 / total), values);
  return true;
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

#include "kaito/kernels/cross_entropy/cross_entropy_ref.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace kaito::kernels {
namespace {

std::vector<double> Logits(const CrossEntropyParamsOf<double>& p,
                           const double* hidden) {
  const auto* const weight = static_cast<const double*>(p.weight);
  std::vector<double> logits(p.vocabulary);
  for (int64_t v = 0; v < p.vocabulary; ++v) {
    for (int64_t h = 0; h < p.hidden_size; ++h) {
      logits[v] += hidden[h] * weight[v * p.hidden_size + h];
    }
  }
  return logits;
}

// Of probabilities that are about to become their logarithm's derivative.
void AddGradient(const CrossEntropyParamsOf<double>& p,
                 const std::vector<double>& probabilities, int32_t label,
                 double* dhidden) {
  const auto* const weight = static_cast<const double*>(p.weight);
  for (int64_t v = 0; v < p.vocabulary; ++v) {
    const double dlogit = probabilities[v] - (v == label ? 1 : 0);
    for (int64_t h = 0; h < p.hidden_size; ++h) {
      dhidden[h] += p.gradient_scale * dlogit * weight[v * p.hidden_size + h];
    }
  }
}

}  // namespace

void CrossEntropyRef(const CrossEntropyParamsOf<double>& p) {
  *p.totals = {};
  for (int64_t t = 0; t < p.tokens; ++t) {
    const int32_t label = p.labels[t];
    double* const dhidden =
        p.dhidden == nullptr ? nullptr : p.dhidden + t * p.hidden_size;
    if (dhidden != nullptr) std::fill_n(dhidden, p.hidden_size, 0.0);
    if (p.loss != nullptr) p.loss[t] = 0;
    if (label == kIgnoredLabel) continue;

    const std::vector<double> logits = Logits(p, p.hidden + t * p.hidden_size);
    const auto largest = std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit - *largest);
    const double log_sum = *largest + std::log(sum);
    std::vector<double> probabilities;
    double entropy = 0;
    for (const double logit : logits) {
      const double probability = std::exp(logit - log_sum);
      probabilities.push_back(probability);
      entropy -= probability * (logit - log_sum);
    }
    const double loss = log_sum - logits[label];
    p.totals->loss_sum += loss;
    p.totals->entropy_sum += entropy;
    ++p.totals->count;
    if (largest - logits.begin() == label) ++p.totals->correct;
    if (p.loss != nullptr) p.loss[t] = loss;
    if (dhidden != nullptr) AddGradient(p, probabilities, label, dhidden);
  }
}

}  // namespace kaito::kernels

#include "kaito/kernels/sampling/sampling_ref.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

namespace kaito::kernels {
namespace {

using Doubles = std::vector<double>;

constexpr double kDropped = -std::numeric_limits<double>::infinity();

Doubles Softmax(const Doubles& scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  Doubles p;
  double sum = 0;
  for (const double score : scores)
    sum += p.emplace_back(std::exp(score - largest));
  for (double& x : p) x /= sum;
  return p;
}

// Tokens from the most likely on; equal ones in their own order.
std::vector<int32_t> Descending(const Doubles& scores) {
  std::vector<int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int32_t a, int32_t b) { return scores[a] > scores[b]; });
  return order;
}

void KeepTheLargest(int64_t top_k, Doubles* scores) {
  const double least = (*scores)[Descending(*scores)[top_k - 1]];
  for (double& score : *scores) {
    if (score < least) score = kDropped;
  }
}

void KeepTheHead(double top_p, Doubles* scores) {
  const Doubles p = Softmax(*scores);
  double sum = 0;
  for (const int32_t token : Descending(*scores)) {
    if (sum >= top_p) (*scores)[token] = kDropped;
    sum += p[token];
  }
}

void KeepTheLikely(double min_p, Doubles* scores) {
  const Doubles p = Softmax(*scores);
  const double least = min_p * *std::max_element(p.begin(), p.end());
  for (size_t i = 0; i < p.size(); ++i) {
    if (p[i] < least) (*scores)[i] = kDropped;
  }
}

}  // namespace

void SamplingRef(const SamplingParamsOf<double>& p) {
  Doubles scores(p.logits, p.logits + p.vocabulary);
  const std::set<int32_t> seen(p.history, p.history + p.history_size);
  for (const int32_t token : seen) {
    double& score = scores[token];
    score =
        score < 0 ? score * p.repetition_penalty : score / p.repetition_penalty;
  }
  if (p.temperature == 0) {
    std::fill_n(p.probabilities, p.vocabulary, 0.0);
    p.probabilities[Descending(scores)[0]] = 1;
    return;
  }
  for (double& score : scores) score /= p.temperature;
  if (p.top_k > 0 && p.top_k < p.vocabulary) KeepTheLargest(p.top_k, &scores);
  if (p.top_p < 1) KeepTheHead(p.top_p, &scores);
  if (p.min_p > 0) KeepTheLikely(p.min_p, &scores);
  const Doubles probabilities = Softmax(scores);
  std::copy(probabilities.begin(), probabilities.end(), p.probabilities);
}

}  // namespace kaito::kernels

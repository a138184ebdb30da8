#include "kaito/runtime/serve/engine/token_sampler.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/random/random.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/sampling/sampling.h"
#include "kaito/kernels/sampling/sampling_params.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/serve/engine/sampling_options.h"

namespace kaito::runtime::serve {

TokenSampler::TokenSampler(SamplingOptions options,
                           std::span<const int32_t> prompt)
    : options_(std::move(options)) {
  // The kernel needs the history for this alone.
  if (options_.repetition_penalty != 1) {
    history_.assign(prompt.begin(), prompt.end());
  }
}

std::span<const float> TokenSampler::Adjusted(
    std::span<const float> logits, std::span<const int32_t> forbidden,
    SamplerScratch& scratch) const {
  const bool penalties =
      options_.presence_penalty != 0 || options_.frequency_penalty != 0;
  if (!penalties && options_.logit_bias.empty() && forbidden.empty()) {
    return logits;
  }
  scratch.logits.assign(logits.begin(), logits.end());
  const auto at = [&](int32_t id) -> float& {
    return scratch.logits[static_cast<size_t>(id)];
  };
  for (const auto& [id, bias] : options_.logit_bias) {
    at(id) += static_cast<float>(bias);
  }
  if (penalties) {
    for (const auto& [id, count] : counts_) {
      at(id) -= static_cast<float>(options_.presence_penalty +
                                   options_.frequency_penalty *
                                       static_cast<double>(count));
    }
  }
  for (const int32_t id : forbidden) {
    at(id) = -std::numeric_limits<float>::infinity();
  }
  return scratch.logits;
}

void TokenSampler::AddLogprobs(std::span<const float> logits,
                               SamplerScratch& scratch,
                               SampledToken& token) const {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(double{logit} - largest);
  const double log_sum = largest + std::log(sum);
  const auto logprob = [&](int32_t id) {
    return double{logits[static_cast<size_t>(id)]} - log_sum;
  };
  token.logprob = logprob(token.id);
  std::vector<int32_t>& order = scratch.order;
  order.resize(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const int64_t top =
      std::min(options_.top_logprobs, static_cast<int64_t>(logits.size()));
  std::partial_sort(order.begin(), order.begin() + top, order.end(),
                    [&](int32_t a, int32_t b) {
                      const float x = logits[static_cast<size_t>(a)];
                      const float y = logits[static_cast<size_t>(b)];
                      return x != y ? x > y : a < b;
                    });
  for (int64_t i = 0; i < top; ++i) {
    const int32_t id = order[static_cast<size_t>(i)];
    token.top.push_back({.id = id, .logprob = logprob(id)});
  }
}

absl::StatusOr<SampledToken> TokenSampler::Next(
    std::span<const float> logits, std::span<const int32_t> forbidden,
    SamplerScratch& scratch) {
  const std::span<const float> adjusted = Adjusted(logits, forbidden, scratch);
  scratch.probabilities.resize(logits.size());
  scratch.order.resize(logits.size());
  KAITO_RETURN_IF_ERROR(kernels::SamplingProbabilities(
      {.logits = adjusted.data(),
       .vocabulary = static_cast<int64_t>(logits.size()),
       .history = history_.data(),
       .history_size = static_cast<int64_t>(history_.size()),
       .repetition_penalty = options_.repetition_penalty,
       .temperature = options_.temperature,
       .top_k = options_.top_k,
       .top_p = options_.top_p,
       .min_p = options_.min_p,
       .probabilities = scratch.probabilities.data(),
       .order = scratch.order.data()},
      kernels::Stream::Cpu()));
  Random random(options_.seed, options_.stream);
  random.Seek(static_cast<uint64_t>(made_));
  SampledToken token;
  KAITO_ASSIGN_OR_RETURN(
      token.id, kernels::TokenAt(scratch.probabilities, random.Uniform()));
  if (options_.logprobs) AddLogprobs(logits, scratch, token);
  if (options_.repetition_penalty != 1) history_.push_back(token.id);
  ++counts_[token.id];
  ++made_;
  return token;
}

}  // namespace kaito::runtime::serve

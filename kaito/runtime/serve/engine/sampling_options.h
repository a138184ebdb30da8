#ifndef KAITO_RUNTIME_SERVE_ENGINE_SAMPLING_OPTIONS_H_
#define KAITO_RUNTIME_SERVE_ENGINE_SAMPLING_OPTIONS_H_

// How a request wants its tokens to be chosen. Made from the fields of a
// request, used by TokenSampler (token_sampler.h).
//
//   SamplingOptions options{.temperature = 0.7, .top_p = 0.9, .seed = 1};
//   KAITO_RETURN_IF_ERROR(CheckSampling(options, vocab_size));

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace kaito::runtime::serve {

// Of the chosen token and, besides, of the most likely ones, at most.
inline constexpr int64_t kMaxTopLogprobs = 20;  // OpenAI's limit.
inline constexpr int64_t kMaxLogitBiases = 1024;

struct SamplingOptions {
  double temperature = 1;  // 0: the most likely token.
  int64_t top_k = 0;       // 0: all.
  double top_p = 1;
  double min_p = 0;
  double repetition_penalty = 1;  // Of tokens of prompt and answer.
  double presence_penalty = 0;    // Of tokens of the answer.
  double frequency_penalty = 0;
  // Added to the logits of these tokens.
  std::vector<std::pair<int32_t, double>> logit_bias;

  // The same request with the same seed gets the same text. Answers to one
  // request differ in their stream.
  uint64_t seed = 0;
  uint64_t stream = 0;

  bool logprobs = false;
  int64_t top_logprobs = 0;
};

// InvalidArgument: "top_p: is 1.5, want above 0, to 1".
absl::Status CheckSampling(const SamplingOptions& options, int64_t vocab_size);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_SAMPLING_OPTIONS_H_

#ifndef KAITO_RUNTIME_SERVE_ENGINE_TOKEN_SAMPLER_H_
#define KAITO_RUNTIME_SERVE_ENGINE_TOKEN_SAMPLER_H_

// Chooses the tokens of one sequence from logits, as its SamplingOptions say.
// The n-th token depends on the logits, the tokens before and the seed alone,
// so neither on other requests nor on how often a sequence was interrupted.
//
//   TokenSampler sampler(options, prompt);
//   KAITO_ASSIGN_OR_RETURN(const SampledToken token,
//                          sampler.Next(logits, /*forbidden=*/{}, scratch));
//
// Order: logit_bias, presence and frequency penalties, then what
// kaito/kernels/sampling does (repetition penalty, temperature, top-k, top-p,
// min-p). Log-probabilities are those of the model, before all of that.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/serve/engine/sampling_options.h"

namespace kaito::runtime::serve {

struct TokenLogprob {
  int32_t id = 0;
  double logprob = 0;  // Natural logarithm.
};

struct SampledToken {
  int32_t id = 0;
  // Only where the options ask for them.
  double logprob = 0;
  std::vector<TokenLogprob> top;  // The most likely first.
};

// Working memory, shared by the sequences of one thread.
struct SamplerScratch {
  std::vector<float> logits;
  std::vector<float> probabilities;
  std::vector<int32_t> order;
};

class TokenSampler {
 public:
  // The options were checked (CheckSampling).
  TokenSampler(SamplingOptions options, std::span<const int32_t> prompt);

  // None of `forbidden` is chosen. Internal where the logits hold NaN.
  absl::StatusOr<SampledToken> Next(std::span<const float> logits,
                                    std::span<const int32_t> forbidden,
                                    SamplerScratch& scratch);

 private:
  // `logits` or a changed copy in `scratch`.
  std::span<const float> Adjusted(std::span<const float> logits,
                                  std::span<const int32_t> forbidden,
                                  SamplerScratch& scratch) const;
  void AddLogprobs(std::span<const float> logits, SamplerScratch& scratch,
                   SampledToken& token) const;

  const SamplingOptions options_;
  std::vector<int32_t> history_;       // Prompt and answer.
  std::map<int32_t, int64_t> counts_;  // Of tokens of the answer.
  int64_t made_ = 0;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_TOKEN_SAMPLER_H_

#ifndef KAITO_KERNELS_SAMPLING_SAMPLING_PARAMS_H_
#define KAITO_KERNELS_SAMPLING_SAMPLING_PARAMS_H_

// From the logits of one position to the probabilities of the next token, in
// the order of Hugging Face's processors: repetition penalty, temperature,
// top-k, top-p, min-p. The vocabulary of all files here. T is float; double in
// the reference.

#include <cstdint>

namespace kaito::kernels {

template <typename T>
struct SamplingParamsOf {
  const T* logits = nullptr;  // [vocabulary]; -inf forbids a token
  int64_t vocabulary = 0;

  // [history_size]: prompt and answer so far, for the repetition penalty.
  const int32_t* history = nullptr;
  int64_t history_size = 0;
  // Above 1 makes tokens of the history less likely: positive logits are
  // divided by it, negative ones multiplied, once however often they occur.
  double repetition_penalty = 1;
  // Logits are divided by it. 0 leaves the most likely token alone (of equal
  // ones the first), whatever follows.
  double temperature = 1;
  // Keeps so many of the most likely, and all that equal the last; 0 keeps all.
  int64_t top_k = 0;
  // Keeps the fewest of the most likely that together reach it. Of equal ones
  // the first are kept.
  double top_p = 1;
  // Keeps those of at least this part of the largest probability.
  double min_p = 0;

  // [vocabulary], written: 0 for what was dropped; the others add up to 1.
  T* probabilities = nullptr;
  int32_t* order = nullptr;  // [vocabulary], workspace
};

using SamplingParams = SamplingParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SAMPLING_SAMPLING_PARAMS_H_

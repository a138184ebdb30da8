#ifndef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_PARAMS_H_
#define KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_PARAMS_H_

// The last layer and the loss in one: logits = hidden W^T, then softmax cross
// entropy against the labels, without the logits [tokens, vocabulary] ever
// being stored. The vocabulary of all files here. T is float; double in the
// reference.

#include <cstdint>

#include "kaito/kernels/types.h"

namespace kaito::kernels {

// A label that is not trained: no loss, no gradient.
inline constexpr int32_t kIgnoredLabel = -100;

// Over the tokens that are not ignored.
struct CrossEntropyTotals {
  double loss_sum = 0;     // Of -log p[label].
  double entropy_sum = 0;  // Of -sum p log p over the vocabulary.
  int64_t count = 0;
  // Where the label has the largest logit; of equal ones the first counts.
  int64_t correct = 0;
};

template <typename T>
struct CrossEntropyParamsOf {
  const T* hidden = nullptr;  // [tokens, hidden_size]
  // [vocabulary, hidden_size], f32 or bf16. In the reference always double.
  const void* weight = nullptr;
  FloatType weight_type = FloatType::kF32;
  // [tokens]; those at t are compared with hidden at t: shifted by the caller.
  const int32_t* labels = nullptr;
  int64_t tokens = 0;
  int64_t hidden_size = 0;
  int64_t vocabulary = 0;

  CrossEntropyTotals* totals = nullptr;  // Written.
  T* loss = nullptr;  // [tokens], written: 0 where ignored; or null
  // [tokens, hidden_size], written: gradient_scale times the gradient of the
  // loss's sum, 0 where ignored; or null, without the backward's work. Apart
  // from hidden.
  T* dhidden = nullptr;
  double gradient_scale = 1;  // 1 / count of the whole step, usually.
};

using CrossEntropyParams = CrossEntropyParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_PARAMS_H_

#ifndef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_H_
#define KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_H_

// Loss, accuracy, entropy and the hidden states' gradient of a language model
// whose last layer is frozen. For training and evaluation; not for sampling,
// which needs the logits.
//
//   CrossEntropyTotals totals;
//   KAITO_RETURN_IF_ERROR(CrossEntropy({.hidden = hidden,
//                                       .weight = lm_head,
//                                       .weight_type = FloatType::kBf16,
//                                       .labels = labels,
//                                       .tokens = tokens,
//                                       .hidden_size = 3072,
//                                       .vocabulary = 32064,
//                                       .totals = &totals,
//                                       .dhidden = dhidden,
//                                       .gradient_scale = 1.0 / targets},
//                                      stream));

#include "absl/status/status.h"
#include "kaito/kernels/cross_entropy/cross_entropy_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU all is written on return, with the same bits for every number of
// workers; each worker takes some megabytes meanwhile. A NaN or infinite logit
// is a NaN loss, no error. Fails with
// - InvalidArgument: a null or misaligned buffer, a negative size, a label that
//   is no token and not kIgnoredLabel, fp16 weights;
// - Unimplemented: a CUDA stream.
absl::Status CrossEntropy(const CrossEntropyParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_H_

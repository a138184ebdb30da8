#ifndef KAITO_KERNELS_SAMPLING_SAMPLING_H_
#define KAITO_KERNELS_SAMPLING_SAMPLING_H_

// Chooses the next token: the probabilities after all filters, and the token at
// a uniform number that the caller draws. So a seed gives the same text again.
//
//   KAITO_RETURN_IF_ERROR(SamplingProbabilities({.logits = logits,
//                                                .vocabulary = vocabulary,
//                                                .temperature = 0.7,
//                                                .top_p = 0.9,
//                                                .probabilities = p.data(),
//                                                .order = order.data()},
//                                               Stream::Cpu()));
//   KAITO_ASSIGN_OR_RETURN(const int32_t token,
//                          TokenAt(p, random.Uniform()));

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/kernels/sampling/sampling_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the calling thread: tens of microseconds. Fails with
// - InvalidArgument: a null or misaligned buffer, no vocabulary or one beyond
//   int32, a history with what is no token, a filter out of its range;
// - Internal: a logit is NaN or +inf, or all are -inf;
// - Unimplemented: a CUDA stream.
absl::Status SamplingProbabilities(const SamplingParams& params, Stream stream);

// The first token at which the sum of probabilities from the first on is above
// `uniform`, of [0, 1), times the sum of all. Never one of probability 0.
// InvalidArgument where uniform is outside, or all are 0.
absl::StatusOr<int32_t> TokenAt(std::span<const float> probabilities,
                                double uniform);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SAMPLING_SAMPLING_H_

#ifndef KAITO_KERNELS_POISON_POISON_H_
#define KAITO_KERNELS_POISON_POISON_H_

// Fills a buffer with NaNs of a known pattern, so that a test finds the
// elements that a kernel never wrote (FindPoisonRef in poison_ref.h counts
// them). Also for workspaces in debug runs. Not for zeroing or for values that
// are then used.
//
//   KAITO_RETURN_IF_ERROR(Poison({.data = out,
//                                 .size_bytes = tokens * hidden * 2,
//                                 .pattern = PoisonPattern::kBf16},
//                                stream));

#include "absl/status/status.h"
#include "kaito/kernels/poison/poison_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU the buffer is filled on return; on CUDA the fill is queued. Fails
// with
// - InvalidArgument: data is null or not aligned to an element, size_bytes is
//   negative or not a multiple of one, the stream is CUDA's default one;
// - FailedPrecondition: no CUDA device to run on;
// - Unimplemented: a CUDA stream in a program built without CUDA.
absl::Status Poison(const PoisonParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_POISON_POISON_H_

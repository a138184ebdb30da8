#ifndef KAITO_KERNELS_POISON_POISON_LAUNCH_H_
#define KAITO_KERNELS_POISON_POISON_LAUNCH_H_

#include <cuda_runtime_api.h>

#include "kaito/kernels/poison/poison_params.h"

namespace kaito::kernels {

// Queues the fill on `stream`; neither waits nor allocates. `params` have been
// checked: poison.cc does.
cudaError_t LaunchPoison(const PoisonParams& params, cudaStream_t stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_POISON_POISON_LAUNCH_H_

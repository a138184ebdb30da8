#ifndef KAITO_KERNELS_CUDA_STATUS_H_
#define KAITO_KERNELS_CUDA_STATUS_H_

// CUDA's errors as absl::Status, by the table "Errors" of docs/architecture.md.
// For .cc files that call launchers or the CUDA run time; exists only where
// CUDA does.
//
//   return CudaStatus(LaunchPoison(params, stream.cuda()), where);
//
// Work runs after the call that queued it: an error may belong to an earlier
// one.

#include <cuda_runtime_api.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::kernels {

// OK for cudaSuccess; else "where: <CUDA's name>: <CUDA's text>" with
// - FailedPrecondition where there is no device or driver to run on,
// - ResourceExhausted where memory ran out,
// - Unimplemented where the program has no code for the device's architecture,
// - DataLoss for a memory error that the hardware found,
// - Internal for the rest: a fault of ours or of the device.
absl::Status CudaStatus(cudaError_t error, absl::string_view where);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_CUDA_STATUS_H_

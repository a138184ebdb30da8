#ifndef KAITO_KERNELS_NF4_QUANTIZE_NF4_ABSMAX_H_
#define KAITO_KERNELS_NF4_QUANTIZE_NF4_ABSMAX_H_

// The f32 scales of an NF4 tensor's blocks on the CPU, whichever way they are
// stored. For the CPU versions of operations on NF4, and for checks of host
// code.
//
//   float absmax[64];
//   ReadAbsmax(w.absmax, first_block, 64, absmax);

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"

namespace kaito::kernels {

// Writes the scales of blocks [first, first + count).
void ReadAbsmax(const Nf4Absmax& absmax, int64_t first, int64_t count,
                float* out);

// InvalidArgument, beginning with `where`, for a tensor that no operation can
// read: a null pointer, a negative count, a block size that isn't NF4's.
absl::Status CheckNf4Tensor(const Nf4Tensor& w, absl::string_view where);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_ABSMAX_H_

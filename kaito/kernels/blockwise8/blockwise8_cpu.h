#ifndef KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_CPU_H_
#define KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_CPU_H_

// The CPU's version, for blockwise8.cc and for other operations' CPU versions;
// everyone else calls blockwise8.h.

#include "kaito/kernels/blockwise8/blockwise8_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked; `workers` may be null.
void Blockwise8QuantizeCpu(const Blockwise8QuantizeParams& params,
                           Workers* workers);
void Blockwise8DequantizeCpu(const Blockwise8DequantizeParams& params,
                             Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_CPU_H_

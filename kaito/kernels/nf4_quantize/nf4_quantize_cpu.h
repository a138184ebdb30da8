#ifndef KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_CPU_H_
#define KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_CPU_H_

// The CPU's versions, for nf4_quantize.cc alone; everyone else calls
// nf4_quantize.h.

#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked; `workers` may be null.
void Nf4QuantizeCpu(const Nf4QuantizeParams& params, Workers* workers);
void Nf4DequantizeCpu(const Nf4DequantizeParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_CPU_H_

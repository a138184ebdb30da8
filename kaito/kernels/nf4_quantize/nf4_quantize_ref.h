#ifndef KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_REF_H_
#define KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_REF_H_

// The reference: plain loops over host memory. In float, since the format fixes
// each rounding; versions must agree bit for bit.

#include <cstdint>

#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"

namespace kaito::kernels {

void Nf4QuantizeRef(const Nf4QuantizeParams& params);
void Nf4DequantizeRef(const Nf4DequantizeParams& params);

// The code of element `i`, and its block's scale.
int Nf4CodeRef(const Nf4Tensor& w, int64_t i);
float Nf4AbsmaxRef(const Nf4Tensor& w, int64_t i);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_REF_H_

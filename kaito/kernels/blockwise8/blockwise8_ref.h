#ifndef KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_REF_H_
#define KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_REF_H_

// The reference: plain loops over host memory. In float, since the format
// fixes each rounding; versions must agree bit for bit.

#include "kaito/kernels/blockwise8/blockwise8_params.h"

namespace kaito::kernels {

void Blockwise8QuantizeRef(const Blockwise8QuantizeParams& params);
void Blockwise8DequantizeRef(const Blockwise8DequantizeParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_REF_H_

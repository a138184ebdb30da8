#ifndef KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_REF_H_
#define KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_REF_H_

// The reference: plain loops in double over host memory. Output and workspace
// of the parameters are not looked at.

#include <vector>

#include "kaito/kernels/decode_attention/decode_attention_params.h"

namespace kaito::kernels {

// [tokens, q_heads, head_dim], dense.
std::vector<double> DecodeAttentionRef(const DecodeAttentionParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_REF_H_

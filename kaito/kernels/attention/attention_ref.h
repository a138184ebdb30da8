#ifndef KAITO_KERNELS_ATTENTION_ATTENTION_REF_H_
#define KAITO_KERNELS_ATTENTION_ATTENTION_REF_H_

// The reference: plain loops in double over host memory. Reads the inputs of
// the parameters and writes doubles of its own, dense; their outputs, strides
// of outputs and workspace are not looked at.

#include <vector>

#include "kaito/kernels/attention/attention_params.h"

namespace kaito::kernels {

struct AttentionRefResult {
  std::vector<double> out;          // [tokens, q_heads, head_dim]
  std::vector<double> log_sum_exp;  // [q_heads, tokens]
};

AttentionRefResult AttentionForwardRef(const AttentionParams& params);

struct AttentionRefGradients {
  std::vector<double> d_q;  // [tokens, q_heads, head_dim]
  std::vector<double> d_k;  // [tokens, kv_heads, head_dim]
  std::vector<double> d_v;  // [tokens, kv_heads, head_dim]
};

// Runs the forward pass itself.
AttentionRefGradients AttentionBackwardRef(
    const AttentionBackwardParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_REF_H_

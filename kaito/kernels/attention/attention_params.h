#ifndef KAITO_KERNELS_ATTENTION_ATTENTION_PARAMS_H_
#define KAITO_KERNELS_ATTENTION_ATTENTION_PARAMS_H_

// Causal self-attention of packed sequences: the vocabulary of all files here.

#include <cstdint>

namespace kaito::kernels {

// Rows of heads: [tokens, heads, head_dim] with head_dim and heads contiguous.
// In a fused q | k | v row, q, k and v are pointers into the same row and share
// its stride.
struct AttentionInput {
  const float* data = nullptr;
  int64_t token_stride = 0;  // Elements; at least heads * head_dim.
};
struct AttentionOutput {
  float* data = nullptr;
  int64_t token_stride = 0;
};

struct AttentionParams {
  // Sequence s is the tokens [starts[s], starts[s + 1]); tokens see only their
  // own sequence. Begins with 0, does not fall, ends with `tokens`.
  const int32_t* starts = nullptr;  // [sequences + 1]
  int64_t sequences = 0;
  int64_t tokens = 0;
  int64_t q_heads = 0;  // A multiple of kv_heads.
  int64_t kv_heads = 0;
  int64_t head_dim = 0;  // 1 to 256
  float scale = 0;       // Of the scores; 1 / sqrt(head_dim) in most models.
  // A token sees this many keys at most, its own included; 0 is all of them.
  int64_t window = 0;
  // Scores s become softcap * tanh(s / softcap); 0 leaves them.
  float softcap = 0;
  // Null, or [q_heads]: a further score of each row, whose weight goes to
  // nothing (gpt-oss).
  const float* sinks = nullptr;

  AttentionInput q;     // [tokens, q_heads, head_dim]
  AttentionInput k;     // [tokens, kv_heads, head_dim]
  AttentionInput v;     // [tokens, kv_heads, head_dim]
  AttentionOutput out;  // [tokens, q_heads, head_dim]; overlaps no input
  // Natural logarithm of each row's sum of exponentials, sink included:
  // [q_heads, tokens]. Null in a forward pass that no backward pass follows.
  float* log_sum_exp = nullptr;

  // At least AttentionWorkspaceBytes(); 64-byte aligned.
  void* workspace = nullptr;
  int64_t workspace_bytes = 0;
};

struct AttentionBackwardParams {
  // As the forward pass had them; out and log_sum_exp as it left them.
  AttentionParams forward;
  AttentionInput d_out;  // [tokens, q_heads, head_dim]
  // Overwritten. They may share a fused row, and overlap no input.
  AttentionOutput d_q;  // [tokens, q_heads, head_dim]
  AttentionOutput d_k;  // [tokens, kv_heads, head_dim]
  AttentionOutput d_v;  // [tokens, kv_heads, head_dim]
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_PARAMS_H_

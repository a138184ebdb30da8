#ifndef KAITO_RUNTIME_BACKEND_PACKED_BUFFERS_H_
#define KAITO_RUNTIME_BACKEND_PACKED_BUFFERS_H_

// What a pass over a packed batch writes: which tensors there are, which of
// them live side by side, and so how much memory a pass takes. Pure; for
// packed_pass.h. The same function measures and lays out (scratch.h).

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/backend/scratch.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

// What of the forward pass is there for the backward pass.
enum class Keep : uint8_t {
  kNothing,  // No backward pass follows.
  kInputs,   // Each layer's input; the rest is computed again.
  kAll,
};

struct PackedShape {
  const DecoderConfig& config;
  const ModelWeights& weights;
  int64_t tokens = 0;
  std::span<const int32_t> starts;  // As PackedBatch has them.
  int64_t largest_rank = 0;         // Of the adapter; 0 without one.
  bool dropout = false;
  Keep keep = Keep::kNothing;
  int64_t least_workspace_bytes = 0;  // Of kernels that are not counted here.
  kernels::Stream stream = kernels::Stream::Cpu();
};

// T tokens, H hidden_size, Q heads * head_dim, K kv_heads * head_dim,
// I intermediate_size. Heads of q, k, v and the gradients of them are rows
// q_stride and kv_stride apart: fused, all three are parts of the same rows.
struct HeadRows {
  float* q = nullptr;  // [T, Q]
  float* k = nullptr;  // [T, K]
  float* v = nullptr;  // [T, K]
};

struct LayerBuffers {
  float* input = nullptr;           // [T, H]
  float* attention_in = nullptr;    // [T, H], normalised
  float* input_inverse = nullptr;   // [T]
  HeadRows raw;                     // As projected; with norms of heads, else
                                    // the same memory as `heads`.
  HeadRows heads;                   // After norms of heads, and rotated.
  float* q_inverse = nullptr;       // [T, heads]
  float* k_inverse = nullptr;       // [T, kv_heads]
  float* attention_out = nullptr;   // [T, Q]
  float* log_sum_exp = nullptr;     // [heads, T]
  float* middle = nullptr;          // [T, H]: input + attention
  float* mlp_in = nullptr;          // [T, H], normalised
  float* middle_inverse = nullptr;  // [T]
  float* gate = nullptr;            // [T, I], rows gate_stride apart
  float* up = nullptr;              // [T, I], likewise
  float* hidden = nullptr;          // [T, I]: act(gate) * up
  // x A^T of the role's module. [T, largest_rank]
  std::array<float*, kLinearRoles> low = {};
};

struct PackedBuffers {
  int64_t q_stride = 0;
  int64_t kv_stride = 0;
  int64_t gate_stride = 0;

  // [layers]; what is not kept is the same memory in all of them. Those of the
  // topmost layer behind attention are of the selected rows alone.
  std::vector<LayerBuffers> layers;
  // Of the topmost layer, the selected rows.
  float* top_attention_out = nullptr;  // [T, Q]
  float* top_input = nullptr;          // [T, H]
  // The tokens whose labels are trained, and what belongs to them. [T]
  int32_t* selected = nullptr;
  int32_t* selected_labels = nullptr;
  float* selected_losses = nullptr;
  int32_t* rope_rows = nullptr;   // [T]
  float* sublayer_out = nullptr;  // [T, H]
  // Of the selected rows:
  float* last = nullptr;          // [T, H], before the last norm
  float* last_inverse = nullptr;  // [T]
  float* normed = nullptr;        // [T, H], after it

  // Of the backward pass. Gradients of gate and up overwrite gate and up.
  float* d_stream = nullptr;         // [T, H], of the residual stream
  float* d_normed = nullptr;         // [T, H], of a sublayer's input
  float* d_hidden = nullptr;         // [T, I]
  float* d_attention_out = nullptr;  // [T, Q]
  HeadRows d_heads;
  float* d_low = nullptr;  // [T, largest_rank]
  // With dropout: [T, the largest input of a linear].
  float* dropped = nullptr;
  float* d_dropped = nullptr;

  void* workspace = nullptr;  // Of the kernels, one after the other.
  int64_t workspace_bytes = 0;
};

// The errors are those of the kernels' own calls for their workspaces.
absl::StatusOr<PackedBuffers> LayOut(const PackedShape& shape,
                                     ScratchLayout& layout);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_PACKED_BUFFERS_H_

#include "kaito/runtime/backend/packed_buffers.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/attention/attention.h"
#include "kaito/runtime/backend/linear_product.h"

namespace kaito::runtime {
namespace {

// Sizes that the buffers below are made of.
struct Sizes {
  explicit Sizes(const DecoderConfig& config)
      : hidden(config.hidden_size),
        q(config.heads * config.head_dim),
        kv(config.kv_heads * config.head_dim),
        inner(config.intermediate_size) {}
  int64_t hidden;
  int64_t q;
  int64_t kv;
  int64_t inner;
};

HeadRows TakeHeads(const PackedShape& shape, ScratchLayout& layout) {
  const Sizes size(shape.config);
  HeadRows rows;
  if (!shape.config.fused_qkv) {
    rows.q = layout.Floats(shape.tokens * size.q);
    rows.k = layout.Floats(shape.tokens * size.kv);
    rows.v = layout.Floats(shape.tokens * size.kv);
    return rows;
  }
  rows.q = layout.Floats(shape.tokens * (size.q + 2 * size.kv));
  if (rows.q == nullptr) return rows;
  rows.k = rows.q + size.q;
  rows.v = rows.k + size.kv;
  return rows;
}

// Everything but the input.
LayerBuffers TakeLayer(const PackedShape& shape, ScratchLayout& layout) {
  const DecoderConfig& config = shape.config;
  const Sizes size(config);
  const int64_t tokens = shape.tokens;
  LayerBuffers layer;
  layer.attention_in = layout.Floats(tokens * size.hidden);
  layer.input_inverse = layout.Floats(tokens);
  layer.heads = TakeHeads(shape, layout);
  layer.raw = layer.heads;
  if (config.qk_norm) {
    layer.raw.q = layout.Floats(tokens * size.q);
    layer.raw.k = layout.Floats(tokens * size.kv);
    layer.q_inverse = layout.Floats(tokens * config.heads);
    layer.k_inverse = layout.Floats(tokens * config.kv_heads);
  }
  layer.attention_out = layout.Floats(tokens * size.q);
  layer.log_sum_exp = layout.Floats(tokens * config.heads);
  layer.middle = layout.Floats(tokens * size.hidden);
  layer.mlp_in = layout.Floats(tokens * size.hidden);
  layer.middle_inverse = layout.Floats(tokens);
  if (config.fused_gate_up) {
    layer.gate = layout.Floats(tokens * 2 * size.inner);
    layer.up = layer.gate == nullptr ? nullptr : layer.gate + size.inner;
  } else {
    layer.gate = layout.Floats(tokens * size.inner);
    layer.up = layout.Floats(tokens * size.inner);
  }
  layer.hidden = layout.Floats(tokens * size.inner);
  for (float*& low : layer.low) {
    low = layout.Floats(tokens * shape.largest_rank);
  }
  return layer;
}

void TakeLayers(const PackedShape& shape, ScratchLayout& layout,
                PackedBuffers& buffers) {
  const int64_t input = shape.tokens * shape.config.hidden_size;
  for (int64_t i = 0; i < shape.config.layers; ++i) {
    if (i == 0 || shape.keep == Keep::kAll) {
      buffers.layers.push_back(TakeLayer(shape, layout));
    } else {
      buffers.layers.push_back(buffers.layers.front());
    }
    if (i == 0 || shape.keep != Keep::kNothing) {
      buffers.layers.back().input = layout.Floats(input);
    }
  }
}

void TakeGradients(const PackedShape& shape, ScratchLayout& layout,
                   PackedBuffers& buffers) {
  const Sizes size(shape.config);
  const int64_t tokens = shape.tokens;
  buffers.d_stream = layout.Floats(tokens * size.hidden);
  buffers.d_normed = layout.Floats(tokens * size.hidden);
  // Of one sublayer at a time.
  const int64_t mark = layout.mark();
  buffers.d_hidden = layout.Floats(tokens * size.inner);
  const int64_t mlp_end = layout.mark();
  layout.Rewind(mark);
  buffers.d_attention_out = layout.Floats(tokens * size.q);
  buffers.d_heads = TakeHeads(shape, layout);
  layout.Rewind(std::max(layout.mark(), mlp_end));
  buffers.d_low = layout.Floats(tokens * shape.largest_rank);
  if (!shape.dropout) return;
  const int64_t widest = std::max({size.hidden, size.q, size.inner});
  buffers.dropped = layout.Floats(tokens * widest);
  buffers.d_dropped = layout.Floats(tokens * widest);
}

absl::StatusOr<int64_t> WorkspaceBytes(const PackedShape& shape) {
  const kernels::AttentionParams attention = {
      .starts = shape.starts.data(),
      .sequences = std::ssize(shape.starts) - 1,
      .tokens = shape.tokens,
      .q_heads = shape.config.heads,
      .kv_heads = shape.config.kv_heads,
      .head_dim = shape.config.head_dim};
  KAITO_ASSIGN_OR_RETURN(int64_t bytes, kernels::AttentionForwardWorkspaceBytes(
                                            attention, shape.stream));
  bytes = std::max(
      {bytes, shape.least_workspace_bytes,
       LinearWorkspaceBytes(shape.weights, shape.tokens,
                            kernels::Nf4Product::kForward, shape.stream)});
  if (shape.keep == Keep::kNothing) return bytes;
  KAITO_ASSIGN_OR_RETURN(
      const int64_t backward,
      kernels::AttentionBackwardWorkspaceBytes(attention, shape.stream));
  return std::max(
      {bytes, backward,
       LinearWorkspaceBytes(shape.weights, shape.tokens,
                            kernels::Nf4Product::kBackward, shape.stream)});
}

}  // namespace

absl::StatusOr<PackedBuffers> LayOut(const PackedShape& shape,
                                     ScratchLayout& layout) {
  const Sizes size(shape.config);
  PackedBuffers buffers;
  const bool fused = shape.config.fused_qkv;
  buffers.q_stride = fused ? size.q + 2 * size.kv : size.q;
  buffers.kv_stride = fused ? buffers.q_stride : size.kv;
  buffers.gate_stride =
      shape.config.fused_gate_up ? 2 * size.inner : size.inner;

  buffers.layers.reserve(shape.config.layers);
  TakeLayers(shape, layout, buffers);
  buffers.top_attention_out = layout.Floats(shape.tokens * size.q);
  buffers.top_input = layout.Floats(shape.tokens * size.hidden);
  buffers.selected = layout.Ints(shape.tokens);
  buffers.selected_labels = layout.Ints(shape.tokens);
  buffers.selected_losses = layout.Floats(shape.tokens);
  buffers.rope_rows = layout.Ints(shape.tokens);
  buffers.sublayer_out = layout.Floats(shape.tokens * size.hidden);
  buffers.last = layout.Floats(shape.tokens * size.hidden);
  buffers.last_inverse = layout.Floats(shape.tokens);
  buffers.normed = layout.Floats(shape.tokens * size.hidden);
  if (shape.keep != Keep::kNothing) TakeGradients(shape, layout, buffers);
  KAITO_ASSIGN_OR_RETURN(buffers.workspace_bytes, WorkspaceBytes(shape));
  buffers.workspace = layout.Bytes(buffers.workspace_bytes);
  return buffers;
}

}  // namespace kaito::runtime

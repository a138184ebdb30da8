#include "kaito/runtime/backend/decoder_pass.h"

#include <cmath>
#include <cstdint>
#include <iterator>

#include "absl/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/embedding/embedding.h"
#include "kaito/kernels/rms_norm/rms_norm.h"
#include "kaito/kernels/rope/rope.h"
#include "kaito/kernels/swiglu/swiglu.h"
#include "kaito/runtime/backend/selected_rows.h"

namespace kaito::runtime {

absl::Status DecoderPass::ForwardLayers(const int32_t* ids) {
  KAITO_RETURN_IF_ERROR(
      kernels::Embedding({.table = model_.weights.embedding.data.As<void>(),
                          .table_type = model_.weights.embedding.type,
                          .ids = ids,
                          .out = buffers_.layers.front().input,
                          .tokens = tokens_,
                          .columns = model_.config.hidden_size,
                          .vocabulary = model_.config.vocab_size},
                         model_.stream));
  const float* below = nullptr;
  for (int64_t layer = 0; layer < model_.config.layers; ++layer) {
    KAITO_RETURN_IF_ERROR(ForwardLayer(layer, below));
    below = buffers_.layers[layer].middle;
  }
  return absl::OkStatus();
}

absl::Status DecoderPass::ForwardLayer(int64_t layer, const float* below) {
  const LayerBuffers& b = buffers_.layers[layer];
  KAITO_RETURN_IF_ERROR(
      kernels::RmsNorm({.x = below == nullptr ? b.input : buffers_.sublayer_out,
                        .residual = below,
                        .weight = weights(layer).attention_norm.data(),
                        .sum = below == nullptr ? nullptr : b.input,
                        .y = b.attention_in,
                        .inverse_rms = b.input_inverse,
                        .rows = tokens_,
                        .columns = model_.config.hidden_size,
                        .epsilon = model_.config.norm_epsilon},
                       model_.stream));
  KAITO_RETURN_IF_ERROR(ForwardAttention(layer));
  return ForwardMlp(layer);
}

absl::Status DecoderPass::ForwardAttention(int64_t layer) {
  const LayerBuffers& b = buffers_.layers[layer];
  if (model_.config.fused_qkv) {
    KAITO_RETURN_IF_ERROR(
        Project(layer, LinearRole::kQkv, b.attention_in, b.raw.q));
  } else {
    KAITO_RETURN_IF_ERROR(
        Project(layer, LinearRole::kQ, b.attention_in, b.raw.q));
    KAITO_RETURN_IF_ERROR(
        Project(layer, LinearRole::kK, b.attention_in, b.raw.k));
    KAITO_RETURN_IF_ERROR(
        Project(layer, LinearRole::kV, b.attention_in, b.raw.v));
  }
  if (model_.config.qk_norm) KAITO_RETURN_IF_ERROR(NormHeads(layer));
  KAITO_RETURN_IF_ERROR(Rotate(b.heads, kernels::RopeDirection::kForward));
  KAITO_RETURN_IF_ERROR(Attend(layer));
  if (Narrows(layer)) {
    GatherRows(b.attention_out, *selected_,
               model_.config.heads * model_.config.head_dim,
               buffers_.top_attention_out);
    GatherRows(b.input, *selected_, model_.config.hidden_size,
               buffers_.top_input);
    rows_ = std::ssize(*selected_);
  }
  return Project(layer, LinearRole::kO, AttendedOf(layer),
                 buffers_.sublayer_out);
}

// Each head is a row: q and k have memory of their own here.
absl::Status DecoderPass::NormHeads(int64_t layer) {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  KAITO_RETURN_IF_ERROR(
      kernels::RmsNorm({.x = b.raw.q,
                        .weight = weights(layer).q_norm.data(),
                        .y = b.heads.q,
                        .inverse_rms = b.q_inverse,
                        .rows = tokens_ * config.heads,
                        .columns = config.head_dim,
                        .epsilon = config.norm_epsilon},
                       model_.stream));
  return kernels::RmsNorm({.x = b.raw.k,
                           .weight = weights(layer).k_norm.data(),
                           .y = b.heads.k,
                           .inverse_rms = b.k_inverse,
                           .rows = tokens_ * config.kv_heads,
                           .columns = config.head_dim,
                           .epsilon = config.norm_epsilon},
                          model_.stream);
}

absl::Status DecoderPass::ForwardMlp(int64_t layer) {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  KAITO_RETURN_IF_ERROR(kernels::RmsNorm(
      {.x = buffers_.sublayer_out,
       .residual = Narrows(layer) ? buffers_.top_input : b.input,
       .weight = weights(layer).mlp_norm.data(),
       .sum = b.middle,
       .y = b.mlp_in,
       .inverse_rms = b.middle_inverse,
       .rows = rows_,
       .columns = config.hidden_size,
       .epsilon = config.norm_epsilon},
      model_.stream));
  if (config.fused_gate_up) {
    KAITO_RETURN_IF_ERROR(
        Project(layer, LinearRole::kGateUp, b.mlp_in, b.gate));
  } else {
    KAITO_RETURN_IF_ERROR(Project(layer, LinearRole::kGate, b.mlp_in, b.gate));
    KAITO_RETURN_IF_ERROR(Project(layer, LinearRole::kUp, b.mlp_in, b.up));
  }
  KAITO_RETURN_IF_ERROR(kernels::Swiglu({.gate = b.gate,
                                         .up = b.up,
                                         .y = b.hidden,
                                         .rows = rows_,
                                         .columns = config.intermediate_size,
                                         .stride = buffers_.gate_stride},
                                        model_.stream));
  return Project(layer, LinearRole::kDown, b.hidden, buffers_.sublayer_out);
}

absl::Status DecoderPass::Rotate(const HeadRows& rows,
                                 kernels::RopeDirection direction) {
  return kernels::Rope({.q = {.data = rows.q,
                              .heads = model_.config.heads,
                              .token_stride = buffers_.q_stride},
                        .k = {.data = rows.k,
                              .heads = model_.config.kv_heads,
                              .token_stride = buffers_.kv_stride},
                        .tokens = tokens_,
                        .head_dim = model_.config.head_dim,
                        .rotary_dim = model_.rope.rotary_dim,
                        .positions = buffers_.rope_rows,
                        .cos = model_.rope.cos.data(),
                        .sin = model_.rope.sin.data(),
                        .table_positions = model_.rope.positions,
                        .direction = direction},
                       model_.stream);
}

float DecoderPass::AttentionScale() const {
  return static_cast<float>(
      1 / std::sqrt(static_cast<double>(model_.config.head_dim)));
}

}  // namespace kaito::runtime

// The backward pass of PackedPass.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/attention/attention.h"
#include "kaito/kernels/lora/lora.h"
#include "kaito/kernels/rms_norm/rms_norm.h"
#include "kaito/kernels/swiglu/swiglu.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/packed_pass.h"
#include "kaito/runtime/backend/selected_rows.h"

namespace kaito::runtime {

absl::Status PackedPass::Backward(LoraGradients& gradients) {
  const DecoderConfig& config = model_.config;
  KAITO_RETURN_IF_ERROR(
      kernels::RmsNormBackward({.x = buffers_.last,
                                .weight = model_.weights.final_norm.data(),
                                .inverse_rms = buffers_.last_inverse,
                                .dy = buffers_.d_normed,
                                .dx = buffers_.d_stream,
                                .rows = rows_,
                                .columns = config.hidden_size},
                               model_.stream));
  // Below the lowest adapter nothing is trained.
  const int64_t lowest = input_.adapter.first_layer();
  for (int64_t layer = config.layers - 1; layer >= lowest; --layer) {
    // The topmost layer's are there in any case.
    if (input_.keep == Keep::kInputs && layer != config.layers - 1) {
      KAITO_RETURN_IF_ERROR(ForwardLayer(layer, nullptr));
    }
    KAITO_RETURN_IF_ERROR(BackwardMlp(layer, gradients));
    KAITO_RETURN_IF_ERROR(BackwardAttention(layer, layer > lowest, gradients));
  }
  return absl::OkStatus();
}

absl::Status PackedPass::BackwardMlp(int64_t layer, LoraGradients& gradients) {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  KAITO_RETURN_IF_ERROR(ProjectBack(
      layer, LinearRole::kDown,
      {.x = b.hidden, .dy = buffers_.d_stream, .dx = buffers_.d_hidden},
      gradients));
  KAITO_RETURN_IF_ERROR(
      kernels::SwigluBackward({.gate = b.gate,
                               .up = b.up,
                               .dy = buffers_.d_hidden,
                               .dgate = b.gate,
                               .dup = b.up,
                               .rows = rows_,
                               .columns = config.intermediate_size,
                               .stride = buffers_.gate_stride},
                              model_.stream));
  if (config.fused_gate_up) {
    KAITO_RETURN_IF_ERROR(ProjectBack(
        layer, LinearRole::kGateUp,
        {.x = b.mlp_in, .dy = b.gate, .dx = buffers_.d_normed}, gradients));
  } else {
    KAITO_RETURN_IF_ERROR(ProjectBack(
        layer, LinearRole::kGate,
        {.x = b.mlp_in, .dy = b.gate, .dx = buffers_.d_normed}, gradients));
    KAITO_RETURN_IF_ERROR(ProjectBack(layer, LinearRole::kUp,
                                      {.x = b.mlp_in,
                                       .dy = b.up,
                                       .dx = buffers_.d_normed,
                                       .accumulate = true},
                                      gradients));
  }
  return kernels::RmsNormBackward({.x = b.middle,
                                   .weight = weights(layer).mlp_norm.data(),
                                   .inverse_rms = b.middle_inverse,
                                   .dy = buffers_.d_normed,
                                   .dsum = buffers_.d_stream,
                                   .dx = buffers_.d_stream,
                                   .rows = rows_,
                                   .columns = config.hidden_size},
                                  model_.stream);
}

absl::Status PackedPass::BackwardAttention(int64_t layer, bool to_input,
                                           LoraGradients& gradients) {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  const LayerWeights& w = weights(layer);
  const HeadRows& d = buffers_.d_heads;
  KAITO_RETURN_IF_ERROR(ProjectBack(layer, LinearRole::kO,
                                    {.x = AttendedOf(layer),
                                     .dy = buffers_.d_stream,
                                     .dx = buffers_.d_attention_out},
                                    gradients));
  if (Narrows(layer)) {
    SpreadRows(*selected_, tokens_, config.heads * config.head_dim,
               buffers_.d_attention_out);
    SpreadRows(*selected_, tokens_, config.hidden_size, buffers_.d_stream);
    rows_ = tokens_;
  }
  KAITO_RETURN_IF_ERROR(kernels::AttentionBackward(
      {.forward = Attention(layer),
       .d_out = {.data = buffers_.d_attention_out,
                 .token_stride = config.heads * config.head_dim},
       .d_q = {.data = d.q, .token_stride = buffers_.q_stride},
       .d_k = {.data = d.k, .token_stride = buffers_.kv_stride},
       .d_v = {.data = d.v, .token_stride = buffers_.kv_stride}},
      model_.stream));
  KAITO_RETURN_IF_ERROR(Rotate(d, kernels::RopeDirection::kBackward));
  if (config.qk_norm) KAITO_RETURN_IF_ERROR(BackwardNormOfHeads(layer));
  float* const dx = to_input ? buffers_.d_normed : nullptr;
  if (config.fused_qkv) {
    KAITO_RETURN_IF_ERROR(
        ProjectBack(layer, LinearRole::kQkv,
                    {.x = b.attention_in, .dy = d.q, .dx = dx}, gradients));
  } else {
    KAITO_RETURN_IF_ERROR(
        ProjectBack(layer, LinearRole::kQ,
                    {.x = b.attention_in, .dy = d.q, .dx = dx}, gradients));
    KAITO_RETURN_IF_ERROR(ProjectBack(
        layer, LinearRole::kK,
        {.x = b.attention_in, .dy = d.k, .dx = dx, .accumulate = true},
        gradients));
    KAITO_RETURN_IF_ERROR(ProjectBack(
        layer, LinearRole::kV,
        {.x = b.attention_in, .dy = d.v, .dx = dx, .accumulate = true},
        gradients));
  }
  if (!to_input) return absl::OkStatus();
  return kernels::RmsNormBackward({.x = b.input,
                                   .weight = w.attention_norm.data(),
                                   .inverse_rms = b.input_inverse,
                                   .dy = buffers_.d_normed,
                                   .dsum = buffers_.d_stream,
                                   .dx = buffers_.d_stream,
                                   .rows = tokens_,
                                   .columns = config.hidden_size},
                                  model_.stream);
}

absl::Status PackedPass::BackwardNormOfHeads(int64_t layer) {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  const HeadRows& d = buffers_.d_heads;
  KAITO_RETURN_IF_ERROR(
      kernels::RmsNormBackward({.x = b.raw.q,
                                .weight = weights(layer).q_norm.data(),
                                .inverse_rms = b.q_inverse,
                                .dy = d.q,
                                .dx = d.q,
                                .rows = tokens_ * config.heads,
                                .columns = config.head_dim},
                               model_.stream));
  return kernels::RmsNormBackward({.x = b.raw.k,
                                   .weight = weights(layer).k_norm.data(),
                                   .inverse_rms = b.k_inverse,
                                   .dy = d.k,
                                   .dx = d.k,
                                   .rows = tokens_ * config.kv_heads,
                                   .columns = config.head_dim},
                                  model_.stream);
}

absl::Status PackedPass::ProjectBack(int64_t layer, LinearRole role,
                                     const ProjectGradient& g,
                                     LoraGradients& gradients) {
  const LinearWeight& w = weights(layer).linear(role);
  if (g.dx != nullptr) {
    KAITO_RETURN_IF_ERROR(
        LinearBackward(w, g.dy, rows_, g.dx, g.accumulate, products_));
  }
  const int64_t index = input_.adapter.IndexOf(layer, role);
  if (index < 0) return absl::OkStatus();
  const LoraModule& m = *input_.adapter.Find(layer, role);
  const bool drops = input_.dropout > 0;
  const float* x = g.x;
  float* dx = g.dx;
  if (drops) {
    Drop(MaskOf(layer, role), x, rows_, w.in, buffers_.dropped, model_.stream);
    x = buffers_.dropped;
    if (dx != nullptr) {
      dx = buffers_.d_dropped;
      std::fill_n(dx, rows_ * w.in, 0.0f);
    }
  }
  KAITO_RETURN_IF_ERROR(kernels::LoraBackward(
      {.x = x,
       .t = buffers_.layers[layer].low[static_cast<size_t>(role)],
       .dy = g.dy,
       .a = m.a.data(),
       .b = m.b.data(),
       .dt = buffers_.d_low,
       .da = gradients.modules[index].a.data(),
       .db = gradients.modules[index].b.data(),
       .dx = dx,
       .rows = rows_,
       .inputs = w.in,
       .outputs = w.out,
       .rank = m.rank,
       .scale = m.scale},
      model_.stream));
  if (drops && dx != nullptr) {
    AddDropGradient(MaskOf(layer, role), dx, rows_, w.in, g.dx, model_.stream);
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime

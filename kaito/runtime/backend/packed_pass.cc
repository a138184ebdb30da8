// The forward pass of a packed batch.

#include "kaito/runtime/backend/packed_pass.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/attention/attention.h"
#include "kaito/kernels/lora/lora.h"
#include "kaito/kernels/rms_norm/rms_norm.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/model_weights.h"

namespace kaito::runtime {

PackedPass::PackedPass(const PassModel& model, const PackedInput& input,
                       const PackedBuffers& buffers)
    : DecoderPass(model, buffers, input.batch.tokens(), input.selected),
      input_(input),
      products_{.stream = model.stream,
                .workspace = buffers.workspace,
                .workspace_bytes = buffers.workspace_bytes} {}

absl::Status PackedPass::Forward() {
  KAITO_RETURN_IF_ERROR(ForwardLayers(input_.batch.ids.data()));
  return kernels::RmsNorm({.x = buffers_.sublayer_out,
                           .residual = buffers_.layers.back().middle,
                           .weight = model_.weights.final_norm.data(),
                           .sum = buffers_.last,
                           .y = buffers_.normed,
                           .inverse_rms = buffers_.last_inverse,
                           .rows = rows_,
                           .columns = model_.config.hidden_size,
                           .epsilon = model_.config.norm_epsilon},
                          model_.stream);
}

absl::Status PackedPass::Project(int64_t layer, LinearRole role, const float* x,
                                 float* y) {
  const LinearWeight& w = weights(layer).linear(role);
  KAITO_RETURN_IF_ERROR(LinearForward(w, x, rows_, y, products_));
  const LoraModule* m = input_.adapter.Find(layer, role);
  if (m == nullptr) return absl::OkStatus();
  if (input_.dropout > 0) {
    Drop(MaskOf(layer, role), x, rows_, w.in, buffers_.dropped, model_.stream);
    x = buffers_.dropped;
  }
  const kernels::LoraGroup group = {.a = m->a.data(),
                                    .b = m->b.data(),
                                    .rank = m->rank,
                                    .scale = m->scale,
                                    .row_begin = 0,
                                    .row_end = rows_};
  return kernels::Lora(
      {.x = x,
       .groups = &group,
       .group_count = 1,
       .t = buffers_.layers[layer].low[static_cast<size_t>(role)],
       .y = y,
       .rows = rows_,
       .inputs = w.in,
       .outputs = w.out,
       .t_stride = m->rank},
      model_.stream);
}

absl::Status PackedPass::Attend(int64_t layer) {
  return kernels::AttentionForward(Attention(layer), model_.stream);
}

kernels::AttentionParams PackedPass::Attention(int64_t layer) const {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  return {
      .starts = input_.batch.starts.data(),
      .sequences = input_.batch.sequences(),
      .tokens = tokens_,
      .q_heads = config.heads,
      .kv_heads = config.kv_heads,
      .head_dim = config.head_dim,
      .scale = AttentionScale(),
      .window = config.windows[layer],
      .q = {.data = b.heads.q, .token_stride = buffers_.q_stride},
      .k = {.data = b.heads.k, .token_stride = buffers_.kv_stride},
      .v = {.data = b.heads.v, .token_stride = buffers_.kv_stride},
      .out = {.data = b.attention_out,
              .token_stride = config.heads * config.head_dim},
      .log_sum_exp = input_.keep == Keep::kNothing ? nullptr : b.log_sum_exp,
      .workspace = buffers_.workspace,
      .workspace_bytes = buffers_.workspace_bytes};
}

DropoutMask PackedPass::MaskOf(int64_t layer, LinearRole role) const {
  return {.probability = input_.dropout,
          .seed = input_.dropout_seed,
          .module =
              static_cast<uint32_t>(layer * static_cast<int64_t>(kLinearRoles) +
                                    static_cast<int64_t>(role)),
          .tokens = rows_ < tokens_ ? selected_->data() : nullptr};
}

}  // namespace kaito::runtime

#include "kaito/runtime/backend/cached_pass.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/attention/attention.h"
#include "kaito/kernels/decode_attention/decode_attention.h"
#include "kaito/kernels/kv_append/kv_append.h"
#include "kaito/kernels/lora/lora.h"
#include "kaito/kernels/rms_norm/rms_norm.h"
#include "kaito/kernels/row_matmul/row_matmul.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/model_weights.h"

namespace kaito::runtime {

kernels::PagedKv PagedKvOf(PagedCache& cache, int64_t layer,
                           const StepPlan& plan, int64_t sequences) {
  kernels::PagedKv kv = cache.Layer(layer);
  kv.sequences = sequences;
  kv.lengths = plan.lengths.data();
  kv.starts = plan.starts.data();
  kv.block_table = plan.block_table.data();
  kv.table_stride = plan.table_stride;
  return kv;
}

absl::StatusOr<int64_t> DecodeWorkspaceBytes(const PassModel& model,
                                             const StepPlan& plan,
                                             PagedCache& cache) {
  int64_t bytes = 0;
  for (int64_t layer = 0; layer < model.config.layers; ++layer) {
    const int64_t window = model.config.windows[layer];
    if (layer > 0 && window == model.config.windows[layer - 1]) continue;
    KAITO_ASSIGN_OR_RETURN(
        const int64_t wanted,
        kernels::DecodeAttentionWorkspaceBytes(
            {.kv = PagedKvOf(cache, layer, plan, plan.cached_sequences),
             .q_heads = model.config.heads,
             .window = window},
            model.stream));
    bytes = std::max(bytes, wanted);
  }
  return bytes;
}

CachedPass::CachedPass(const PassModel& model, const CachedInput& input,
                       const PackedBuffers& buffers)
    : DecoderPass(model, buffers, input.plan.tokens(), std::nullopt),
      input_(input),
      products_{.stream = model.stream,
                .workspace = buffers.workspace,
                .workspace_bytes = buffers.workspace_bytes} {
  groups_.reserve(input.plan.spans.size());
}

absl::Status CachedPass::Run(absl::Span<float> logits) {
  KAITO_RETURN_IF_ERROR(ForwardLayers(input_.plan.ids.data()));
  const int64_t outputs = std::ssize(input_.plan.outputs);
  if (outputs == 0) return absl::OkStatus();
  const int64_t hidden = model_.config.hidden_size;
  const float* const middle = buffers_.layers.back().middle;
  for (int64_t i = 0; i < outputs; ++i) {
    const int64_t at = input_.plan.outputs[i] * hidden;
    std::copy_n(buffers_.sublayer_out + at, hidden,
                buffers_.normed + i * hidden);
    std::copy_n(middle + at, hidden, buffers_.last + i * hidden);
  }
  KAITO_RETURN_IF_ERROR(
      kernels::RmsNorm({.x = buffers_.normed,
                        .residual = buffers_.last,
                        .weight = model_.weights.final_norm.data(),
                        .sum = buffers_.last,
                        .y = buffers_.normed,
                        .rows = outputs,
                        .columns = hidden,
                        .epsilon = model_.config.norm_epsilon},
                       model_.stream));
  const FloatTable& head = model_.weights.logits_table();
  return kernels::RowMatmul({.x = buffers_.normed,
                             .w = head.data.As<void>(),
                             .w_type = head.type,
                             .y = logits.data(),
                             .m = outputs,
                             .n = model_.config.vocab_size,
                             .k = hidden},
                            model_.stream);
}

absl::Status CachedPass::Project(int64_t layer, LinearRole role, const float* x,
                                 float* y) {
  const LinearWeight& w = weights(layer).linear(role);
  KAITO_RETURN_IF_ERROR(LinearForwardRows(
      w, x, {.rows = tokens_, .singles = input_.plan.single_tokens}, y,
      products_));
  groups_.clear();
  for (const AdapterSpan& span : input_.plan.spans) {
    const LoraModule* m = input_.adapters[span.adapter].Find(layer, role);
    if (m == nullptr) continue;
    groups_.push_back({.a = m->a.data(),
                       .b = m->b.data(),
                       .rank = m->rank,
                       .scale = m->scale,
                       .row_begin = span.begin,
                       .row_end = span.end});
  }
  if (groups_.empty()) return absl::OkStatus();
  return kernels::Lora(
      {.x = x,
       .groups = groups_.data(),
       .group_count = std::ssize(groups_),
       .t = buffers_.layers[layer].low[static_cast<size_t>(role)],
       .y = y,
       .rows = tokens_,
       .inputs = w.in,
       .outputs = w.out,
       .t_stride = input_.largest_rank},
      model_.stream);
}

absl::Status CachedPass::Attend(int64_t layer) {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  const StepPlan& plan = input_.plan;
  KAITO_RETURN_IF_ERROR(kernels::KvAppend(
      {.kv = PagedKvOf(input_.cache, layer, plan, plan.sequences()),
       .k = b.heads.k,
       .k_token_stride = buffers_.kv_stride,
       .v = b.heads.v,
       .v_token_stride = buffers_.kv_stride},
      model_.stream));
  if (plan.cached_tokens > 0) {
    KAITO_RETURN_IF_ERROR(kernels::DecodeAttention(
        {.kv = PagedKvOf(input_.cache, layer, plan, plan.cached_sequences),
         .q_heads = config.heads,
         .scale = AttentionScale(),
         .window = config.windows[layer],
         .q = b.heads.q,
         .q_token_stride = buffers_.q_stride,
         .out = b.attention_out,
         .out_token_stride = config.heads * config.head_dim,
         .workspace = buffers_.workspace,
         .workspace_bytes = buffers_.workspace_bytes},
        model_.stream));
  }
  return plan.cached_tokens < tokens_ ? AttendFresh(layer) : absl::OkStatus();
}

absl::Status CachedPass::AttendFresh(int64_t layer) {
  const DecoderConfig& config = model_.config;
  const LayerBuffers& b = buffers_.layers[layer];
  const int64_t first = input_.plan.cached_tokens;
  const int64_t q_row = config.heads * config.head_dim;
  return kernels::AttentionForward(
      {.starts = input_.plan.fresh_starts.data(),
       .sequences = std::ssize(input_.plan.fresh_starts) - 1,
       .tokens = tokens_ - first,
       .q_heads = config.heads,
       .kv_heads = config.kv_heads,
       .head_dim = config.head_dim,
       .scale = AttentionScale(),
       .window = config.windows[layer],
       .q = {.data = b.heads.q + first * buffers_.q_stride,
             .token_stride = buffers_.q_stride},
       .k = {.data = b.heads.k + first * buffers_.kv_stride,
             .token_stride = buffers_.kv_stride},
       .v = {.data = b.heads.v + first * buffers_.kv_stride,
             .token_stride = buffers_.kv_stride},
       .out = {.data = b.attention_out + first * q_row, .token_stride = q_row},
       .workspace = buffers_.workspace,
       .workspace_bytes = buffers_.workspace_bytes},
      model_.stream);
}

}  // namespace kaito::runtime

#include "kaito/kernels/decode_attention/decode_attention_ref.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

double CacheValue(const PagedKv& kv, const void* data, int64_t sequence,
                  int64_t token, int64_t head, int64_t i) {
  const int64_t block =
      kv.block_table[sequence * kv.table_stride + token / kv.block_size];
  const int64_t at =
      ((block * kv.kv_heads + head) * kv.block_size + token % kv.block_size) *
          kv.head_dim +
      i;
  return kv.type == KvType::kF32 ? static_cast<const float*>(data)[at]
                                 : ToFloat(static_cast<const bf16*>(data)[at]);
}

// One query's result; it is token `position` of its sequence.
void Query(const DecodeAttentionParams& p, int64_t sequence, int64_t position,
           int64_t head, const float* q, double* out) {
  const int64_t kv_head = head / (p.q_heads / p.kv.kv_heads);
  const int64_t first =
      p.window == 0 ? 0 : std::max<int64_t>(0, position - p.window + 1);
  std::vector<double> weights;
  for (int64_t key = first; key <= position; ++key) {
    double score = 0;
    for (int64_t i = 0; i < p.kv.head_dim; ++i) {
      score += q[i] * CacheValue(p.kv, p.kv.keys, sequence, key, kv_head, i);
    }
    weights.push_back(p.scale * score);
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& w : weights) sum += w = std::exp(w - largest);
  for (int64_t key = first; key <= position; ++key) {
    for (int64_t i = 0; i < p.kv.head_dim; ++i) {
      out[i] += weights[key - first] / sum *
                CacheValue(p.kv, p.kv.values, sequence, key, kv_head, i);
    }
  }
}

}  // namespace

std::vector<double> DecodeAttentionRef(const DecodeAttentionParams& p) {
  const int64_t dim = p.kv.head_dim;
  const int64_t tokens = p.kv.sequences == 0 ? 0 : p.kv.starts[p.kv.sequences];
  std::vector<double> out(tokens * p.q_heads * dim);
  for (int64_t s = 0; s < p.kv.sequences; ++s) {
    const int64_t end = p.kv.starts[s + 1];
    for (int64_t token = p.kv.starts[s]; token < end; ++token) {
      for (int64_t head = 0; head < p.q_heads; ++head) {
        Query(p, s, p.kv.lengths[s] - (end - token), head,
              p.q + token * p.q_token_stride + head * dim,
              out.data() + (token * p.q_heads + head) * dim);
      }
    }
  }
  return out;
}

}  // namespace kaito::kernels

#include "kaito/kernels/attention/attention_ref.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace kaito::kernels {
namespace {

// One query: a token and a head, and the keys that it sees.
struct Query {
  int64_t token;
  int64_t head;
  int64_t kv_head;
  int64_t first_key;  // To the token itself.
};

template <typename Visit>
void ForEachQuery(const AttentionParams& p, const Visit& visit) {
  for (int64_t s = 0; s < p.sequences; ++s) {
    for (int64_t token = p.starts[s]; token < p.starts[s + 1]; ++token) {
      const int64_t start = p.starts[s];
      const int64_t first =
          p.window == 0 ? start : std::max(start, token - p.window + 1);
      for (int64_t head = 0; head < p.q_heads; ++head) {
        visit(Query{token, head, head / (p.q_heads / p.kv_heads), first});
      }
    }
  }
}

const float* Row(const AttentionInput& rows, int64_t token, int64_t head,
                 int64_t head_dim) {
  return rows.data + token * rows.token_stride + head * head_dim;
}

double Dot(const float* a, const float* b, int64_t size) {
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += double{a[i]} * b[i];
  return sum;
}

struct Weights {
  std::vector<double> weights;  // Of the keys from first_key on.
  std::vector<double> slopes;   // d(score) / d(scaled product) of each.
  double log_sum_exp;
};

Weights WeightsOf(const AttentionParams& p, const Query& query) {
  Weights w;
  const float* const q = Row(p.q, query.token, query.head, p.head_dim);
  for (int64_t key = query.first_key; key <= query.token; ++key) {
    double score =
        p.scale * Dot(q, Row(p.k, key, query.kv_head, p.head_dim), p.head_dim);
    double slope = 1;
    if (p.softcap != 0) {
      const double t = std::tanh(score / p.softcap);
      score = p.softcap * t;
      slope = 1 - t * t;
    }
    w.weights.push_back(score);
    w.slopes.push_back(slope);
  }
  double largest = *std::max_element(w.weights.begin(), w.weights.end());
  double sum = 0;
  if (p.sinks != nullptr) {
    largest = std::max(largest, double{p.sinks[query.head]});
    sum = std::exp(p.sinks[query.head] - largest);
  }
  for (const double score : w.weights) sum += std::exp(score - largest);
  w.log_sum_exp = largest + std::log(sum);
  for (double& x : w.weights) x = std::exp(x - w.log_sum_exp);
  return w;
}

}  // namespace

AttentionRefResult AttentionForwardRef(const AttentionParams& p) {
  AttentionRefResult result;
  result.out.resize(p.tokens * p.q_heads * p.head_dim);
  result.log_sum_exp.resize(p.q_heads * p.tokens);
  ForEachQuery(p, [&](const Query& query) {
    const Weights w = WeightsOf(p, query);
    result.log_sum_exp[query.head * p.tokens + query.token] = w.log_sum_exp;
    double* const out =
        result.out.data() + (query.token * p.q_heads + query.head) * p.head_dim;
    for (int64_t key = query.first_key; key <= query.token; ++key) {
      const float* const v = Row(p.v, key, query.kv_head, p.head_dim);
      for (int64_t i = 0; i < p.head_dim; ++i) {
        out[i] += w.weights[key - query.first_key] * v[i];
      }
    }
  });
  return result;
}

AttentionRefGradients AttentionBackwardRef(
    const AttentionBackwardParams& params) {
  const AttentionParams& p = params.forward;
  const int64_t dim = p.head_dim;
  AttentionRefGradients result;
  result.d_q.resize(p.tokens * p.q_heads * dim);
  result.d_k.resize(p.tokens * p.kv_heads * dim);
  result.d_v.resize(p.tokens * p.kv_heads * dim);
  ForEachQuery(p, [&](const Query& query) {
    const Weights w = WeightsOf(p, query);
    const float* const q = Row(p.q, query.token, query.head, dim);
    const float* const d_out = Row(params.d_out, query.token, query.head, dim);
    // d_out . out: what each weight's gradient is measured against.
    double mean = 0;
    for (int64_t key = query.first_key; key <= query.token; ++key) {
      mean += w.weights[key - query.first_key] *
              Dot(d_out, Row(p.v, key, query.kv_head, dim), dim);
    }
    for (int64_t key = query.first_key; key <= query.token; ++key) {
      const float* const k = Row(p.k, key, query.kv_head, dim);
      const double weight = w.weights[key - query.first_key];
      const double d_weight =
          Dot(d_out, Row(p.v, key, query.kv_head, dim), dim);
      const double d_score = p.scale * w.slopes[key - query.first_key] *
                             weight * (d_weight - mean);
      const int64_t kv = (key * p.kv_heads + query.kv_head) * dim;
      for (int64_t i = 0; i < dim; ++i) {
        result.d_q[(query.token * p.q_heads + query.head) * dim + i] +=
            d_score * k[i];
        result.d_k[kv + i] += d_score * q[i];
        result.d_v[kv + i] += weight * d_out[i];
      }
    }
  });
  return result;
}

}  // namespace kaito::kernels

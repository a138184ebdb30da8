#ifndef KAITO_KERNELS_ATTENTION_ATTENTION_TESTUTIL_H_
#define KAITO_KERNELS_ATTENTION_ATTENTION_TESTUTIL_H_

// AttentionData: the buffers of a case with random inputs, for the tests of
// each version. Outputs are poisoned by NaNs.
//
//   AttentionData data(c);
//   AttentionForwardCpu(data.params().forward, nullptr);

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "kaito/kernels/attention/attention_cases.h"
#include "kaito/kernels/attention/attention_params.h"

namespace kaito::kernels::testing {

class AttentionData {
 public:
  explicit AttentionData(const AttentionCase& c) {
    std::vector<int32_t> starts = {0};
    for (const int32_t length : c.lengths) {
      starts.push_back(starts.back() + length);
    }
    starts_ = starts;
    const int64_t q_row = c.q_heads * c.head_dim;
    const int64_t kv_row = c.kv_heads * c.head_dim;
    const int64_t tokens = starts.back();
    inputs_ = Random(tokens * (q_row + 2 * kv_row));
    d_inputs_ = Nans(tokens * (q_row + 2 * kv_row));
    out_ = Nans(tokens * q_row);
    d_out_ = Random(tokens * q_row);
    log_sum_exp_ = Nans(tokens * c.q_heads);
    sinks_ = Random(c.q_heads);
    // A fused row, or one matrix behind the other.
    const int64_t row = q_row + 2 * kv_row;
    const int64_t q_stride = c.fused ? row : q_row;
    const int64_t kv_stride = c.fused ? row : kv_row;
    const int64_t k_at = c.fused ? q_row : tokens * q_row;
    const int64_t v_at = k_at + (c.fused ? kv_row : tokens * kv_row);
    float* const in = inputs_.data();
    float* const d_in = d_inputs_.data();
    params_ = {
        .forward = {.starts = starts_.data(),
                    .sequences = static_cast<int64_t>(c.lengths.size()),
                    .tokens = tokens,
                    .q_heads = c.q_heads,
                    .kv_heads = c.kv_heads,
                    .head_dim = c.head_dim,
                    .scale = 1 / std::sqrt(static_cast<float>(c.head_dim)),
                    .window = c.window,
                    .softcap = c.softcap,
                    .sinks = c.sinks ? sinks_.data() : nullptr,
                    .q = {.data = in, .token_stride = q_stride},
                    .k = {.data = in + k_at, .token_stride = kv_stride},
                    .v = {.data = in + v_at, .token_stride = kv_stride},
                    .out = {.data = out_.data(), .token_stride = q_row},
                    .log_sum_exp = log_sum_exp_.data()},
        .d_out = {.data = d_out_.data(), .token_stride = q_row},
        .d_q = {.data = d_in, .token_stride = q_stride},
        .d_k = {.data = d_in + k_at, .token_stride = kv_stride},
        .d_v = {.data = d_in + v_at, .token_stride = kv_stride}};
  }
  AttentionData(const AttentionData&) = delete;
  AttentionData& operator=(const AttentionData&) = delete;

  AttentionBackwardParams& params() { return params_; }
  std::vector<float>& inputs() { return inputs_; }
  const std::vector<float>& out() const { return out_; }
  const std::vector<float>& log_sum_exp() const { return log_sum_exp_; }
  const std::vector<float>& d_inputs() const { return d_inputs_; }

  // What a strided output holds, dense.
  std::vector<double> Dense(const AttentionOutput& rows, int64_t heads) const {
    std::vector<double> dense;
    const int64_t width = heads * params_.forward.head_dim;
    for (int64_t t = 0; t < params_.forward.tokens; ++t) {
      const float* const row = rows.data + t * rows.token_stride;
      dense.insert(dense.end(), row, row + width);
    }
    return dense;
  }

 private:
  // Multiples of 2^-10, so that a finite difference can step exactly.
  std::vector<float> Random(int64_t size) {
    std::normal_distribution<float> normal;
    std::vector<float> values(size);
    for (float& x : values) {
      x = std::round(normal(random_) * 1024.0f) / 1024.0f;
    }
    return values;
  }
  static std::vector<float> Nans(int64_t size) {
    return std::vector<float>(size, std::numeric_limits<float>::quiet_NaN());
  }

  std::mt19937 random_ = std::mt19937(20250311);
  std::vector<int32_t> starts_;
  std::vector<float> inputs_;    // q, k and v
  std::vector<float> d_inputs_;  // Their gradients.
  std::vector<float> out_;
  std::vector<float> d_out_;
  std::vector<float> log_sum_exp_;
  std::vector<float> sinks_;
  AttentionBackwardParams params_;
};

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_TESTUTIL_H_

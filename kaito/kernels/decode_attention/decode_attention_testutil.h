#ifndef KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_TESTUTIL_H_
#define KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_TESTUTIL_H_

// DecodeData: a case's cache with random keys and values in blocks in a
// shuffled order, NaNs in every slot that no sequence owns, and random queries.
//
//   DecodeData data(c);
//   DecodeAttentionCpu(data.params(), nullptr);

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "kaito/kernels/decode_attention/decode_attention_cases.h"
#include "kaito/kernels/decode_attention/decode_attention_params.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels::testing {

class DecodeData {
 public:
  explicit DecodeData(const DecodeAttentionCase& c) {
    int64_t stride = 0;
    int64_t blocks = 0;
    for (const DecodeSequenceCase& s : c.sequences) {
      const int64_t needed = (s.length + c.block_size - 1) / c.block_size;
      stride = std::max(stride, needed);
      blocks += needed;
      lengths_.push_back(s.length);
      starts_.push_back(starts_.back() + s.fresh);
    }
    params_.kv = {.type = c.type,
                  .blocks = blocks,
                  .block_size = c.block_size,
                  .kv_heads = c.kv_heads,
                  .head_dim = c.head_dim,
                  .sequences = static_cast<int64_t>(c.sequences.size()),
                  .lengths = lengths_.data(),
                  .starts = starts_.data(),
                  .table_stride = stride};
    FillTable(blocks, stride);
    FillCache();
    const int64_t row = c.q_heads * c.head_dim;
    q_ = Random(starts_.back() * (row + 3));
    out_.assign(starts_.back() * row, std::numeric_limits<float>::quiet_NaN());
    params_.q_heads = c.q_heads;
    params_.scale = 1 / std::sqrt(static_cast<float>(c.head_dim));
    params_.window = c.window;
    params_.q = q_.data();
    params_.q_token_stride = row + 3;
    params_.out = out_.data();
    params_.out_token_stride = row;
  }
  DecodeData(const DecodeData&) = delete;
  DecodeData& operator=(const DecodeData&) = delete;

  DecodeAttentionParams& params() { return params_; }
  const std::vector<float>& out() const { return out_; }

  // Of a workspace full of NaNs, aligned.
  void UseWorkspace(int64_t bytes) {
    memory_.assign((bytes + 64) / 4, std::numeric_limits<float>::quiet_NaN());
    const auto address = reinterpret_cast<uintptr_t>(memory_.data());
    params_.workspace =
        reinterpret_cast<char*>(memory_.data()) + (64 - address % 64) % 64;
    params_.workspace_bytes = bytes;
  }

 private:
  void FillTable(int64_t blocks, int64_t stride) {
    std::vector<int32_t> free(blocks);
    for (int64_t i = 0; i < blocks; ++i) free[i] = static_cast<int32_t>(i);
    std::shuffle(free.begin(), free.end(), random_);
    for (const int32_t length : lengths_) {
      for (int64_t i = 0; i < stride; ++i) {
        const bool needed = i * params_.kv.block_size < length;
        table_.push_back(needed ? free.back() : -1);
        if (needed) free.pop_back();
      }
    }
    params_.kv.block_table = table_.data();
  }

  void FillCache() {
    PagedKv& kv = params_.kv;
    const int64_t size = kv.blocks * kv.kv_heads * kv.block_size * kv.head_dim;
    keys_ = Random(size);
    values_ = Random(size);
    for (int64_t s = 0; s < kv.sequences; ++s) {
      for (int64_t i = kv.lengths[s]; i % kv.block_size != 0; ++i) {
        const int64_t block = table_[s * kv.table_stride + i / kv.block_size];
        for (int64_t j = 0; j < kv.kv_heads * kv.head_dim; ++j) {
          const int64_t at =
              ((block * kv.kv_heads + j / kv.head_dim) * kv.block_size +
               i % kv.block_size) *
                  kv.head_dim +
              j % kv.head_dim;
          keys_[at] = values_[at] = std::numeric_limits<float>::quiet_NaN();
        }
      }
    }
    for (const float x : keys_) short_keys_.push_back(ToBf16(x));
    for (const float x : values_) short_values_.push_back(ToBf16(x));
    const bool f32 = kv.type == KvType::kF32;
    kv.keys = f32 ? static_cast<void*>(keys_.data()) : short_keys_.data();
    kv.values = f32 ? static_cast<void*>(values_.data()) : short_values_.data();
  }

  std::vector<float> Random(int64_t size) {
    std::normal_distribution<float> normal;
    std::vector<float> values(size);
    for (float& x : values) x = normal(random_);
    return values;
  }

  std::mt19937 random_ = std::mt19937(99);
  std::vector<int32_t> lengths_, table_;
  std::vector<int32_t> starts_ = {0};
  std::vector<float> keys_, values_, q_, out_, memory_;
  std::vector<bf16> short_keys_, short_values_;
  DecodeAttentionParams params_;
};

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_TESTUTIL_H_

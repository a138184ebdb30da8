#include "kaito/kernels/cross_entropy/cross_entropy_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/cross_entropy/cross_entropy_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/cross_entropy/cross_entropy_tiles-inl.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/simd/loop-inl.h"
#include "kaito/kernels/types.h"

// Shared by all targets, so declared for the first one only.
#ifndef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CPU_TOKEN_
#define KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CPU_TOKEN_
namespace kaito::kernels {
namespace {

struct TokenResult {
  double loss = 0;
  double entropy = 0;
  bool correct = false;
};

}  // namespace
}  // namespace kaito::kernels
#endif  // KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CPU_TOKEN_

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {

// Buffers of one worker.
struct Scratch {
  explicit Scratch(int64_t hidden_size)
      // A panel may reach beyond the block.
      : panels((kBlockTokens + PanelTokens()) * hidden_size),
        tile(kTileWords * RoundUp(hidden_size, kDepth)),
        logits(kTileWords * kBlockTokens) {}
  std::vector<float> panels;
  std::vector<float> tile;
  std::vector<float> logits;
  Softmax softmax;
};

void PackWords(const CrossEntropyParams& p, int64_t first, int64_t words,
               float* tile) {
  const int64_t offset = first * p.hidden_size;
  if (p.weight_type == FloatType::kF32) {
    PackWeight(static_cast<const float*>(p.weight) + offset, words,
               p.hidden_size, tile);
  } else {
    PackWeight(static_cast<const bf16*>(p.weight) + offset, words,
               p.hidden_size, tile);
  }
}

float WeightAt(const CrossEntropyParams& p, int64_t at) {
  return p.weight_type == FloatType::kF32
             ? static_cast<const float*>(p.weight)[at]
             : ToFloat(static_cast<const bf16*>(p.weight)[at]);
}

void Start(int64_t count, Softmax* s) {
  for (int64_t t = 0; t < count; ++t) {
    // Not -inf, from which it couldn't be told how far a logit is.
    s->largest[t] = hwy::LowestValue<float>();
    s->word[t] = -1;
    s->sum[t] = 0;
    s->slope[t] = 0;
    s->label_logit[t] = 0;
  }
}

// With the label's part, which the sums leave out; `rest` is 1 - p[label].
TokenResult Finish(const Softmax& s, int64_t t, int32_t label, double* total,
                   double* rest) {
  const double below = static_cast<double>(s.label_logit[t]) - s.largest[t];
  const double label_part = std::exp(below);
  const double sum = s.sum[t];
  *total = sum + label_part;
  *rest = sum / *total;
  return {
      // log1p keeps the small losses of tokens that the model is sure of.
      .loss = below == 0 ? std::log1p(sum) : std::log(*total) - below,
      .entropy = std::log(*total) - (s.slope[t] + label_part * below) / *total,
      .correct = s.word[t] == static_cast<float>(label),
  };
}

// Up to kBlockTokens tokens, by their indices.
void Block(const CrossEntropyParams& p, const int64_t* tokens, int64_t count,
           Scratch* scratch, TokenResult* results) {
  const int64_t stride = RoundUp(count, PanelTokens());
  int32_t labels[kBlockTokens];
  float* rows[kBlockTokens];
  for (int64_t t = 0; t < count; ++t) {
    labels[t] = p.labels[tokens[t]];
    if (p.dhidden == nullptr) continue;
    rows[t] = p.dhidden + tokens[t] * p.hidden_size;
    std::fill_n(rows[t], p.hidden_size, 0.0f);
  }
  Softmax* const s = &scratch->softmax;
  float* const logits = scratch->logits.data();
  float* const tile = scratch->tile.data();
  Start(stride, s);
  PackHidden(p.hidden, tokens, count, p.hidden_size, scratch->panels.data());

  for (int64_t v = 0; v < p.vocabulary; v += kTileWords) {
    const int64_t words = std::min(kTileWords, p.vocabulary - v);
    PackWords(p, v, words, tile);
    LogitsTile(tile, scratch->panels.data(), words, p.hidden_size, logits,
               stride);
    SoftmaxTile(logits, words, v, labels, count, stride, s);
    if (p.dhidden == nullptr) continue;
    for (int64_t t = 0; t < count; ++t) {
      if (v == 0 || s->factor[t] == 1.0f) continue;
      ForEachVector(p.hidden_size, [&](auto d, int64_t i) HWY_ATTR {
        hn::StoreU(hn::Mul(hn::LoadU(d, rows[t] + i), hn::Set(d, s->factor[t])),
                   d, rows[t] + i);
      });
    }
    GradientTile(tile, logits, stride, words, p.hidden_size, rows, count);
  }

  for (int64_t t = 0; t < count; ++t) {
    double total = 0;
    double rest = 0;
    results[t] = Finish(*s, t, labels[t], &total, &rest);
    if (p.dhidden == nullptr) continue;
    const auto others = static_cast<float>(p.gradient_scale / total);
    const auto own = static_cast<float>(p.gradient_scale * rest);
    const int64_t at = labels[t] * p.hidden_size;
    for (int64_t i = 0; i < p.hidden_size; ++i) {
      rows[t][i] = rows[t][i] * others - own * WeightAt(p, at + i);
    }
  }
}

void Tokens(const CrossEntropyParams& p, const int64_t* tokens, int64_t count,
            TokenResult* results) {
  Scratch scratch(p.hidden_size);
  for (int64_t t = 0; t < count; t += kBlockTokens) {
    Block(p, tokens + t, std::min(kBlockTokens, count - t), &scratch,
          results + t);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(Tokens);

// A panel of the widest vectors: fewer tokens cost as much.
constexpr int64_t kGrainTokens = 32;

}  // namespace

void CrossEntropyCpu(const CrossEntropyParams& p, Workers* workers) {
  std::vector<int64_t> trained;
  for (int64_t t = 0; t < p.tokens; ++t) {
    if (p.labels[t] != kIgnoredLabel) {
      trained.push_back(t);
      continue;
    }
    if (p.loss != nullptr) p.loss[t] = 0;
    if (p.dhidden != nullptr) {
      std::fill_n(p.dhidden + t * p.hidden_size, p.hidden_size, 0.0f);
    }
  }
  std::vector<TokenResult> results(trained.size());
  ParallelFor(workers, static_cast<int64_t>(trained.size()), kGrainTokens,
              [&](int64_t begin, int64_t end) {
                HWY_DYNAMIC_DISPATCH(Tokens)
                (p, trained.data() + begin, end - begin,
                 results.data() + begin);
              });
  CrossEntropyTotals totals;
  for (size_t i = 0; i < results.size(); ++i) {
    totals.loss_sum += results[i].loss;
    totals.entropy_sum += results[i].entropy;
    totals.correct += results[i].correct ? 1 : 0;
    ++totals.count;
    if (p.loss != nullptr) {
      p.loss[trained[i]] = static_cast<float>(results[i].loss);
    }
  }
  *p.totals = totals;
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

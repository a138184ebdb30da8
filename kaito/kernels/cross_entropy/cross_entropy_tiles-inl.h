// The two products of CrossEntropy on packed tiles of the weight, and the
// softmax between them:
//   LogitsTile:   l[v][t] = sum over h of w[v][h] hidden[t][h]
//   SoftmaxTile:  l[v][t] becomes exp(l[v][t] - m[t]), m the largest so far
//   GradientTile: out[t][h] += sum over v of l[v][t] w[v][h]
// Included once for each target by cross_entropy_cpu.cc, after
// hwy/foreach_target.h.
//
// A token has a lane, or a row, of its own: its results don't depend on the
// tokens beside it.

#if defined(KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_TILES_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_TILES_INL_H_
#undef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_TILES_INL_H_
#else
#define KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_TILES_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "hwy/highway.h"
#include "kaito/kernels/simd/exp-inl.h"
#include "kaito/kernels/simd/loop-inl.h"
#include "kaito/kernels/types.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

// Words of the vocabulary in a tile: a multiple of kTileRows.
constexpr int64_t kTileWords = 48;
// Of the hidden size in a packed block: with 48 words 24 KiB, which stay in L1
// while all tokens of the block pass.
constexpr int64_t kDepth = 128;
// Tokens in a block: each weight that is read from memory takes part in 64
// products twice, which is compute-bound by far.
constexpr int64_t kBlockTokens = 64;
// Rows of registers: 6 x 2 sums, 2 vectors and a broadcast fit 16 registers.
constexpr int kTileRows = 6;

inline int64_t Lanes() {
  return static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
}

// Tokens are packed in panels of two vectors.
inline int64_t PanelTokens() { return 2 * Lanes(); }

inline int64_t RoundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// Hidden states of `count` tokens as [panel][hidden_size][panel's tokens];
// tokens that are lacking are zeros.
inline void PackHidden(const float* hidden, const int64_t* tokens,
                       int64_t count, int64_t hidden_size, float* panels) {
  const int64_t width = PanelTokens();
  for (int64_t i = 0; i < RoundUp(count, width); ++i) {
    float* const to = panels + i / width * width * hidden_size + i % width;
    const float* const from =
        i < count ? hidden + tokens[i] * hidden_size : nullptr;
    for (int64_t h = 0; h < hidden_size; ++h) {
      to[h * width] = from == nullptr ? 0.0f : from[h];
    }
  }
}

// Rows of the weight as [block of kDepth][kTileWords][kDepth] floats.
template <typename T>
void PackWeight(const T* weight, int64_t words, int64_t hidden_size,
                float* tile) {
  for (int64_t h = 0; h < hidden_size; h += kDepth) {
    const int64_t depth = std::min(kDepth, hidden_size - h);
    for (int64_t v = 0; v < words; ++v) {
      const T* const from = weight + v * hidden_size + h;
      float* const to = tile + h * kTileWords + v * kDepth;
      for (int64_t i = 0; i < depth; ++i) {
        if constexpr (sizeof(T) == sizeof(float)) {
          to[i] = from[i];
        } else {
          to[i] = ToFloat(from[i]);
        }
      }
    }
  }
}

// kRows words by one panel of tokens.
template <int kRows>
HWY_INLINE void LogitsBlock(const float* w, const float* panel, int64_t depth,
                            bool first, float* logits, int64_t stride) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const int64_t lanes = Lanes();
  V sums[kRows][2];
  for (int r = 0; r < kRows; ++r) {
    for (int k = 0; k < 2; ++k) {
      sums[r][k] =
          first ? hn::Zero(d) : hn::LoadU(d, logits + r * stride + k * lanes);
    }
  }
  for (int64_t h = 0; h < depth; ++h) {
    const V x0 = hn::LoadU(d, panel + 2 * h * lanes);
    const V x1 = hn::LoadU(d, panel + (2 * h + 1) * lanes);
    for (int r = 0; r < kRows; ++r) {
      const V wv = hn::Set(d, w[r * kDepth + h]);
      sums[r][0] = hn::MulAdd(wv, x0, sums[r][0]);
      sums[r][1] = hn::MulAdd(wv, x1, sums[r][1]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int k = 0; k < 2; ++k) {
      hn::StoreU(sums[r][k], d, logits + r * stride + k * lanes);
    }
  }
}

// logits is [words, stride], for `stride` tokens, a multiple of a panel's.
inline void LogitsTile(const float* tile, const float* panels, int64_t words,
                       int64_t hidden_size, float* logits, int64_t stride) {
  const int64_t width = PanelTokens();
  if (hidden_size == 0) std::fill_n(logits, words * stride, 0.0f);
  for (int64_t h = 0; h < hidden_size; h += kDepth) {
    const int64_t depth = std::min(kDepth, hidden_size - h);
    const float* const w = tile + h * kTileWords;
    for (int64_t t = 0; t < stride; t += width) {
      const float* const panel = panels + t * hidden_size + h * width;
      int64_t v = 0;
      for (; v + kTileRows <= words; v += kTileRows) {
        LogitsBlock<kTileRows>(w + v * kDepth, panel, depth, h == 0,
                               logits + v * stride + t, stride);
      }
      for (; v < words; ++v) {
        LogitsBlock<1>(w + v * kDepth, panel, depth, h == 0,
                       logits + v * stride + t, stride);
      }
    }
  }
}

// What is known of each token of a block after the words so far; arrays of
// kBlockTokens. Sums leave out the label, so that 1 - p[label] is no
// difference.
struct Softmax {
  float largest[kBlockTokens];
  float word[kBlockTokens];   // Of the largest; exact below 2^24.
  float sum[kBlockTokens];    // Of exp(l - largest).
  float slope[kBlockTokens];  // Of exp(l - largest) (l - largest).
  float label_logit[kBlockTokens];
  float factor[kBlockTokens];  // By which earlier sums have become smaller.
};

// Takes the largest logits of a tile into account.
HWY_INLINE void RaiseLargest(const float* logits, int64_t words,
                             int64_t first_word, int64_t stride, int64_t t,
                             Softmax* s) {
  const hn::ScalableTag<float> d;
  const auto before = hn::LoadU(d, s->largest + t);
  auto largest = before;
  auto word = hn::LoadU(d, s->word + t);
  for (int64_t v = 0; v < words; ++v) {
    const auto l = hn::LoadU(d, logits + v * stride + t);
    const auto higher = hn::Gt(l, largest);
    largest = hn::IfThenElse(higher, l, largest);
    word = hn::IfThenElse(higher,
                          hn::Set(d, static_cast<float>(first_word + v)), word);
  }
  const auto drop = hn::Sub(before, largest);
  const auto factor = Exp(d, drop);
  const auto sum = hn::LoadU(d, s->sum + t);
  const auto slope = hn::LoadU(d, s->slope + t);
  hn::StoreU(largest, d, s->largest + t);
  hn::StoreU(word, d, s->word + t);
  hn::StoreU(factor, d, s->factor + t);
  hn::StoreU(hn::Mul(sum, factor), d, s->sum + t);
  hn::StoreU(hn::Mul(hn::MulAdd(drop, sum, slope), factor), d, s->slope + t);
}

HWY_INLINE void ExpAndSum(float* logits, int64_t words, int64_t stride,
                          int64_t t, Softmax* s) {
  const hn::ScalableTag<float> d;
  const auto largest = hn::LoadU(d, s->largest + t);
  auto sum = hn::LoadU(d, s->sum + t);
  auto slope = hn::LoadU(d, s->slope + t);
  for (int64_t v = 0; v < words; ++v) {
    float* const at = logits + v * stride + t;
    const auto below = hn::Sub(hn::LoadU(d, at), largest);
    const auto p = Exp(d, below);
    hn::StoreU(p, d, at);
    sum = hn::Add(sum, p);
    // Where below is -inf, p is 0 and so is the term.
    slope = hn::MulAdd(p, hn::Max(below, hn::Set(d, -200.0f)), slope);
  }
  hn::StoreU(sum, d, s->sum + t);
  hn::StoreU(slope, d, s->slope + t);
}

// labels: [count], words of the whole vocabulary.
inline void SoftmaxTile(float* logits, int64_t words, int64_t first_word,
                        const int32_t* labels, int64_t count, int64_t stride,
                        Softmax* s) {
  for (int64_t t = 0; t < stride; t += Lanes()) {
    RaiseLargest(logits, words, first_word, stride, t, s);
  }
  for (int64_t t = 0; t < count; ++t) {
    const int64_t v = labels[t] - first_word;
    if (v < 0 || v >= words) continue;
    s->label_logit[t] = logits[v * stride + t];
    logits[v * stride + t] = hwy::LowestValue<float>();
  }
  for (int64_t t = 0; t < stride; t += Lanes()) {
    ExpAndSum(logits, words, stride, t, s);
  }
}

template <int kRows, int kVectors, class D>
HWY_INLINE void GradientBlock(D d, const float* w, const float* p,
                              int64_t stride, int64_t words, float* const* rows,
                              int64_t h) {
  using V = hn::Vec<D>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int k = 0; k < kVectors; ++k) {
      sums[r][k] = hn::LoadU(d, rows[r] + h + k * lanes);
    }
  }
  for (int64_t v = 0; v < words; ++v) {
    V wv[kVectors];
    for (int k = 0; k < kVectors; ++k) {
      wv[k] = hn::LoadU(d, w + v * kDepth + k * lanes);
    }
    for (int r = 0; r < kRows; ++r) {
      const V pv = hn::Set(d, p[v * stride + r]);
      for (int k = 0; k < kVectors; ++k) {
        sums[r][k] = hn::MulAdd(pv, wv[k], sums[r][k]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int k = 0; k < kVectors; ++k) {
      hn::StoreU(sums[r][k], d, rows[r] + h + k * lanes);
    }
  }
}

// One block of kDepth for kRows tokens.
template <int kRows>
void GradientRows(const float* w, const float* p, int64_t stride, int64_t words,
                  int64_t depth, float* const* rows, int64_t h) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = Lanes();
  int64_t i = 0;
  for (; i + 2 * lanes <= depth; i += 2 * lanes) {
    GradientBlock<kRows, 2>(d, w + i, p, stride, words, rows, h + i);
  }
  for (; i + lanes <= depth; i += lanes) {
    GradientBlock<kRows, 1>(d, w + i, p, stride, words, rows, h + i);
  }
  for (; i < depth; ++i) {
    GradientBlock<kRows, 1>(hn::CappedTag<float, 1>(), w + i, p, stride, words,
                            rows, h + i);
  }
}

// rows: [count] of `hidden_size` floats each.
inline void GradientTile(const float* tile, const float* p, int64_t stride,
                         int64_t words, int64_t hidden_size, float* const* rows,
                         int64_t count) {
  for (int64_t h = 0; h < hidden_size; h += kDepth) {
    const int64_t depth = std::min(kDepth, hidden_size - h);
    const float* const w = tile + h * kTileWords;
    int64_t t = 0;
    for (; t + 4 <= count; t += 4) {
      GradientRows<4>(w, p + t, stride, words, depth, rows + t, h);
    }
    for (; t < count; ++t) {
      GradientRows<1>(w, p + t, stride, words, depth, rows + t, h);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // Once for each target.

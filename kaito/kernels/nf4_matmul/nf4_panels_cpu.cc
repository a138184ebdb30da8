// Many tokens: tiles of W are decoded to f32 into a cache and multiplied there
// by a micro-kernel that keeps kRows x 2 vectors of sums in registers.
//
// Forward, lanes are tokens: `in` is rearranged into panels of two vectors of
// tokens, [depth][tokens], and a tile of W's rows is the side whose elements
// are broadcast. Backward, lanes are columns of W, whose tile is decoded into
// panels [depth][columns]; rows of `in` are the side that is broadcast. So
// neither needs W transposed.

#include <algorithm>
#include <cstdint>

#include "kaito/kernels/nf4_matmul/nf4_matmul_cpu.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/nf4_matmul/nf4_panels_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/nf4_matmul/nf4_range-inl.h"
#include "kaito/kernels/nf4_matmul/nf4_transpose-inl.h"

// A turn of the tokens, and what its workers share.
#ifndef KAITO_KERNELS_NF4_MATMUL_NF4_TURN_
#define KAITO_KERNELS_NF4_MATMUL_NF4_TURN_
namespace kaito::kernels {
struct Nf4Turn {
  const Nf4MatmulParams& params;
  int64_t first;  // Of its tokens.
  int64_t tokens;
  float* shared;  // `in`, rearranged.
};
}  // namespace kaito::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using Floats = hn::Vec<F32>;
constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(F32()));
constexpr int64_t kPanel = 2 * kLanes;

// Sums in registers: 24 of AVX-512's 32, 12 of the 16 elsewhere; the rest hold
// two vectors of the panel and the broadcast element.
constexpr int kRows = kLanes == 16 ? 12 : 6;
static_assert(kNf4RowStep % kRows == 0 && kNf4TileRows % kRows == 0);
static_assert(kNf4LaneStep % kPanel == 0 && kNf4TileColumns % kPanel == 0);

// sums[r][lane] (+)= sum over p < depth of a[r][p] * b[p][lane] for kRows rows
// of a, kNf4Depth apart, and kVectors vectors of b.
template <int kVectors>
void MultiplyTile(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b,
                  int64_t depth, bool first, int64_t sums_stride,
                  float* HWY_RESTRICT sums) {
  const F32 f32;
  Floats c[kRows][kVectors];
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) c[r][v] = hn::Zero(f32);
  }
  for (int64_t p = 0; p < depth; ++p) {
    Floats lanes[kVectors];
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) {
      lanes[v] = hn::LoadU(f32, b + (p * kVectors + v) * kLanes);
    }
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) {
      const Floats one = hn::Set(f32, a[r * kNf4Depth + p]);
      HWY_UNROLL(2)
      for (int v = 0; v < kVectors; ++v) {
        c[r][v] = hn::MulAdd(one, lanes[v], c[r][v]);
      }
    }
  }
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) {
      float* const at = sums + r * sums_stride + v * kLanes;
      const Floats sum = first ? c[r][v] : hn::Add(hn::LoadU(f32, at), c[r][v]);
      hn::StoreU(sum, f32, at);
    }
  }
}

// Lanes of the panel that starts at `column` of `columns`: one vector will do
// for a short last one.
int64_t PanelWidth(int64_t column, int64_t columns) {
  return columns - column > kLanes ? kPanel : kLanes;
}

// Which side of MultiplyPanels stays in the first-level cache: kRows rows of
// `a`, or a panel of `b`.
enum class Stays { kA, kB };

// All rows of `a` (a whole number of kRows) times all panels of `columns`
// columns, which are as deep and follow each other at b, kGap floats apart.
template <Stays kStays, int64_t kGap>
void MultiplyPanels(const float* a, int64_t rows, const float* b,
                    int64_t columns, int64_t depth, bool first,
                    int64_t sums_stride, float* sums) {
  const auto multiply = [&](int64_t row, int64_t column) HWY_ATTR {
    float* const at = sums + row * sums_stride + column;
    // Those before are whole.
    const float* const panel = b + column / kPanel * (kPanel * depth + kGap);
    if (PanelWidth(column, columns) == kPanel) {
      MultiplyTile<2>(a + row * kNf4Depth, panel, depth, first, sums_stride,
                      at);
    } else {
      MultiplyTile<1>(a + row * kNf4Depth, panel, depth, first, sums_stride,
                      at);
    }
  };
  if constexpr (kStays == Stays::kB) {
    for (int64_t column = 0; column < columns; column += kPanel) {
      for (int64_t row = 0; row < rows; row += kRows) multiply(row, column);
    }
  } else {
    for (int64_t row = 0; row < rows; row += kRows) {
      for (int64_t column = 0; column < columns; column += kPanel) {
        multiply(row, column);
      }
    }
  }
}

// Forward.

// Where the panels of depth [begin, …) start.
int64_t TokensPadded(const Nf4Turn& turn) {
  return RoundUp(turn.tokens, kLanes);
}

// Depths [begin, begin + depth) of the turn's tokens [first_token, end_token),
// panel by panel; the first is a multiple of kPanel.
void RearrangeTokens(const Nf4Turn& turn, int64_t begin, int64_t depth,
                     int64_t first_token, int64_t end_token) {
  const Nf4MatmulParams& params = turn.params;
  // Panels before it are whole.
  float* panel = turn.shared + begin * TokensPadded(turn) + first_token * depth;
  for (int64_t token = first_token; token < end_token; token += kPanel) {
    const int64_t width = PanelWidth(token, turn.tokens);
    for (int64_t j = 0; j < width; j += kLanes) {
      const int64_t count =
          std::clamp<int64_t>(turn.tokens - token - j, 0, kLanes);
      const int64_t first = (turn.first + token + j) * params.k + begin;
      int64_t done = 0;
#if HWY_TARGET != HWY_SCALAR
      if (params.in_type == FloatType::kF32) {
        done = TransposeIn(static_cast<const float*>(params.in) + first,
                           params.k, count, depth, width, panel + j);
      }
#endif
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        float* const to = panel + done * width + j + lane;
        if (lane < count) {
          ReadRow(params.in, params.in_type, first + lane * params.k + done,
                  depth - done, width, to);
        } else {
          for (int64_t p = 0; p < depth - done; ++p) to[p * width] = 0.0f;
        }
      }
    }
    panel += depth * width;
  }
}

// Sums are [row][token]; out is [token][row].
void WriteTransposed(const Nf4Turn& turn, const float* sums, int64_t stride,
                     int64_t row, int64_t rows) {
  const Nf4MatmulParams& params = turn.params;
  for (int64_t token = 0; token < turn.tokens; token += kLanes) {
    const int64_t count = std::min(kLanes, turn.tokens - token);
    const int64_t first = (turn.first + token) * params.n + row;
    int64_t done = 0;
#if HWY_TARGET != HWY_SCALAR
    if (params.out_type == FloatType::kF32) {
      done = TransposeOut(sums + token, stride, count, rows, params.n,
                          params.accumulate,
                          static_cast<float*>(params.out) + first);
    }
#endif
    for (int64_t lane = 0; lane < count; ++lane) {
      WriteRow(sums + done * stride + token + lane, stride, rows - done,
               params.accumulate, params.out_type,
               first + lane * params.n + done, params.out);
    }
  }
}

// Rows [begin, end) of W: columns of the output.
void Forward(const Nf4Turn& turn, float* tile, float* sums, int64_t begin,
             int64_t end) {
  const Nf4MatmulParams& params = turn.params;
  const Nf4Range range(params.w);
  const int64_t stride = TokensPadded(turn) + kNf4RowGap;
  for (int64_t row = begin; row < end; row += kNf4TileRows) {
    const int64_t rows = std::min(kNf4TileRows, end - row);
    for (int64_t at = 0; at < params.k; at += kNf4Depth) {
      const int64_t depth = std::min(kNf4Depth, params.k - at);
      for (int64_t r = 0; r < rows; ++r) {
        range.Decode((row + r) * params.k + at, depth, tile + r * kNf4Depth);
      }
      // Rows beyond `rows` hold what was there: their sums are not written.
      MultiplyPanels<Stays::kB, 0>(tile, RoundUp(rows, kRows),
                                   turn.shared + at * TokensPadded(turn),
                                   turn.tokens, depth, at == 0, stride, sums);
    }
    WriteTransposed(turn, sums, stride, row, rows);
  }
}

// Backward.

int64_t RowsPadded(const Nf4Turn& turn) { return RoundUp(turn.tokens, kRows); }

// Depths [begin, begin + depth) of the turn's tokens [first_token, end_token),
// each a row of kNf4Depth; with the last one, rows of zeros fill up kRows.
void CopyTokens(const Nf4Turn& turn, int64_t begin, int64_t depth,
                int64_t first_token, int64_t end_token) {
  float* const rows = turn.shared + begin * RowsPadded(turn);
  const int64_t end = end_token == turn.tokens ? RowsPadded(turn) : end_token;
  for (int64_t t = first_token; t < end; ++t) {
    float* const row = rows + t * kNf4Depth;
    if (t < turn.tokens) {
      ReadRow(turn.params.in, turn.params.in_type,
              (turn.first + t) * turn.params.n + begin, depth, 1, row);
    } else {
      std::fill(row, row + depth, 0.0f);
    }
  }
}

// W's rows [row, row + depth) and columns [column, column + columns), as
// panels. Lanes beyond hold zeros.
void DecodePanels(const Nf4Range& range, int64_t k, int64_t row, int64_t depth,
                  int64_t column, int64_t columns, float* panels) {
  constexpr int64_t kRowsAhead = 12;
  alignas(64) float line[kNf4TileColumns];
  std::fill(line, line + kNf4TileColumns, 0.0f);
  for (int64_t p = 0; p < depth; ++p) {
    const int64_t begin = (row + p) * k + column;
    // A few lines of each row: too little for the processor's own prefetch.
    range.Prefetch(begin + kRowsAhead * k, columns);
    range.Decode(begin, columns, line);
    for (int64_t c = 0; c < columns; c += kPanel) {
      const int64_t width = PanelWidth(c, columns);
      // Before this panel are whole ones.
      float* const to =
          panels + c / kPanel * (kPanel * depth + kNf4RowGap) + p * width;
      for (int64_t i = 0; i < width; i += kLanes) {
        hn::StoreU(hn::Load(F32(), line + c + i), F32(), to + i);
      }
    }
  }
}

// Columns [begin, end) of W and of the output.
void Backward(const Nf4Turn& turn, float* tile, float* sums, int64_t begin,
              int64_t end) {
  const Nf4MatmulParams& params = turn.params;
  const Nf4Range range(params.w);
  for (int64_t column = begin; column < end; column += kNf4TileColumns) {
    const int64_t columns = std::min(kNf4TileColumns, end - column);
    for (int64_t at = 0; at < params.n; at += kNf4Depth) {
      const int64_t depth = std::min(kNf4Depth, params.n - at);
      DecodePanels(range, params.k, at, depth, column, columns, tile);
      MultiplyPanels<Stays::kA, kNf4RowGap>(
          turn.shared + at * RowsPadded(turn), RowsPadded(turn), tile, columns,
          depth, at == 0, kNf4TileColumns, sums);
    }
    for (int64_t t = 0; t < turn.tokens; ++t) {
      WriteRow(sums + t * kNf4TileColumns, 1, columns, params.accumulate,
               params.out_type, (turn.first + t) * params.k + column,
               params.out);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

// Calls body(tile, sums, begin, end) with each worker's own part of the
// workspace, for ranges of `size` that begin at multiples of `grain`.
template <typename Body>
void WithTiles(const Nf4MatmulPlan& plan, float* workspace, Workers* workers,
               int64_t size, int64_t grain, const Body& body) {
  const int64_t count = workers == nullptr ? 1 : workers->count();
  const auto run = [&](int64_t worker) {
    float* const tile = workspace + plan.shared + worker * plan.each;
    const WorkRange range = RangeOfWorker(size, grain, worker, count);
    if (range.begin < range.end) {
      body(tile, tile + plan.tile, range.begin, range.end);
    }
  };
  if (count == 1) {
    run(0);
  } else {
    workers->Run(run);
  }
}

}  // namespace

HWY_EXPORT(RearrangeTokens);
HWY_EXPORT(CopyTokens);
HWY_EXPORT(Forward);
HWY_EXPORT(Backward);

void Nf4PanelsCpu(const Nf4MatmulParams& params, Nf4Product product,
                  float* workspace, Workers* workers) {
  const bool forward = product == Nf4Product::kForward;
  const int64_t depth = forward ? params.k : params.n;
  const Nf4MatmulPlan plan =
      PlanNf4Matmul(product, params.m, params.n, params.k, params.method);
  for (int64_t first = 0; first < params.m; first += plan.turn_tokens) {
    const Nf4Turn turn = {
        .params = params,
        .first = first,
        .tokens = std::min(plan.turn_tokens, params.m - first),
        .shared = workspace};
    const int64_t step = forward ? kNf4LaneStep : 2 * kNf4RowStep;
    const int64_t steps = RoundUp(turn.tokens, step) / step;
    const int64_t depths = RoundUp(depth, kNf4Depth) / kNf4Depth;
    // Some 20 KiB each: both a small depth and few tokens have enough of them.
    ParallelFor(workers, depths * steps, 2, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t at = i / steps * kNf4Depth;
        const int64_t count = std::min(kNf4Depth, depth - at);
        const int64_t token = i % steps * step;
        const int64_t end_token = std::min(token + step, turn.tokens);
        if (forward) {
          HWY_DYNAMIC_DISPATCH(RearrangeTokens)
          (turn, at, count, token, end_token);
        } else {
          HWY_DYNAMIC_DISPATCH(CopyTokens)(turn, at, count, token, end_token);
        }
      }
    });
    WithTiles(plan, workspace, workers, forward ? params.n : params.k,
              forward ? kNf4RowStep : kNf4LaneStep,
              [&](float* tile, float* sums, int64_t begin, int64_t end) {
                if (forward) {
                  HWY_DYNAMIC_DISPATCH(Forward)(turn, tile, sums, begin, end);
                } else {
                  HWY_DYNAMIC_DISPATCH(Backward)(turn, tile, sums, begin, end);
                }
              });
  }
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

#include "kaito/kernels/lora/lora_cpu.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/lora/lora_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/lora/lora_tiles-inl.h"
#include "kaito/kernels/parallel/workers.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {

// t = x A^T for rows of one group.
void ProjectDown(const LoraParams& params, const LoraGroup& group,
                 int64_t begin, int64_t end) {
  const int64_t rows = end - begin;
  float* const t = params.t + begin * params.t_stride;
  for (int64_t row = 0; row < rows; ++row) {
    std::fill_n(t + row * params.t_stride, group.rank, 0.0f);
  }
  for (int64_t j = 0; j < params.inputs; j += kDotColumns) {
    DotTile({params.x + begin * params.inputs + j, params.inputs},
            {group.a + j, params.inputs}, rows, group.rank,
            std::min(kDotColumns, params.inputs - j), {t, params.t_stride});
  }
}

// y += scale * t B^T for columns of y.
void ProjectUp(const LoraParams& params, const LoraGroup& group, int64_t begin,
               int64_t end) {
  HWY_ALIGN float tile[kTileFloats];
  const int64_t row = group.row_begin;
  const int64_t step = TileColumns(group.rank);
  for (int64_t j = begin; j < end; j += step) {
    const int64_t columns = std::min(step, end - j);
    PackTransposed(group.b + j * group.rank, columns, group.rank, tile, step);
    AddTile({params.t + row * params.t_stride, params.t_stride}, {tile, step},
            group.row_end - row, group.rank, columns,
            static_cast<float>(group.scale),
            {params.y + row * params.outputs + j, params.outputs});
  }
}

// ProjectUp() for a row or two, to which a transposed tile isn't worth its
// making: the same operations in the same order, an output at a time.
void ProjectUpFew(const LoraParams& params, const LoraGroup& group,
                  int64_t begin, int64_t end) {
  // So many independent sums hide the latency of each.
  constexpr int64_t kSums = 8;
  const hn::CappedTag<float, 1> one;
  using V = hn::Vec<decltype(one)>;
  const V scale = hn::Set(one, static_cast<float>(group.scale));
  for (int64_t row = group.row_begin; row < group.row_end; ++row) {
    const float* const t = params.t + row * params.t_stride;
    float* const y = params.y + row * params.outputs;
    const auto outputs = [&](int64_t j, auto count) HWY_ATTR {
      constexpr int64_t kCount = decltype(count)::value;
      const float* const b = group.b + j * group.rank;
      V sums[kCount];
      for (V& sum : sums) sum = hn::Zero(one);
      for (int64_t k = 0; k < group.rank; ++k) {
        const V tk = hn::LoadU(one, t + k);
        HWY_UNROLL(8)
        for (int64_t i = 0; i < kCount; ++i) {
          sums[i] =
              hn::MulAdd(tk, hn::LoadU(one, b + i * group.rank + k), sums[i]);
        }
      }
      for (int64_t i = 0; i < kCount; ++i) {
        hn::StoreU(hn::MulAdd(scale, sums[i], hn::LoadU(one, y + j + i)), one,
                   y + j + i);
      }
    };
    int64_t j = begin;
    for (; j + kSums <= end; j += kSums) {
      outputs(j, std::integral_constant<int64_t, kSums>());
    }
    for (; j < end; ++j) outputs(j, std::integral_constant<int64_t, 1>());
  }
}

// dt = scale * dy B for rows. B's rows are the vectors, where they are whole
// ones; and where not, copies that have room.
void BackUp(const LoraBackwardParams& params, int64_t begin, int64_t end) {
  const int64_t lanes =
      static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  const int64_t padded = (params.rank + lanes - 1) / lanes * lanes;
  // B's part of a block in L1, and a limit to how long a sum grows.
  constexpr int64_t kColumns = 256;
  HWY_ALIGN float tile[kTileFloats];
  const bool whole = params.rank % lanes == 0;
  const int64_t step =
      whole ? kColumns : std::min(kColumns, kTileFloats / padded);
  const int64_t rows = end - begin;
  float* const dt = params.dt + begin * params.rank;
  std::fill_n(dt, rows * params.rank, 0.0f);
  for (int64_t j = 0; j < params.outputs; j += step) {
    const int64_t columns = std::min(step, params.outputs - j);
    ConstMatrix b = {params.b + j * params.rank, params.rank};
    if (!whole) {
      for (int64_t o = 0; o < columns; ++o) {
        std::fill_n(
            std::copy_n(b.data + o * b.stride, params.rank, tile + o * padded),
            padded - params.rank, 0.0f);
      }
      b = {tile, padded};
    }
    PanelTile({params.dy + begin * params.outputs + j, params.outputs}, b, rows,
              params.rank, columns, {dt, params.rank});
  }
  const auto scale = static_cast<float>(params.scale);
  for (int64_t i = 0; i < rows * params.rank; ++i) dt[i] *= scale;
}

// db += scale * dy^T t for rows of db, which are columns of dy.
void GradientB(const LoraBackwardParams& params, int64_t begin, int64_t end) {
  HWY_ALIGN float tile[kTileFloats];
  const int64_t step = TileColumns(params.rank);
  const auto scale = static_cast<float>(params.scale);
  for (int64_t j = begin; j < end; j += step) {
    const int64_t columns = std::min(step, end - j);
    std::fill_n(tile, params.rank * step, 0.0f);
    OuterTile({params.t, params.rank}, {params.dy + j, params.outputs},
              params.rows, params.rank, columns, {tile, step});
    for (int64_t o = 0; o < columns; ++o) {
      for (int64_t k = 0; k < params.rank; ++k) {
        params.db[(j + o) * params.rank + k] += scale * tile[k * step + o];
      }
    }
  }
}

// da += dt^T x for columns of da.
void GradientA(const LoraBackwardParams& params, int64_t begin, int64_t end) {
  HWY_ALIGN float tile[kTileFloats];
  const int64_t step = TileColumns(params.rank);
  for (int64_t j = begin; j < end; j += step) {
    const int64_t columns = std::min(step, end - j);
    std::fill_n(tile, params.rank * step, 0.0f);
    OuterTile({params.dt, params.rank}, {params.x + j, params.inputs},
              params.rows, params.rank, columns, {tile, step});
    for (int64_t k = 0; k < params.rank; ++k) {
      float* const da = params.da + k * params.inputs + j;
      for (int64_t i = 0; i < columns; ++i) da[i] += tile[k * step + i];
    }
  }
}

// dx += dt A for columns of dx.
void BackDown(const LoraBackwardParams& params, int64_t begin, int64_t end) {
  HWY_ALIGN float tile[kTileFloats];
  const int64_t step = TileColumns(params.rank);
  for (int64_t j = begin; j < end; j += step) {
    const int64_t columns = std::min(step, end - j);
    PackRows(params.a + j, params.inputs, columns, params.rank, tile, step);
    AddTile({params.dt, params.rank}, {tile, step}, params.rows, params.rank,
            columns, 1.0f, {params.dx + j, params.inputs});
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(ProjectDown);
HWY_EXPORT(ProjectUp);
HWY_EXPORT(ProjectUpFew);
HWY_EXPORT(BackUp);
HWY_EXPORT(GradientB);
HWY_EXPORT(GradientA);
HWY_EXPORT(BackDown);

// Some 10 us at 16 multiply-adds a cycle and a third of that reached.
constexpr int64_t kGrainProducts = 131072;

// A row costs ProjectUpFew() a third of what the transposed tile does.
constexpr int64_t kFewRows = 2;

// Columns of a range begin at multiples of it: an element is in a whole vector,
// or in the tail, whatever the range.
constexpr int64_t kColumnStep = 32;
constexpr int64_t kRowStep = 8;

// Of `size` items of so many multiply-adds each: parts of equal length, a
// multiple of `step`, for as many workers as it is worth waking.
int64_t Grain(const Workers* workers, int64_t size, int64_t products,
              int64_t step) {
  const int64_t worth = size * std::max<int64_t>(1, products) / kGrainProducts;
  const int64_t parts =
      std::clamp<int64_t>(worth, 1, workers == nullptr ? 1 : workers->count());
  const int64_t each = (size + parts - 1) / parts;
  return std::max<int64_t>(1, (each + step - 1) / step) * step;
}

}  // namespace

void LoraCpu(const LoraParams& params, Workers* workers) {
  for (int64_t g = 0; g < params.group_count; ++g) {
    const LoraGroup& group = params.groups[g];
    const int64_t rows = group.row_end - group.row_begin;
    if (rows == 0) continue;
    ParallelFor(workers, rows,
                Grain(workers, rows, params.inputs * group.rank, kRowStep),
                [&](int64_t begin, int64_t end) {
                  HWY_DYNAMIC_DISPATCH(ProjectDown)
                  (params, group, group.row_begin + begin,
                   group.row_begin + end);
                });
    ParallelFor(workers, params.outputs,
                Grain(workers, params.outputs, rows * group.rank, kColumnStep),
                [&](int64_t begin, int64_t end) {
                  if (rows <= kFewRows) {
                    HWY_DYNAMIC_DISPATCH(ProjectUpFew)
                    (params, group, begin, end);
                  } else {
                    HWY_DYNAMIC_DISPATCH(ProjectUp)(params, group, begin, end);
                  }
                });
  }
}

void LoraBackwardCpu(const LoraBackwardParams& params, Workers* workers) {
  ParallelFor(
      workers, params.rows,
      Grain(workers, params.rows, params.outputs * params.rank, kRowStep),
      [&](int64_t begin, int64_t end) {
        HWY_DYNAMIC_DISPATCH(BackUp)(params, begin, end);
      });
  // What is left is independent: each worker takes its part of all of it.
  const int64_t products = params.rows * params.rank;
  const auto columns = [&](WorkRange outputs, WorkRange inputs) {
    HWY_DYNAMIC_DISPATCH(GradientB)(params, outputs.begin, outputs.end);
    HWY_DYNAMIC_DISPATCH(GradientA)(params, inputs.begin, inputs.end);
    if (params.dx != nullptr) {
      HWY_DYNAMIC_DISPATCH(BackDown)(params, inputs.begin, inputs.end);
    }
  };
  if (workers == nullptr ||
      (params.outputs + 2 * params.inputs) * products < 2 * kGrainProducts) {
    columns({0, params.outputs}, {0, params.inputs});
    return;
  }
  workers->Run([&](int64_t worker) {
    const int64_t count = workers->count();
    columns(RangeOfWorker(params.outputs, kColumnStep, worker, count),
            RangeOfWorker(params.inputs, kColumnStep, worker, count));
  });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE

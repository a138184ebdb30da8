#include "kaito/kernels/blockwise8/blockwise8_cpu.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {
namespace {

// Elements that keep a thread busy for some 50 us.
constexpr int64_t kGrain = 16384;

int64_t GrainBlocks(int64_t block) {
  return std::max<int64_t>(1, kGrain / block);
}

// The boundaries between neighbouring codes; one more, which is above all
// numbers but not above NaN, fills up to a power of two.
struct Midpoints {
  explicit Midpoints(const float* map) {
    for (int i = 0; i < 255; ++i) value[i] = (map[i] + map[i + 1]) * 0.5f;
    value[255] = 3e38f;
  }
  float value[256];
};

// The number of midpoints below v, in eight steps without a branch that the
// data decides: neighbouring elements' searches overlap in the processor.
uint8_t CodeOf(const Midpoints& midpoints, float v) {
  uint32_t code = 0;
  for (uint32_t step = 128; step > 0; step /= 2) {
    code += midpoints.value[code + step - 1] < v ? step : 0;
  }
  return static_cast<uint8_t>(code);
}

// As integers, magnitudes are in the order of the numbers, with NaN above all.
float Absmax(const float* x, int64_t count, float offset) {
  uint32_t most = 0;
  for (int64_t i = 0; i < count; ++i) {
    most = std::max(most, std::bit_cast<uint32_t>(x[i] - offset) & 0x7fffffff);
  }
  return std::bit_cast<float>(most);
}

void QuantizeBlock(const Blockwise8QuantizeParams& params,
                   const Midpoints& midpoints, int64_t block) {
  const int64_t begin = block * params.block;
  const int64_t count = std::min(params.block, params.count - begin);
  const float* const x = params.x + begin;
  uint8_t* const codes = params.codes + begin;
  const float absmax = Absmax(x, count, params.offset);
  params.absmax[block] = absmax;
  if (absmax == 0.0f) {
    std::fill_n(codes, count, CodeOf(midpoints, 0.0f));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    codes[i] = CodeOf(midpoints, (x[i] - params.offset) / absmax);
  }
}

}  // namespace

void Blockwise8QuantizeCpu(const Blockwise8QuantizeParams& params,
                           Workers* workers) {
  if (params.count == 0) return;
  const Midpoints midpoints(params.map);
  ParallelFor(workers, BlocksOf(params.count, params.block),
              GrainBlocks(params.block), [&](int64_t begin, int64_t end) {
                for (int64_t b = begin; b < end; ++b) {
                  QuantizeBlock(params, midpoints, b);
                }
              });
}

void Blockwise8DequantizeCpu(const Blockwise8DequantizeParams& params,
                             Workers* workers) {
  ParallelFor(
      workers, BlocksOf(params.count, params.block), GrainBlocks(params.block),
      [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) {
          const int64_t last = std::min((b + 1) * params.block, params.count);
          for (int64_t i = b * params.block; i < last; ++i) {
            params.out[i] =
                params.map[params.codes[i]] * params.absmax[b] + params.offset;
          }
        }
      });
}

}  // namespace kaito::kernels

#include "kaito/runtime/backend/dropout.h"

#include <algorithm>
#include <cstdint>

#include "kaito/base/random/philox.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::runtime {
namespace {

// Some 10 us at 3 ns an element.
constexpr int64_t kGrainElements = 4096;

// Calls body(index, factor) for each element of each row.
template <typename Body>
void ForEachElement(const DropoutMask& mask, int64_t rows, int64_t columns,
                    kernels::Stream stream, const Body& body) {
  const PhiloxKey key = {static_cast<uint32_t>(mask.seed),
                         static_cast<uint32_t>(mask.seed >> 32)};
  // Dropped are those of 2^32 equally likely numbers that lie below.
  const auto bound = static_cast<uint64_t>(mask.probability * 0x1p32);
  const auto scale = static_cast<float>(1 / (1 - mask.probability));
  const int64_t grain =
      std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, columns));
  kernels::ParallelFor(
      stream.workers(), rows, grain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t token = mask.tokens == nullptr ? row : mask.tokens[row];
          for (int64_t column = 0; column < columns; column += 4) {
            const PhiloxBlock bits =
                Philox4x32({static_cast<uint32_t>(column / 4),
                            static_cast<uint32_t>(token),
                            static_cast<uint32_t>(token >> 32), mask.module},
                           key);
            const int64_t count = std::min<int64_t>(4, columns - column);
            for (int64_t i = 0; i < count; ++i) {
              body(row * columns + column + i, bits[i] < bound ? 0.0f : scale);
            }
          }
        }
      });
}

}  // namespace

void Drop(const DropoutMask& mask, const float* x, int64_t rows,
          int64_t columns, float* y, kernels::Stream stream) {
  ForEachElement(mask, rows, columns, stream, [&](int64_t i, float factor) {
    y[i] = factor == 0 ? 0 : x[i] * factor;
  });
}

void AddDropGradient(const DropoutMask& mask, const float* dy, int64_t rows,
                     int64_t columns, float* dx, kernels::Stream stream) {
  ForEachElement(mask, rows, columns, stream, [&](int64_t i, float factor) {
    if (factor != 0) dx[i] += dy[i] * factor;
  });
}

}  // namespace kaito::runtime

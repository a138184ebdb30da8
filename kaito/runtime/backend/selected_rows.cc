#include "kaito/runtime/backend/selected_rows.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace kaito::runtime {

void GatherRows(const float* from, std::span<const int32_t> selected,
                int64_t columns, float* to) {
  for (const int32_t row : selected) {
    to = std::copy_n(from + row * columns, columns, to);
  }
}

void SpreadRows(std::span<const int32_t> selected, int64_t rows,
                int64_t columns, float* data) {
  // From the last on: a row never moves up, so none that is still to move is
  // overwritten.
  int64_t end = rows;
  for (int64_t i = std::ssize(selected) - 1; i >= 0; --i) {
    const int64_t row = selected[i];
    std::fill(data + (row + 1) * columns, data + end * columns, 0.0f);
    if (row != i) {
      std::copy_n(data + i * columns, columns, data + row * columns);
    }
    end = row;
  }
  std::fill_n(data, end * columns, 0.0f);
}

}  // namespace kaito::runtime

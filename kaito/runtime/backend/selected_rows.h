#ifndef KAITO_RUNTIME_BACKEND_SELECTED_ROWS_H_
#define KAITO_RUNTIME_BACKEND_SELECTED_ROWS_H_

// Rows of a matrix by ascending numbers: brought together, and spread out again.
// The topmost layer's part behind attention goes through the trained tokens
// alone; the others' results nobody reads.
//
//   GatherRows(attended, selected, columns, together);
//   SpreadRows(selected, rows, columns, gradient);  // In place.

#include <cstdint>
#include <span>

namespace kaito::runtime {

// to [selected, columns] = rows `selected` of from. `to` is other memory.
void GatherRows(const float* from, std::span<const int32_t> selected,
                int64_t columns, float* to);

// The first rows of data [rows, columns] become the rows `selected`, and all
// others zero.
void SpreadRows(std::span<const int32_t> selected, int64_t rows,
                int64_t columns, float* data);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_SELECTED_ROWS_H_

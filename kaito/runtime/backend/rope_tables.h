#ifndef KAITO_RUNTIME_BACKEND_ROPE_TABLES_H_
#define KAITO_RUNTIME_BACKEND_ROPE_TABLES_H_

// RopeTables: the rotations of one decoder, for as many positions as were asked
// for so far. A decoder with longrope has two sets of them, of which the length
// of a sequence takes one; they are one table here, the second set behind the
// first, so that sequences of both kinds go through one call.
//
//   KAITO_RETURN_IF_ERROR(tables.Grow(positions));
//   row = tables.Row(position, sequence_length);
//   const kernels::RopeTable& table = tables.table();

#include <cstdint>

#include "absl/status/status.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/runtime/model/rope_config.h"

namespace kaito::runtime {

class RopeTables {
 public:
  explicit RopeTables(const RopeConfig& rope);

  // Makes positions [0, positions) available. Errors are MakeRopeTable()'s.
  absl::Status Grow(int64_t positions);

  // The row of a position in a sequence that is, or may become, `length` tokens
  // long. The position is below what Grow() was asked for; a row changes with no
  // later Grow().
  int64_t Row(int64_t position, int64_t length) const {
    return length > original_ ? original_rows_ + position : position;
  }

  const kernels::RopeTable& table() const { return table_; }

 private:
  const RopeConfig rope_;
  // Longer sequences take the second set. With one set none is longer.
  const int64_t original_;
  const int64_t
      original_rows_;  // Of the first set: 0 where it is the only one.
  int64_t positions_ = 0;
  kernels::RopeTable table_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_ROPE_TABLES_H_

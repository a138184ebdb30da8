#include "kaito/runtime/backend/rope_tables.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/runtime/model/rope_config.h"

namespace kaito::runtime {
namespace {

// 1 MiB at the usual sizes; a table that grows token by token would be made
// over and over.
constexpr int64_t kLeastPositions = 2048;

int64_t OriginalPositions(const RopeConfig& rope) {
  const auto* extended = std::get_if<LongRope>(&rope.scaling);
  return extended == nullptr ? std::numeric_limits<int64_t>::max()
                             : extended->original_positions;
}

}  // namespace

RopeTables::RopeTables(const RopeConfig& rope)
    : rope_(rope),
      original_(OriginalPositions(rope)),
      original_rows_(std::holds_alternative<LongRope>(rope.scaling) ? original_
                                                                    : 0) {}

absl::Status RopeTables::Grow(int64_t positions) {
  if (positions <= positions_) return absl::OkStatus();
  const int64_t wanted = std::max({positions, 2 * positions_, kLeastPositions});
  // Of a decoder with two sets the first is whole from the start, since Row()
  // counts on it.
  const bool two = original_rows_ > 0;
  KAITO_ASSIGN_OR_RETURN(
      kernels::RopeTable table,
      kernels::MakeRopeTable(MakeRopeSpec(rope_, two ? original_ : wanted),
                             two ? original_rows_ : wanted));
  if (two) {
    KAITO_ASSIGN_OR_RETURN(
        const kernels::RopeTable second,
        kernels::MakeRopeTable(MakeRopeSpec(rope_, original_ + 1), wanted));
    table.cos.insert(table.cos.end(), second.cos.begin(), second.cos.end());
    table.sin.insert(table.sin.end(), second.sin.begin(), second.sin.end());
    table.positions += wanted;
  }
  table_ = std::move(table);
  positions_ = wanted;
  return absl::OkStatus();
}

}  // namespace kaito::runtime

#include "kaito/runtime/backend/step_plan.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

int64_t LengthOf(const StepRow& row) {
  return row.position + static_cast<int64_t>(row.ids.size());
}

int64_t BlocksOf(const StepRow& row, int64_t block_size) {
  return (LengthOf(row) + block_size - 1) / block_size;
}

absl::Status CheckRow(const StepRow& row, int64_t index,
                      const DecoderConfig& config, const StepLimits& limits) {
  const auto bad = [&](const auto&... what) {
    return absl::InvalidArgumentError(
        absl::StrCat("step: row ", index, " ", what...));
  };
  if (row.ids.empty()) return bad("has no ids");
  if (row.position < 0 || row.position >= limits.longest_sequence ||
      LengthOf(row) > limits.longest_sequence) {
    return bad("is at position ", row.position, " with ", row.ids.size(),
               " ids, sequences may have ", limits.longest_sequence,
               " at most");
  }
  for (const int32_t id : row.ids) {
    if (id < 0 || id >= config.vocab_size) {
      return bad("has the id ", id, ", the vocabulary has ", config.vocab_size);
    }
  }
  const int64_t blocks = BlocksOf(row, limits.block_size);
  if (static_cast<int64_t>(row.block_table.size()) < blocks) {
    return bad("has ", row.block_table.size(), " blocks, its ", LengthOf(row),
               " tokens need ", blocks);
  }
  for (int64_t i = 0; i < blocks; ++i) {
    if (row.block_table[i] < 0 || row.block_table[i] >= limits.blocks) {
      return bad("has block ", row.block_table[i], ", the cache has ",
                 limits.blocks);
    }
  }
  return absl::OkStatus();
}

enum class RowKind : uint8_t { kSingle, kContinued, kFresh };

RowKind KindOf(const StepRow& row) {
  if (row.ids.size() == 1) return RowKind::kSingle;
  return row.position > 0 ? RowKind::kContinued : RowKind::kFresh;
}

class Planner {
 public:
  Planner(absl::Span<const StepRow> rows, const StepLimits& limits)
      : rows_(rows), limits_(limits) {}

  StepPlan Plan() {
    FindAdapters();
    std::vector<int32_t> order(rows_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      return std::tuple(KindOf(rows_[a]), adapter_of_[a]) <
             std::tuple(KindOf(rows_[b]), adapter_of_[b]);
    });
    for (const StepRow& row : rows_) {
      plan_.table_stride =
          std::max(plan_.table_stride, BlocksOf(row, limits_.block_size));
    }
    plan_.starts.push_back(0);
    plan_.fresh_starts.push_back(0);
    std::vector<int32_t> last(rows_.size());
    for (const int32_t index : order) {
      Add(rows_[index], adapter_of_[index]);
      last[index] = plan_.starts.back() - 1;
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].wants_logits) plan_.outputs.push_back(last[i]);
    }
    return plan_;
  }

 private:
  // Few: a step has as many rows as fit into a batch.
  void FindAdapters() {
    for (const StepRow& row : rows_) {
      const auto found =
          std::find(plan_.adapters.begin(), plan_.adapters.end(), row.adapter);
      adapter_of_.push_back(
          row.adapter == nullptr ? -1 : found - plan_.adapters.begin());
      if (row.adapter != nullptr && found == plan_.adapters.end()) {
        plan_.adapters.push_back(row.adapter);
      }
    }
  }

  void Add(const StepRow& row, int64_t adapter) {
    const int64_t begin = plan_.tokens();
    plan_.ids.insert(plan_.ids.end(), row.ids.begin(), row.ids.end());
    for (size_t i = 0; i < row.ids.size(); ++i) {
      plan_.positions.push_back(static_cast<int32_t>(row.position + i));
    }
    const int64_t end = plan_.tokens();
    plan_.starts.push_back(static_cast<int32_t>(end));
    plan_.lengths.push_back(static_cast<int32_t>(LengthOf(row)));
    const int64_t blocks = BlocksOf(row, limits_.block_size);
    plan_.block_table.insert(plan_.block_table.end(), row.block_table.begin(),
                             row.block_table.begin() + blocks);
    plan_.block_table.resize(plan_.sequences() * plan_.table_stride, 0);

    const RowKind kind = KindOf(row);
    if (kind == RowKind::kSingle) plan_.single_tokens = end;
    if (kind == RowKind::kFresh) {
      plan_.fresh_starts.push_back(
          static_cast<int32_t>(end - plan_.cached_tokens));
    } else {
      plan_.cached_tokens = end;
      plan_.cached_sequences = plan_.sequences();
    }
    if (adapter < 0) return;
    if (!plan_.spans.empty() && plan_.spans.back().end == begin &&
        plan_.spans.back().adapter == adapter) {
      plan_.spans.back().end = end;
    } else {
      plan_.spans.push_back({.adapter = adapter, .begin = begin, .end = end});
    }
  }

  const absl::Span<const StepRow> rows_;
  const StepLimits& limits_;
  std::vector<int64_t> adapter_of_;  // [rows]; -1 without one.
  StepPlan plan_;
};

}  // namespace

absl::StatusOr<StepPlan> PlanStep(absl::Span<const StepRow> rows,
                                  const DecoderConfig& config,
                                  const StepLimits& limits) {
  for (size_t i = 0; i < rows.size(); ++i) {
    KAITO_RETURN_IF_ERROR(
        CheckRow(rows[i], static_cast<int64_t>(i), config, limits));
  }
  return Planner(rows, limits).Plan();
}

}  // namespace kaito::runtime

#ifndef KAITO_RUNTIME_BACKEND_STEP_PLAN_H_
#define KAITO_RUNTIME_BACKEND_STEP_PLAN_H_

// StepPlan: the rows of a serving step, checked and put into the order in which
// they are computed. Pure; CachedPass (cached_pass.h) carries it out.
//
//   KAITO_ASSIGN_OR_RETURN(const StepPlan plan,
//                          PlanStep(rows, config, limits));
//
// Single tokens come first, then parts of prompts with something before them in
// the cache, then prompts from their start; within each, rows of one adapter
// are together. So every kind of product and of attention gets one range. What
// is done to a row depends on its own ids and position alone.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

struct StepLimits {
  int64_t blocks = 0;  // Of the cache.
  int64_t block_size = 0;
  int64_t longest_sequence = 0;
};

// Consecutive tokens of one adapter.
struct AdapterSpan {
  int64_t adapter = 0;  // Into StepPlan::adapters.
  int64_t begin = 0;
  int64_t end = 0;
};

struct StepPlan {
  std::vector<int32_t> ids;        // [tokens]
  std::vector<int32_t> positions;  // [tokens]
  std::vector<int32_t> starts;     // [sequences + 1]
  // Of each sequence, this step's tokens included. [sequences]
  std::vector<int32_t> lengths;
  std::vector<int32_t> block_table;  // [sequences, table_stride]
  int64_t table_stride = 0;

  // Tokens [0, single_tokens) are all there is of their rows.
  int64_t single_tokens = 0;
  // Tokens [0, cached_tokens), of sequences [0, cached_sequences), attend to
  // the cache; those behind them to their own row.
  int64_t cached_tokens = 0;
  int64_t cached_sequences = 0;
  // As `starts`, of the sequences behind, counted from the first of their
  // tokens. [sequences - cached_sequences + 1]
  std::vector<int32_t> fresh_starts;

  std::vector<const LoraAdapter*> adapters;  // Each once, without null.
  std::vector<AdapterSpan> spans;            // By ascending tokens.
  // The token whose logits are wanted, for each row that wants some, in the
  // caller's order.
  std::vector<int32_t> outputs;

  int64_t tokens() const { return static_cast<int64_t>(ids.size()); }
  int64_t sequences() const { return static_cast<int64_t>(lengths.size()); }
};

// InvalidArgument, with the row and the values: no ids, ids outside the
// vocabulary, a position below 0, a sequence that gets too long, a block table
// that is too short or names blocks that are not there.
absl::StatusOr<StepPlan> PlanStep(absl::Span<const StepRow> rows,
                                  const DecoderConfig& config,
                                  const StepLimits& limits);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_STEP_PLAN_H_

#ifndef KAITO_RUNTIME_BATCH_BATCH_PLAN_H_
#define KAITO_RUNTIME_BATCH_BATCH_PLAN_H_

// BatchPlan: which rows each step of a training run sees. BatchSource walks
// through it.
//
//   KAITO_ASSIGN_OR_RETURN(const BatchPlan plan,
//                          BatchPlan::Make(std::move(encoded.rows),
//                                          {.rows_per_batch = 24,
//                                           .epochs = 18, .seed = 1}));
//   BatchSource source(plan);
//   source.Seek(state.step);                  // Resume: a number is all it takes.
//   while (source.step() < plan.total_steps()) {
//     const StepBatch batch = source.Next();
//     for (const PackedBatch& pass : batch.passes) ...   // Sum gradients.
//     ...                                     // Divide by batch.targets.
//   }
//
// The order of an epoch is a function of the seed and the epoch's number alone:
// Random(seed).Split(epoch) shuffles the rows (base/random), so a run that is
// stopped and resumed at a step sees what an uninterrupted one does. A step
// takes `accumulation` batches of `rows_per_batch` rows; an epoch's last batch
// and step may be smaller. Pure values.

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/batch/packing.h"
#include "kaito/runtime/dataset/encoded_row.h"

namespace kaito::runtime {

enum class Packing { kNone, kBestFit, kBestFitSplit, kWrapped };

// TRL's words: "bfd", "bfd_split", "wrapped". InvalidArgument for others.
absl::StatusOr<Packing> ParsePackingStrategy(absl::string_view word);

struct BatchOptions {
  int64_t rows_per_batch = 8;  // Of packed rows, where rows are packed.
  int64_t accumulation = 1;    // Batches a step.
  double epochs = 3;           // A part of one too: 0.5.
  int64_t max_steps = 0;       // Above 0: wins over epochs.

  bool shuffle = true;
  // Batches of rows of similar length, in random order: less padding where one
  // pads, steps of more even length here.
  bool group_by_length = false;
  uint64_t seed = 0;

  Packing packing = Packing::kNone;
  int64_t packed_length = 1024;  // Of packed rows.

  // A batch of more tokens goes in several passes, cut between rows; 0 never
  // cuts. Changes memory and speed, not what a step computes.
  int64_t max_pass_tokens = 0;
};

struct StepBatch {
  int64_t step = 0;   // From 0.
  int64_t epoch = 0;  // From 0.
  std::vector<PackedBatch> passes;
  int64_t tokens = 0;
  int64_t targets = 0;  // What the summed loss is divided by; may be 0.
};

class BatchPlan {
 public:
  // InvalidArgument for options out of range and for no rows.
  static absl::StatusOr<BatchPlan> Make(std::vector<EncodedRow> rows,
                                        const BatchOptions& options);

  int64_t steps_per_epoch() const { return steps_per_epoch_; }
  int64_t total_steps() const { return total_steps_; }
  int64_t tokens_per_epoch() const { return tokens_per_epoch_; }
  // The rows of one epoch after packing.
  int64_t packed_rows() const { return static_cast<int64_t>(packs_.size()); }
  // Of the largest pass there can be: what memory is planned for.
  int64_t largest_pass_tokens() const { return largest_pass_tokens_; }
  const BatchOptions& options() const { return options_; }

  // Epochs done after `steps` steps: 1.5.
  double EpochsAfter(int64_t steps) const;

 private:
  friend class BatchSource;

  BatchPlan() = default;

  // Indices of packs, in the order of an epoch; batch b of it is
  // [starts[b], starts[b + 1]).
  struct Epoch {
    std::vector<int64_t> order;
    std::vector<int64_t> starts;
  };

  int64_t LengthOf(const Pack& pack) const;
  Epoch MakeEpoch(int64_t epoch) const;
  Epoch InBatches(const std::vector<int64_t>& order,
                  const std::vector<int64_t>& batches) const;
  void AppendPass(std::span<const int64_t> packs, StepBatch* step) const;

  BatchOptions options_;
  std::vector<EncodedRow> rows_;
  std::vector<Pack> packs_;
  int64_t steps_per_epoch_ = 0;
  int64_t total_steps_ = 0;
  int64_t tokens_per_epoch_ = 0;
  int64_t largest_pass_tokens_ = 0;
};

class BatchSource {
 public:
  // `plan` must outlive it.
  explicit BatchSource(const BatchPlan& plan) : plan_(plan) {}

  // The step that Next() gives, from 0.
  int64_t step() const { return step_; }
  void Seek(int64_t step) { step_ = step; }

  // Goes on past total_steps() with further epochs; the caller stops.
  StepBatch Next();

 private:
  const BatchPlan& plan_;
  int64_t step_ = 0;
  int64_t epoch_number_ = -1;  // Of epoch_.
  BatchPlan::Epoch epoch_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BATCH_BATCH_PLAN_H_

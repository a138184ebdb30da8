#include "kaito/runtime/batch/batch_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/random/random.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/batch/packing.h"
#include "kaito/runtime/dataset/encoded_row.h"

namespace kaito::runtime {
namespace {

// How far rows of a batch may be apart in length: enough that a batch is not
// the same rows in each epoch. The demo recipe's value (examples/README.md).
constexpr double kLengthJitter = 12;
constexpr int64_t kMaxPassTokens = std::numeric_limits<int32_t>::max();
// Trainers of others count steps in 32 bits too.
constexpr double kMaxSteps = 2e9;

absl::Status CheckAtLeast(absl::string_view name, int64_t value, int64_t min) {
  if (value >= min) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": want ", min, " or more, got ", value));
}

absl::Status CheckOptions(const BatchOptions& options) {
  KAITO_RETURN_IF_ERROR(
      CheckAtLeast("rows_per_batch", options.rows_per_batch, 1));
  KAITO_RETURN_IF_ERROR(CheckAtLeast("accumulation", options.accumulation, 1));
  KAITO_RETURN_IF_ERROR(CheckAtLeast("max_steps", options.max_steps, 0));
  KAITO_RETURN_IF_ERROR(
      CheckAtLeast("max_pass_tokens", options.max_pass_tokens, 0));
  if (options.packing != Packing::kNone) {
    KAITO_RETURN_IF_ERROR(
        CheckAtLeast("packed_length", options.packed_length, 2));
  }
  if (options.max_steps == 0 && !(options.epochs > 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("epochs: want more than 0, got ", options.epochs));
  }
  return absl::OkStatus();
}

std::vector<Pack> MakePacks(const std::vector<EncodedRow>& rows,
                            const BatchOptions& options) {
  std::vector<int64_t> lengths;
  lengths.reserve(rows.size());
  for (const EncodedRow& row : rows) lengths.push_back(row.tokens());
  const PackingOptions packing = {
      .max_length = options.packed_length,
      .split = options.packing == Packing::kBestFitSplit};
  switch (options.packing) {
    case Packing::kNone:
      break;
    case Packing::kBestFit:
    case Packing::kBestFitSplit:
      return PackBestFit(lengths, packing);
    case Packing::kWrapped:
      return PackWrapped(lengths, packing);
  }
  std::vector<Pack> packs;
  packs.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    packs.push_back({{static_cast<int64_t>(i), 0, lengths[i]}});
  }
  return packs;
}

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

void AppendPiece(const EncodedRow& row, const Piece& piece, PackedBatch* out) {
  for (int64_t i = 0; i < piece.count; ++i) {
    const int64_t at = piece.first + i;
    const bool has_label = i + 1 < piece.count && row.trained[at + 1];
    out->ids.push_back(row.ids[at]);
    out->positions.push_back(static_cast<int32_t>(i));
    out->labels.push_back(has_label ? row.ids[at + 1] : -100);
  }
  out->starts.push_back(static_cast<int32_t>(out->ids.size()));
}

}  // namespace

absl::StatusOr<Packing> ParsePackingStrategy(absl::string_view word) {
  if (word == "bfd") return Packing::kBestFit;
  if (word == "bfd_split") return Packing::kBestFitSplit;
  if (word == "wrapped") return Packing::kWrapped;
  return absl::InvalidArgumentError(absl::StrCat(
      "packing_strategy: want bfd, bfd_split or wrapped, got \"", word, "\""));
}

int64_t BatchPlan::LengthOf(const Pack& pack) const {
  int64_t tokens = 0;
  for (const Piece& piece : pack) tokens += piece.count;
  return tokens;
}

absl::StatusOr<BatchPlan> BatchPlan::Make(std::vector<EncodedRow> rows,
                                          const BatchOptions& options) {
  KAITO_RETURN_IF_ERROR(CheckOptions(options));
  BatchPlan plan;
  plan.options_ = options;
  plan.packs_ = MakePacks(rows, options);
  plan.rows_ = std::move(rows);
  if (plan.packs_.empty()) {
    return absl::InvalidArgumentError("there are no rows to train on");
  }
  std::vector<int64_t> lengths;
  lengths.reserve(plan.packs_.size());
  for (const Pack& pack : plan.packs_) lengths.push_back(plan.LengthOf(pack));
  std::ranges::sort(lengths, std::greater<>());
  for (const int64_t length : lengths) plan.tokens_per_epoch_ += length;
  const int64_t together = std::min<int64_t>(
      options.rows_per_batch, static_cast<int64_t>(lengths.size()));
  for (int64_t i = 0; i < together; ++i) {
    plan.largest_pass_tokens_ += lengths[i];
  }
  if (options.max_pass_tokens > 0) {
    plan.largest_pass_tokens_ =
        std::min(plan.largest_pass_tokens_,
                 std::max(options.max_pass_tokens, lengths[0]));
  }
  if (plan.largest_pass_tokens_ > kMaxPassTokens) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", options.rows_per_batch, " rows has up to ",
                     plan.largest_pass_tokens_, " tokens, more than ",
                     kMaxPassTokens, ": take fewer rows or a max_length"));
  }
  plan.steps_per_epoch_ = CeilDiv(
      CeilDiv(static_cast<int64_t>(lengths.size()), options.rows_per_batch),
      options.accumulation);
  const double steps =
      std::ceil(options.epochs * static_cast<double>(plan.steps_per_epoch_));
  if (options.max_steps == 0 && !(steps <= kMaxSteps)) {
    return absl::InvalidArgumentError(
        absl::StrCat("epochs: ", options.epochs, " are ", steps,
                     " steps, more than ", kMaxSteps));
  }
  plan.total_steps_ =
      options.max_steps > 0 ? options.max_steps : static_cast<int64_t>(steps);
  return plan;
}

double BatchPlan::EpochsAfter(int64_t steps) const {
  return static_cast<double>(steps) / static_cast<double>(steps_per_epoch_);
}

BatchPlan::Epoch BatchPlan::InBatches(
    const std::vector<int64_t>& order,
    const std::vector<int64_t>& batches) const {
  Epoch epoch = {.starts = {0}};
  epoch.order.reserve(order.size());
  for (const int64_t batch : batches) {
    const int64_t begin = batch * options_.rows_per_batch;
    const int64_t end = std::min<int64_t>(begin + options_.rows_per_batch,
                                          static_cast<int64_t>(order.size()));
    for (int64_t i = begin; i < end; ++i) epoch.order.push_back(order[i]);
    epoch.starts.push_back(static_cast<int64_t>(epoch.order.size()));
  }
  return epoch;
}

BatchPlan::Epoch BatchPlan::MakeEpoch(int64_t epoch) const {
  const auto n = static_cast<int64_t>(packs_.size());
  std::vector<int64_t> order(packs_.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<int64_t> batches(
      static_cast<size_t>(CeilDiv(n, options_.rows_per_batch)));
  std::iota(batches.begin(), batches.end(), 0);
  Random random = Random(options_.seed).Split(static_cast<uint64_t>(epoch));
  if (options_.shuffle) random.Shuffle(std::span<int64_t>(order));
  if (!options_.group_by_length) return InBatches(order, batches);

  std::vector<std::pair<double, int64_t>> by_length;
  by_length.reserve(order.size());
  for (const int64_t pack : order) {
    const double jitter =
        options_.shuffle ? random.Uniform() * kLengthJitter : 0;
    by_length.emplace_back(static_cast<double>(LengthOf(packs_[pack])) + jitter,
                           pack);
  }
  std::ranges::stable_sort(by_length, std::less<>(),
                           &std::pair<double, int64_t>::first);
  for (int64_t i = 0; i < n; ++i) order[i] = by_length[i].second;
  if (options_.shuffle) random.Shuffle(std::span<int64_t>(batches));
  return InBatches(order, batches);
}

void BatchPlan::AppendPass(std::span<const int64_t> packs,
                           StepBatch* step) const {
  PackedBatch pass;
  pass.starts.push_back(0);
  for (const int64_t pack : packs) {
    for (const Piece& piece : packs_[pack]) {
      AppendPiece(rows_[piece.document], piece, &pass);
    }
  }
  step->tokens += pass.tokens();
  step->targets += TargetCount(pass);
  step->passes.push_back(std::move(pass));
}

StepBatch BatchSource::Next() {
  const BatchOptions& options = plan_.options();
  StepBatch out = {.step = step_, .epoch = step_ / plan_.steps_per_epoch()};
  if (epoch_number_ != out.epoch) {
    epoch_number_ = out.epoch;
    epoch_ = plan_.MakeEpoch(epoch_number_);
  }
  const auto batches = static_cast<int64_t>(epoch_.starts.size()) - 1;
  const int64_t first = step_ % plan_.steps_per_epoch() * options.accumulation;
  const int64_t last = std::min(first + options.accumulation, batches);
  for (int64_t batch = first; batch < last; ++batch) {
    const int64_t end = epoch_.starts[batch + 1];
    for (int64_t at = epoch_.starts[batch]; at < end;) {
      // As many rows as fit into a pass, at least one.
      int64_t tokens = plan_.LengthOf(plan_.packs_[epoch_.order[at]]);
      int64_t next = at + 1;
      for (; next < end; ++next) {
        tokens += plan_.LengthOf(plan_.packs_[epoch_.order[next]]);
        if (options.max_pass_tokens > 0 && tokens > options.max_pass_tokens) {
          break;
        }
      }
      plan_.AppendPass(
          std::span<const int64_t>(epoch_.order).subspan(at, next - at), &out);
      at = next;
    }
  }
  ++step_;
  return out;
}

}  // namespace kaito::runtime

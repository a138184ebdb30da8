#include "kaito/runtime/serve/engine/fake_backend.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "kaito/base/random/random.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/batch/packed_batch.h"

namespace kaito::runtime::serve {
namespace {

constexpr int32_t kEmpty = -1;
constexpr float kFavour = 10;

class FakeCache final : public KvCache {
 public:
  explicit FakeCache(const KvCacheOptions& options)
      : options_(options),
        slots(static_cast<size_t>(options.blocks * options.block_size),
              kEmpty) {}
  int64_t blocks() const override { return options_.blocks; }
  int64_t block_size() const override { return options_.block_size; }
  int64_t bytes() const override { return 0; }

  // Null where the table is too short or names a block that isn't there.
  int32_t* Slot(absl::Span<const int32_t> table, int64_t position) {
    const int64_t index = position / options_.block_size;
    if (index >= static_cast<int64_t>(table.size())) return nullptr;
    const int64_t block = table[static_cast<size_t>(index)];
    if (block < 0 || block >= options_.blocks) return nullptr;
    return &slots[static_cast<size_t>(block * options_.block_size +
                                      position % options_.block_size)];
  }

 private:
  KvCacheOptions options_;

 public:
  std::vector<int32_t> slots;  // The token at each place.
};

absl::Status Broken(const StepRow& row, int64_t position) {
  return absl::InternalError(absl::StrCat(
      "fake backend: no token at ", position, " of a row from ", row.position));
}

}  // namespace

FakeBackend::FakeBackend(const Options& options) {
  config_.vocab_size = options.vocab_size;
  config_.max_positions = options.max_positions;
}

int64_t FakeBackend::rows() const {
  MutexLock lock(mutex_);
  return rows_;
}

absl::StatusOr<PassTotals> FakeBackend::Gradients(const PackedBatch&,
                                                  const LoraAdapter&,
                                                  const GradientOptions&,
                                                  LoraGradients&) const {
  return absl::UnimplementedError("fake backend: no gradients");
}

absl::StatusOr<std::unique_ptr<KvCache>> FakeBackend::NewCache(
    const KvCacheOptions& options) const {
  return std::make_unique<FakeCache>(options);
}

void FakeBackend::WriteLogits(std::span<const int32_t> ids,
                              const LoraAdapter* adapter,
                              absl::Span<float> logits) const {
  uint64_t seed = adapter == nullptr ? 1 : 2;
  for (const int32_t id : ids) {
    seed = seed * 1099511628211u + static_cast<uint64_t>(id) + 1;
  }
  Random random(seed);
  for (float& logit : logits) {
    logit = static_cast<float>(2 * random.Uniform() - 1);
  }
  if (next_ != nullptr) {
    logits[static_cast<size_t>(next_(ids, adapter))] += kFavour;
  }
}

absl::StatusOr<PassTotals> FakeBackend::Score(
    const PackedBatch& batch, const LoraAdapter* adapter,
    std::vector<float>* token_losses) const {
  PassTotals totals;
  std::vector<float> logits(static_cast<size_t>(config_.vocab_size));
  if (token_losses != nullptr) token_losses->assign(batch.ids.size(), 0);
  for (int64_t s = 0; s < batch.sequences(); ++s) {
    const size_t begin = static_cast<size_t>(batch.starts[s]);
    const size_t end = static_cast<size_t>(batch.starts[s + 1]);
    for (size_t t = begin; t < end; ++t) {
      if (batch.labels[t] < 0) continue;
      WriteLogits(std::span(batch.ids).subspan(begin, t + 1 - begin), adapter,
                  absl::MakeSpan(logits));
      double sum = 0;
      for (const float logit : logits) sum += std::exp(double{logit});
      const double loss =
          std::log(sum) - logits[static_cast<size_t>(batch.labels[t])];
      totals.loss_sum += loss;
      ++totals.count;
      if (token_losses != nullptr) {
        (*token_losses)[t] = static_cast<float>(loss);
      }
    }
  }
  return totals;
}

absl::Status FakeBackend::Step(absl::Span<const StepRow> rows, KvCache& cache,
                               absl::Span<float> logits) const {
  {
    MutexLock lock(mutex_);
    rows_ = static_cast<int64_t>(rows.size());
  }
  if (on_step_ != nullptr) {
    const absl::Status status = on_step_();
    if (!status.ok()) return status;
  }
  FakeCache& fake = static_cast<FakeCache&>(cache);
  const size_t vocab = static_cast<size_t>(config_.vocab_size);
  // All write before any reads: a shared block shows.
  for (const StepRow& row : rows) {
    for (size_t i = 0; i < row.ids.size(); ++i) {
      const int64_t position = row.position + static_cast<int64_t>(i);
      int32_t* const slot = fake.Slot(row.block_table, position);
      if (slot == nullptr) return Broken(row, position);
      *slot = row.ids[i];
    }
  }
  size_t at = 0;
  for (const StepRow& row : rows) {
    if (!row.wants_logits) continue;
    if ((at + 1) * vocab > logits.size()) {
      return absl::InternalError("fake backend: too few logits");
    }
    std::vector<int32_t> ids;
    const int64_t size = row.position + static_cast<int64_t>(row.ids.size());
    for (int64_t p = 0; p < size; ++p) {
      const int32_t* const slot = fake.Slot(row.block_table, p);
      if (slot == nullptr || *slot == kEmpty) return Broken(row, p);
      ids.push_back(*slot);
    }
    WriteLogits(ids, row.adapter, logits.subspan(at * vocab, vocab));
    ++at;
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime::serve

#ifndef KAITO_RUNTIME_SERVE_ENGINE_FAKE_BACKEND_H_
#define KAITO_RUNTIME_SERVE_ENGINE_FAKE_BACKEND_H_

// FakeBackend: a decoder for tests of everything above it. Its logits are a
// function of all tokens of a sequence so far and of the adapter, which it
// reads back from its cache through the block table: a wrong table, a block
// that two sequences share, or a token that was never run gives an error.
//
//   FakeBackend backend({.vocab_size = 260});
//   backend.Favour([](std::span<const int32_t> ids, const LoraAdapter*) {
//     return (ids.back() + 1) % 256;   // The most likely next token.
//   });

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime::serve {

class FakeBackend final : public DecoderBackend {
 public:
  using NextToken = std::function<int32_t(std::span<const int32_t> ids,
                                          const LoraAdapter* adapter)>;

  struct Options {
    int64_t vocab_size = 260;
    int64_t max_positions = 4096;
  };
  explicit FakeBackend(const Options& options);

  // Before any step. Unless told: no token is favoured over the others, whose
  // logits are in (-1, 1).
  void Favour(NextToken next) { next_ = std::move(next); }
  // Called at the start of each step, on its thread.
  void OnStep(std::function<absl::Status()> call) {
    on_step_ = std::move(call);
  }
  // Of the last step.
  int64_t rows() const KAITO_EXCLUDES(mutex_);

  const DecoderConfig& config() const override { return config_; }
  absl::StatusOr<PassTotals> Gradients(const PackedBatch&, const LoraAdapter&,
                                       const GradientOptions&,
                                       LoraGradients&) const override;
  absl::StatusOr<PassTotals> Score(
      const PackedBatch& batch, const LoraAdapter* adapter,
      std::vector<float>* token_losses) const override;
  absl::StatusOr<std::unique_ptr<KvCache>> NewCache(
      const KvCacheOptions& options) const override;
  int64_t KvBytesPerToken() const override { return 1024; }
  absl::Status Step(absl::Span<const StepRow> rows, KvCache& cache,
                    absl::Span<float> logits) const override;
  int64_t WeightBytes() const override { return 0; }
  int64_t PeakScratchBytes() const override { return 0; }
  int64_t GradientScratchBytes(int64_t, int64_t,
                               const LoraAdapter&) const override {
    return 0;
  }

 private:
  void WriteLogits(std::span<const int32_t> ids, const LoraAdapter* adapter,
                   absl::Span<float> logits) const;

  DecoderConfig config_;
  NextToken next_;
  std::function<absl::Status()> on_step_;
  mutable Mutex mutex_;
  mutable int64_t rows_ KAITO_GUARDED_BY(mutex_) = 0;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_FAKE_BACKEND_H_

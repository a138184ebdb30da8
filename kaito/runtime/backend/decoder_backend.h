#ifndef KAITO_RUNTIME_BACKEND_DECODER_BACKEND_H_
#define KAITO_RUNTIME_BACKEND_DECODER_BACKEND_H_

// DecoderBackend: a loaded, frozen decoder on one device, and the passes that
// tuning, scoring and serving need of it. The CPU's is cpu_backend.h; the GPU's
// comes behind the same interface. Weights never change after loading, so all
// passes are const; whatever they need beside weights is the caller's (the
// adapter, gradients, caches) or scratch.
//
//   // Tuning: one micro-batch of a step.
//   KAITO_ASSIGN_OR_RETURN(
//       const PassTotals totals,
//       backend->Gradients(batch, adapter, {.gradient_scale = 1.0 / targets},
//                          gradients));
//
//   // Serving: prompts and single tokens in one call.
//   KAITO_RETURN_IF_ERROR(backend->Step(rows, *cache, logits));
//
// One call at a time: callers serialise. The worker threads belong to the
// backend.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

// Over the tokens whose label is trained.
struct PassTotals {
  double loss_sum = 0;  // Of -log p[label].
  int64_t count = 0;
  int64_t correct = 0;  // Where the label has the largest logit.
};

struct GradientOptions {
  // What the loss's sum is multiplied with before it is differentiated: one
  // over the trained tokens of the whole optimiser step.
  double gradient_scale = 1;
  // Of the adapter's input; the mask depends on the seed, the module and the
  // token's index alone.
  double dropout = 0;
  uint64_t dropout_seed = 0;
};

// Keys and values of many sequences in blocks; which block belongs to which
// sequence is the engine's business (serve/). Made by the backend that uses it.
class KvCache {
 public:
  virtual ~KvCache() = default;
  virtual int64_t blocks() const = 0;
  virtual int64_t block_size() const = 0;  // Tokens.
  virtual int64_t bytes() const = 0;
};

struct KvCacheOptions {
  int64_t blocks = 0;
  int64_t block_size = 16;
};

// What one sequence puts into a step.
struct StepRow {
  absl::Span<const int32_t> ids;  // One when decoding, more of a prompt.
  // Of ids[0] in its sequence; all before it are in the cache.
  int64_t position = 0;
  // Block i holds the tokens from i * block_size on; enough for position +
  // ids.size(). A block is in at most one row.
  absl::Span<const int32_t> block_table;
  const LoraAdapter* adapter = nullptr;  // Null: the bare base.
  // Whether the logits after the last id are wanted.
  bool wants_logits = true;
};

class DecoderBackend {
 public:
  virtual ~DecoderBackend() = default;

  virtual const DecoderConfig& config() const = 0;

  // Forward and backward. Adds to `gradients` (of ZeroGradients(adapter)).
  // InvalidArgument for ids outside the vocabulary or a batch whose parts do
  // not fit; ResourceExhausted with the bytes asked for.
  virtual absl::StatusOr<PassTotals> Gradients(
      const PackedBatch& batch, const LoraAdapter& adapter,
      const GradientOptions& options, LoraGradients& gradients) const = 0;

  // Forward only. `token_losses`, where given, gets -log p[label] of each token
  // [tokens], 0 where the label is ignored. A null adapter is the bare base.
  virtual absl::StatusOr<PassTotals> Score(
      const PackedBatch& batch, const LoraAdapter* adapter,
      std::vector<float>* token_losses) const = 0;

  // ResourceExhausted where the memory is not there.
  virtual absl::StatusOr<std::unique_ptr<KvCache>> NewCache(
      const KvCacheOptions& options) const = 0;
  virtual int64_t KvBytesPerToken() const = 0;

  // Appends the rows' tokens to the cache and writes, for each row that wants
  // them and in their order, the logits after its last token:
  // [rows that want them, vocab_size]. Rows may differ in length and adapter; a
  // row's result does not depend on the other rows' presence.
  virtual absl::Status Step(absl::Span<const StepRow> rows, KvCache& cache,
                            absl::Span<float> logits) const = 0;

  // Of the weights, in memory; and of the scratch at its highest so far.
  virtual int64_t WeightBytes() const = 0;
  virtual int64_t PeakScratchBytes() const = 0;
  // What Gradients() would need at most for this many tokens, in sequences of
  // at most `longest`.
  virtual int64_t GradientScratchBytes(int64_t tokens, int64_t longest,
                                       const LoraAdapter& adapter) const = 0;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_DECODER_BACKEND_H_

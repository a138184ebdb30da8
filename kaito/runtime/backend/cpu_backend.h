#ifndef KAITO_RUNTIME_BACKEND_CPU_BACKEND_H_
#define KAITO_RUNTIME_BACKEND_CPU_BACKEND_H_

// CpuBackend: DecoderBackend on this machine's processors. The commands make
// one from a loaded model; all others see the interface.
//
//   KAITO_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(directory, {}));
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<CpuBackend> backend,
//                          CpuBackend::Create(std::move(model), {}));
//
// Results are the same, bit for bit, for every number of threads. How it works,
// and what it takes in memory: docs/runtime/decoder.md.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/adapter_index.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/backend/decoder_pass.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/backend/packed_buffers.h"
#include "kaito/runtime/backend/paged_cache.h"
#include "kaito/runtime/backend/rope_tables.h"
#include "kaito/runtime/backend/scratch.h"
#include "kaito/runtime/backend/step_plan.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

struct CpuBackendOptions {
  int64_t threads = 0;  // 0: as many as processors.
  // Gradients() keeps the whole forward pass where that takes no more than
  // this, or else only the layers' inputs, and computes the rest again.
  int64_t activation_bytes = int64_t{1} << 30;
  // Of the sequences that Step() will see, prompt and answer; what a model with
  // longrope chooses its rotation by. 0: the model's positions.
  int64_t longest_sequence = 0;
};

class CpuBackend : public DecoderBackend {
 public:
  // InvalidArgument for options out of range; Unimplemented where the
  // configuration describes a decoder that this backend has no pass for.
  static absl::StatusOr<std::unique_ptr<CpuBackend>> Create(
      LoadedModel model, const CpuBackendOptions& options);

  const DecoderConfig& config() const override { return model_.config.decoder; }

  absl::StatusOr<PassTotals> Gradients(const PackedBatch& batch,
                                       const LoraAdapter& adapter,
                                       const GradientOptions& options,
                                       LoraGradients& gradients) const override;
  absl::StatusOr<PassTotals> Score(
      const PackedBatch& batch, const LoraAdapter* adapter,
      std::vector<float>* token_losses) const override;

  absl::StatusOr<std::unique_ptr<KvCache>> NewCache(
      const KvCacheOptions& options) const override;
  int64_t KvBytesPerToken() const override;
  absl::Status Step(absl::Span<const StepRow> rows, KvCache& cache,
                    absl::Span<float> logits) const override;

  int64_t WeightBytes() const override { return model_.weights.Bytes(); }
  int64_t PeakScratchBytes() const override { return scratch_.peak_bytes(); }
  int64_t GradientScratchBytes(int64_t tokens, int64_t longest,
                               const LoraAdapter& adapter) const override;

 private:
  CpuBackend(LoadedModel model, const CpuBackendOptions& options,
             std::unique_ptr<kernels::WorkerTeam> team);

  kernels::Stream stream() const { return kernels::Stream::Cpu(team_.get()); }
  PassModel pass_model() const {
    return {.config = config(),
            .weights = model_.weights,
            .rope = rope_.table(),
            .stream = stream()};
  }
  PackedShape ShapeOf(const PackedBatch& batch,
                      const AdapterIndex& adapter) const;
  // kAll, or kInputs where that takes too much.
  absl::StatusOr<Keep> ChooseKeep(const PackedShape& shape) const;
  absl::StatusOr<PackedBuffers> LayOutScratch(const PackedShape& shape) const;
  // Buffers in scratch_, with the batch's rotations and selected tokens.
  absl::StatusOr<PackedBuffers> Prepare(const PackedShape& shape,
                                        const PackedBatch& batch) const;
  absl::StatusOr<PackedBuffers> PrepareStep(const StepPlan& plan,
                                            int64_t largest_rank,
                                            PagedCache& cache) const;
  // Of the selected tokens, from buffers.normed; with its gradient where
  // d_normed is there.
  absl::StatusOr<PassTotals> Loss(const PackedBuffers& buffers,
                                  int64_t selected, float* d_normed,
                                  double gradient_scale) const;
  int64_t longest_sequence() const {
    return options_.longest_sequence == 0 ? config().max_positions
                                          : options_.longest_sequence;
  }

  const LoadedModel model_;
  const CpuBackendOptions options_;
  const std::unique_ptr<kernels::WorkerTeam> team_;
  // One call at a time: they serve it alone.
  mutable Scratch scratch_;
  mutable RopeTables rope_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_CPU_BACKEND_H_

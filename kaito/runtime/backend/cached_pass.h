#ifndef KAITO_RUNTIME_BACKEND_CACHED_PASS_H_
#define KAITO_RUNTIME_BACKEND_CACHED_PASS_H_

// CachedPass: one serving step: the plan's tokens go through the decoder, into
// the cache, and out as logits. For cpu_backend.h.
//
//   CachedPass pass(model, input, buffers);
//   KAITO_RETURN_IF_ERROR(pass.Run(logits));
//
// Every product, norm and attention of a row is computed as if the row were
// alone (StepPlan says how rows are sorted), so results do not depend on load.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "kaito/kernels/decode_attention/decode_attention_params.h"
#include "kaito/kernels/lora/lora_params.h"
#include "kaito/runtime/backend/adapter_index.h"
#include "kaito/runtime/backend/decoder_pass.h"
#include "kaito/runtime/backend/linear_product.h"
#include "kaito/runtime/backend/packed_buffers.h"
#include "kaito/runtime/backend/paged_cache.h"
#include "kaito/runtime/backend/step_plan.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

struct CachedInput {
  const StepPlan& plan;
  absl::Span<const AdapterIndex> adapters;  // Those of the plan.
  int64_t largest_rank = 0;
  PagedCache& cache;
};

class CachedPass : public DecoderPass {
 public:
  // `buffers` are laid out for the plan's tokens, keeping nothing, with
  // rope_rows filled in and room for DecodeWorkspaceBytes().
  CachedPass(const PassModel& model, const CachedInput& input,
             const PackedBuffers& buffers);

  // Fills logits [outputs of the plan, vocab_size].
  absl::Status Run(absl::Span<float> logits);

 private:
  absl::Status Project(int64_t layer, LinearRole role, const float* x,
                       float* y) override;
  absl::Status Attend(int64_t layer) override;
  absl::Status AttendFresh(int64_t layer);

  const CachedInput input_;
  const ProductContext products_;
  std::vector<kernels::LoraGroup> groups_;  // Of one linear at a time.
};

// The layer's cache with sequences [0, sequences) of the plan.
kernels::PagedKv PagedKvOf(PagedCache& cache, int64_t layer,
                           const StepPlan& plan, int64_t sequences);

// What attention to the cache needs at most in any layer.
absl::StatusOr<int64_t> DecodeWorkspaceBytes(const PassModel& model,
                                             const StepPlan& plan,
                                             PagedCache& cache);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_CACHED_PASS_H_

#ifndef KAITO_RUNTIME_BACKEND_PACKED_PASS_H_
#define KAITO_RUNTIME_BACKEND_PACKED_PASS_H_

// PackedPass: one pass of a decoder over a packed batch, forward and, for an
// adapter's gradients, backward. For cpu_backend.h, which checks what comes in
// and gives the memory.
//
//   PackedPass pass(model, input, buffers);
//   KAITO_RETURN_IF_ERROR(pass.Forward());
//   // buffers.normed is there; its gradient goes into buffers.d_normed.
//   KAITO_RETURN_IF_ERROR(pass.Backward(gradients));

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/adapter_index.h"
#include "kaito/runtime/backend/decoder_pass.h"
#include "kaito/runtime/backend/dropout.h"
#include "kaito/runtime/backend/linear_product.h"
#include "kaito/runtime/backend/packed_buffers.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

struct PackedInput {
  const PackedBatch& batch;  // Checked.
  // The tokens whose labels are trained, ascending; one or more.
  std::span<const int32_t> selected;
  const AdapterIndex& adapter;
  double dropout = 0;
  uint64_t dropout_seed = 0;
  Keep keep = Keep::kNothing;
};

class PackedPass : public DecoderPass {
 public:
  // `buffers` are laid out for the batch, with rope_rows filled in. Everything
  // must outlive the pass.
  PackedPass(const PassModel& model, const PackedInput& input,
             const PackedBuffers& buffers);

  // Up to buffers.normed, of the selected tokens.
  absl::Status Forward();

  // From the gradient of buffers.normed in buffers.d_normed. Once, after
  // Forward(), with anything kept. Adds to `gradients`.
  absl::Status Backward(LoraGradients& gradients);

 private:
  absl::Status Project(int64_t layer, LinearRole role, const float* x,
                       float* y) override;
  absl::Status Attend(int64_t layer) override;

  absl::Status BackwardMlp(int64_t layer, LoraGradients& gradients);
  // The gradient of the layer's input is made only where `to_input`.
  absl::Status BackwardAttention(int64_t layer, bool to_input,
                                 LoraGradients& gradients);
  absl::Status BackwardNormOfHeads(int64_t layer);
  // The gradient of x comes into dx, or is added to it where `accumulate`,
  // unless dx is null; those of the role's module are added to its.
  struct ProjectGradient {
    const float* x;
    const float* dy;
    float* dx;
    bool accumulate = false;
  };
  absl::Status ProjectBack(int64_t layer, LinearRole role,
                           const ProjectGradient& g, LoraGradients& gradients);
  kernels::AttentionParams Attention(int64_t layer) const;
  DropoutMask MaskOf(int64_t layer, LinearRole role) const;

  const PackedInput input_;
  const ProductContext products_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_PACKED_PASS_H_

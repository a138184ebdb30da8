#ifndef KAITO_RUNTIME_BACKEND_DECODER_PASS_H_
#define KAITO_RUNTIME_BACKEND_DECODER_PASS_H_

// DecoderPass: what every forward pass of a decoder does alike, layer by layer,
// driven by its configuration. How rows are multiplied (one adapter or many)
// and what they attend to (each other, or a cache) is said by the class that
// derives from it: PackedPass (packed_pass.h) or CachedPass (cached_pass.h).

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "kaito/kernels/rope/rope_params.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/backend/packed_buffers.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

// All of it outlives the pass.
struct PassModel {
  const DecoderConfig& config;
  const ModelWeights& weights;
  const kernels::RopeTable& rope;
  kernels::Stream stream = kernels::Stream::Cpu();
};

class DecoderPass {
 public:
  virtual ~DecoderPass() = default;
  DecoderPass(const DecoderPass&) = delete;
  DecoderPass& operator=(const DecoderPass&) = delete;

 protected:
  // Behind the topmost layer's attention only the rows `selected`, ascending,
  // go on, where some are named; their buffers are then of so many rows.
  DecoderPass(const PassModel& model, const PackedBuffers& buffers,
              int64_t tokens, std::optional<std::span<const int32_t>> selected)
      : model_(model),
        buffers_(buffers),
        tokens_(tokens),
        selected_(selected),
        rows_(tokens) {}

  // Embedding and all layers: the sum of the topmost one's middle and
  // sublayer_out is the residual stream that is left, of the rows selected.
  absl::Status ForwardLayers(const int32_t* ids);

  // From the layer's input; or, where `below` is there, from the sum of it and
  // sublayer_out, which becomes the input.
  absl::Status ForwardLayer(int64_t layer, const float* below);

  // In place.
  absl::Status Rotate(const HeadRows& rows, kernels::RopeDirection direction);

  float AttentionScale() const;

  const LayerWeights& weights(int64_t layer) const {
    return model_.weights.layers[layer];
  }

  const PassModel model_;
  const PackedBuffers& buffers_;
  const int64_t tokens_;
  const std::optional<std::span<const int32_t>> selected_;  // None: all.
  // Of the sublayer at work: all tokens, or those selected.
  int64_t rows_;

  // Whether the layer goes on with fewer rows behind its attention.
  bool Narrows(int64_t layer) const {
    return layer == model_.config.layers - 1 && selected_.has_value() &&
           std::ssize(*selected_) < tokens_;
  }
  // What its output projection reads: attention_out of all rows or of those
  // selected.
  const float* AttendedOf(int64_t layer) const {
    return Narrows(layer) ? buffers_.top_attention_out
                          : buffers_.layers[layer].attention_out;
  }

 private:
  // y [rows_, out] of x [rows_, in]: the frozen product, bias, and adapters.
  virtual absl::Status Project(int64_t layer, LinearRole role, const float* x,
                               float* y) = 0;
  // attention_out of the layer's rotated heads.
  virtual absl::Status Attend(int64_t layer) = 0;

  absl::Status ForwardAttention(int64_t layer);
  absl::Status NormHeads(int64_t layer);
  absl::Status ForwardMlp(int64_t layer);
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_DECODER_PASS_H_

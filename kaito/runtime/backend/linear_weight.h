#ifndef KAITO_RUNTIME_BACKEND_LINEAR_WEIGHT_H_
#define KAITO_RUNTIME_BACKEND_LINEAR_WEIGHT_H_

// The frozen matrices of a decoder in memory: a linear layer's weight in NF4 or
// dense f32, and tables (embedding, head) in f32 or bf16. Made by load_model.h
// from files, read by the passes of cpu_backend.h.
//
//   KAITO_ASSIGN_OR_RETURN(LinearWeight w,
//                          QuantizeLinear(view, out, in, stream));
//   if (w.nf4.has_value()) kernel.w = w.nf4->Tensor();

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"
#include "kaito/runtime/backend/aligned_buffer.h"
#include "kaito/runtime/weights/bnb_4bit.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {

// Numbers of one matrix, or of a vector.
struct FloatTable {
  kernels::FloatType type = kernels::FloatType::kF32;  // kF32 or kBf16
  AlignedBuffer data;

  const float* f32() const { return data.As<float>(); }
};

// A matrix in NF4 that owns its parts.
struct Nf4Weight {
  AlignedBuffer packed;
  AlignedBuffer absmax;  // f32 [blocks], or u8 [blocks] where `nested` is there
  std::vector<float> nested_absmax;  // Empty without double quantisation.
  std::array<float, 256> map = {};   // Of double quantisation.
  float offset = 0;
  int64_t nested_block = 256;
  int64_t count = 0;
  int64_t block = kernels::kNf4Block;

  kernels::Nf4Tensor Tensor() const;
  int64_t Bytes() const;
};

// y = x W^T + bias. Exactly one of `nf4` and `dense` is there.
struct LinearWeight {
  int64_t out = 0;  // 0: the decoder has no such linear.
  int64_t in = 0;
  std::optional<Nf4Weight> nf4;
  AlignedBuffer dense;      // f32 [out, in]
  std::vector<float> bias;  // [out], or empty

  int64_t Bytes() const;
};

// From f32, bf16 or fp16 at any address; fp16 becomes f32 always, bf16 only
// where `widen`. Others are InvalidArgument; all calls answer
// ResourceExhausted where there is no memory.
absl::StatusOr<FloatTable> ReadTable(const TensorView& view, bool widen,
                                     kernels::Stream stream);

// To f32.
absl::StatusOr<LinearWeight> ReadDenseLinear(const TensorView& view,
                                             kernels::Stream stream);

// To NF4 in blocks of 64, with double quantisation, as QLoRA does it.
// InvalidArgument where a weight is no number.
absl::StatusOr<LinearWeight> QuantizeLinear(const TensorView& view,
                                            kernels::Stream stream);

// As the checkpoint has it. InvalidArgument for codes that stand for other
// numbers than NF4's.
absl::StatusOr<LinearWeight> ReadNf4Linear(const Bnb4bitWeight& weight);

// To f32, with the rounding to the checkpoint's type that transformers makes.
absl::StatusOr<LinearWeight> DequantizeLinear(const Bnb4bitWeight& weight,
                                              kernels::Stream stream);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_LINEAR_WEIGHT_H_

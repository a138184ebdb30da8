#include "kaito/runtime/backend/linear_weight.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/blockwise8/dynamic_map.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {
namespace {

using kernels::FloatType;
using kernels::Stream;

// Some 10 us of converting or copying.
constexpr int64_t kGrainElements = 16384;

absl::StatusOr<FloatType> TypeOf(Dtype dtype) {
  switch (dtype) {
    case Dtype::kF32:
      return FloatType::kF32;
    case Dtype::kBf16:
      return FloatType::kBf16;
    case Dtype::kF16:
      return FloatType::kFp16;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("weights of type ", NameOf(dtype),
                       " are not read; F32, BF16 and F16 are"));
  }
}

// Elements [begin, end) of 16 bits as f32; `from` at any address.
template <typename T>
void Widen(const std::byte* from, int64_t begin, int64_t end, float* to) {
  for (int64_t i = begin; i < end; ++i) {
    T x;
    std::memcpy(&x, from + i * sizeof(T), sizeof(T));
    to[i] = ToFloat(x);
  }
}

// f32 from whichever of the three types.
absl::StatusOr<AlignedBuffer> ToF32(const std::byte* from, FloatType type,
                                    int64_t count, Stream stream) {
  KAITO_ASSIGN_OR_RETURN(AlignedBuffer to, AlignedBuffer::Create(count * 4));
  float* const out = to.As<float>();
  kernels::ParallelFor(
      stream.workers(), count, kGrainElements, [&](int64_t begin, int64_t end) {
        switch (type) {
          case FloatType::kF32:
            std::memcpy(out + begin, from + begin * 4, (end - begin) * 4);
            break;
          case FloatType::kBf16:
            Widen<kernels::bf16>(from, begin, end, out);
            break;
          case FloatType::kFp16:
            Widen<kernels::fp16>(from, begin, end, out);
            break;
        }
      });
  return to;
}

absl::StatusOr<AlignedBuffer> Copy(std::span<const std::byte> from) {
  KAITO_ASSIGN_OR_RETURN(AlignedBuffer to,
                         AlignedBuffer::Create(std::ssize(from)));
  std::copy(from.begin(), from.end(), to.As<std::byte>());
  return to;
}

// Views lie at any address; kernels want that of an element.
struct AlignedView {
  const void* data = nullptr;
  AlignedBuffer copy;  // Where there had to be one.
};

absl::StatusOr<AlignedView> Align(const TensorView& view) {
  AlignedView aligned = {.data = view.bytes.data()};
  const int64_t bytes = BitsOf(view.dtype) / 8;
  if (reinterpret_cast<uintptr_t>(aligned.data) % bytes == 0) return aligned;
  KAITO_ASSIGN_OR_RETURN(aligned.copy, Copy(view.bytes));
  aligned.data = aligned.copy.As<void>();
  return aligned;
}

absl::Status QuantizeScales(const AlignedBuffer& absmax, int64_t blocks,
                            Stream stream, Nf4Weight& w) {
  KAITO_ASSIGN_OR_RETURN(w.absmax, AlignedBuffer::Create(blocks));
  w.map = kernels::kDynamicSigned;
  w.nested_absmax.resize((blocks + w.nested_block - 1) / w.nested_block);
  const absl::Status status =
      kernels::Nf4QuantizeAbsmax({.absmax = absmax.As<float>(),
                                  .map = w.map.data(),
                                  .codes = w.absmax.As<uint8_t>(),
                                  .nested_absmax = w.nested_absmax.data(),
                                  .offset = &w.offset,
                                  .blocks = blocks,
                                  .nested_block = w.nested_block},
                                 stream);
  if (absl::IsFailedPrecondition(status)) {
    return absl::InvalidArgumentError(
        "a weight is infinite or no number; the file is damaged or the model "
        "diverged");
  }
  return status;
}

}  // namespace

kernels::Nf4Tensor Nf4Weight::Tensor() const {
  kernels::Nf4Tensor tensor = {
      .packed = packed.As<uint8_t>(), .count = count, .block = block};
  if (nested_absmax.empty()) {
    tensor.absmax = {.values = absmax.As<float>()};
  } else {
    tensor.absmax = {.codes = absmax.As<uint8_t>(),
                     .map = map.data(),
                     .nested_absmax = nested_absmax.data(),
                     .offset = offset,
                     .nested_block = nested_block};
  }
  return tensor;
}

int64_t Nf4Weight::Bytes() const {
  return packed.bytes() + absmax.bytes() +
         static_cast<int64_t>(nested_absmax.size() * sizeof(float));
}

int64_t LinearWeight::Bytes() const {
  return (nf4.has_value() ? nf4->Bytes() : 0) + dense.bytes() +
         static_cast<int64_t>(bias.size() * sizeof(float));
}

absl::StatusOr<FloatTable> ReadTable(const TensorView& view, bool widen,
                                     Stream stream) {
  KAITO_ASSIGN_OR_RETURN(const FloatType type, TypeOf(view.dtype));
  FloatTable table;
  if (type == FloatType::kBf16 && !widen) {
    table.type = type;
    KAITO_ASSIGN_OR_RETURN(table.data, Copy(view.bytes));
    return table;
  }
  KAITO_ASSIGN_OR_RETURN(const int64_t count, ElementCount(view.shape));
  KAITO_ASSIGN_OR_RETURN(table.data,
                         ToF32(view.bytes.data(), type, count, stream));
  return table;
}

absl::StatusOr<LinearWeight> ReadDenseLinear(const TensorView& view,
                                             Stream stream) {
  LinearWeight linear = {.out = view.shape[0], .in = view.shape[1]};
  KAITO_ASSIGN_OR_RETURN(FloatTable table, ReadTable(view, true, stream));
  linear.dense = std::move(table.data);
  return linear;
}

absl::StatusOr<LinearWeight> QuantizeLinear(const TensorView& view,
                                            Stream stream) {
  KAITO_ASSIGN_OR_RETURN(const FloatType type, TypeOf(view.dtype));
  KAITO_ASSIGN_OR_RETURN(const AlignedView x, Align(view));
  LinearWeight linear = {.out = view.shape[0], .in = view.shape[1]};
  Nf4Weight& w = linear.nf4.emplace();
  w.count = linear.out * linear.in;
  const int64_t blocks = kernels::Nf4Blocks(w.count, w.block);
  KAITO_ASSIGN_OR_RETURN(
      w.packed, AlignedBuffer::Create(kernels::Nf4PackedBytes(w.count)));
  KAITO_ASSIGN_OR_RETURN(AlignedBuffer absmax,
                         AlignedBuffer::Create(blocks * 4));
  KAITO_RETURN_IF_ERROR(kernels::Nf4Quantize({.x = x.data,
                                              .packed = w.packed.As<uint8_t>(),
                                              .absmax = absmax.As<float>(),
                                              .count = w.count,
                                              .block = w.block,
                                              .x_type = type},
                                             stream));
  KAITO_RETURN_IF_ERROR(QuantizeScales(absmax, blocks, stream, w));
  return linear;
}

absl::StatusOr<LinearWeight> ReadNf4Linear(const Bnb4bitWeight& weight) {
  if (!std::equal(weight.map.begin(), weight.map.end(), kernels::kNf4Values)) {
    return absl::InvalidArgumentError(
        "its quant_map is not NF4's; write the checkpoint with "
        "bnb_4bit_quant_type nf4");
  }
  if (!kernels::IsNf4Block(weight.block_size)) {
    return absl::InvalidArgumentError(
        absl::StrCat("its block size is ", weight.block_size,
                     ", read are the powers of two from 32 to 4096"));
  }
  LinearWeight linear = {.out = weight.shape[0], .in = weight.shape[1]};
  Nf4Weight& w = linear.nf4.emplace();
  w.count = weight.elements;
  w.block = weight.block_size;
  KAITO_ASSIGN_OR_RETURN(w.packed, Copy(weight.packed));
  KAITO_ASSIGN_OR_RETURN(w.absmax, Copy(weight.absmax));
  if (weight.nested.has_value()) {
    const Bnb4bitNested& nested = *weight.nested;
    w.nested_absmax.resize(nested.absmax.size() / sizeof(float));
    std::memcpy(w.nested_absmax.data(), nested.absmax.data(),
                w.nested_absmax.size() * sizeof(float));
    w.map = nested.map;
    w.offset = static_cast<float>(nested.offset);
    w.nested_block = nested.block_size;
  }
  return linear;
}

absl::StatusOr<LinearWeight> DequantizeLinear(const Bnb4bitWeight& weight,
                                              Stream stream) {
  KAITO_ASSIGN_OR_RETURN(const FloatType type, TypeOf(weight.dtype));
  KAITO_ASSIGN_OR_RETURN(const LinearWeight quantized, ReadNf4Linear(weight));
  KAITO_ASSIGN_OR_RETURN(
      AlignedBuffer rounded,
      AlignedBuffer::Create(weight.elements * kernels::BytesOf(type)));
  KAITO_RETURN_IF_ERROR(kernels::Nf4Dequantize({.w = quantized.nf4->Tensor(),
                                                .out = rounded.As<void>(),
                                                .out_type = type},
                                               stream));
  LinearWeight linear = {.out = quantized.out, .in = quantized.in};
  if (type == FloatType::kF32) {
    linear.dense = std::move(rounded);
    return linear;
  }
  KAITO_ASSIGN_OR_RETURN(linear.dense, ToF32(rounded.As<std::byte>(), type,
                                             weight.elements, stream));
  return linear;
}

}  // namespace kaito::runtime

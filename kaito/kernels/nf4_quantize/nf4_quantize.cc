#include "kaito/kernels/nf4_quantize/nf4_quantize.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/blockwise8/blockwise8_cpu.h"
#include "kaito/kernels/nf4_quantize/nf4_absmax.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

absl::Status CheckAligned(const void* data, FloatType type,
                          absl::string_view name, absl::string_view where) {
  if (reinterpret_cast<uintptr_t>(data) % BytesOf(type) == 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      where, ": ", name, " must be aligned to ", BytesOf(type), " bytes"));
}

// Doubles in the order of the blocks: the same for every number of workers, and
// within 1 ulp of the mean that rounds each sum to f32.
float Mean(const float* values, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += values[i];
  return static_cast<float>(sum / static_cast<double>(count));
}

}  // namespace

absl::Status Nf4Quantize(const Nf4QuantizeParams& params, Stream stream) {
  const std::string where = absl::StrCat(
      "nf4_quantize(", NameOf(params.x_type), ", count=", params.count,
      ", block=", params.block, ", ", stream.Name(), ")");
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  if (params.count < 0 || !IsNf4Block(params.block)) {
    return absl::InvalidArgumentError(absl::StrCat(
        where,
        ": count must be 0 or more, block a power of two from 32 to "
        "4096"));
  }
  if (params.count > 0 && (params.x == nullptr || params.packed == nullptr ||
                           params.absmax == nullptr)) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": a buffer is null"));
  }
  KAITO_RETURN_IF_ERROR(CheckAligned(params.x, params.x_type, "x", where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  Nf4QuantizeCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status Nf4Dequantize(const Nf4DequantizeParams& params, Stream stream) {
  const std::string where = absl::StrCat(
      "nf4_dequantize(", NameOf(params.out_type), ", count=", params.w.count,
      ", block=", params.w.block, ", ", stream.Name(), ")");
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  KAITO_RETURN_IF_ERROR(CheckNf4Tensor(params.w, where));
  if (params.w.count > 0 && params.out == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": out is null"));
  }
  KAITO_RETURN_IF_ERROR(
      CheckAligned(params.out, params.out_type, "out", where));
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  Nf4DequantizeCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status Nf4QuantizeAbsmax(const Nf4QuantizeAbsmaxParams& params,
                               Stream stream) {
  const std::string where = absl::StrCat(
      "nf4_quantize_absmax(blocks=", params.blocks,
      ", nested_block=", params.nested_block, ", ", stream.Name(), ")");
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  if (params.blocks < 0 || params.nested_block < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": blocks must be 0 or more, nested_block 1 or more"));
  }
  if (params.offset == nullptr ||
      (params.blocks > 0 &&
       (params.absmax == nullptr || params.map == nullptr ||
        params.codes == nullptr || params.nested_absmax == nullptr))) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": a buffer is null"));
  }
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  if (params.blocks == 0) {
    *params.offset = 0;
    return absl::OkStatus();
  }
  const float mean = Mean(params.absmax, params.blocks);
  if (!std::isfinite(mean)) {
    return absl::FailedPreconditionError(absl::StrCat(
        where, ": the mean scale is ", mean,
        ": the weights hold a NaN or an infinity; repair the checkpoint"));
  }
  *params.offset = mean;
  Blockwise8QuantizeCpu({.x = params.absmax,
                         .map = params.map,
                         .codes = params.codes,
                         .absmax = params.nested_absmax,
                         .count = params.blocks,
                         .block = params.nested_block,
                         .offset = mean},
                        stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

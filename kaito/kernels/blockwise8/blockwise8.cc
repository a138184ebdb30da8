#include "kaito/kernels/blockwise8/blockwise8.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/blockwise8/blockwise8_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

std::string Where(absl::string_view operation, int64_t count, int64_t block,
                  Stream stream) {
  return absl::StrCat(operation, "(count=", count, ", block=", block, ", ",
                      stream.Name(), ")");
}

absl::Status Check(int64_t count, int64_t block, bool any_null, Stream stream,
                   absl::string_view where) {
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  if (count < 0 || block < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": count must be 0 or more and block 1 or more"));
  }
  if (count > 0 && any_null) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": a buffer is null"));
  }
  if (stream.is_cuda()) return BuiltWithoutCudaError(stream, where);
  return absl::OkStatus();
}

}  // namespace

absl::Status Blockwise8Quantize(const Blockwise8QuantizeParams& params,
                                Stream stream) {
  const bool any_null = params.x == nullptr || params.map == nullptr ||
                        params.codes == nullptr || params.absmax == nullptr;
  KAITO_RETURN_IF_ERROR(
      Check(params.count, params.block, any_null, stream,
            Where("blockwise8_quantize", params.count, params.block, stream)));
  Blockwise8QuantizeCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status Blockwise8Dequantize(const Blockwise8DequantizeParams& params,
                                  Stream stream) {
  const bool any_null = params.codes == nullptr || params.map == nullptr ||
                        params.out == nullptr || params.absmax == nullptr;
  KAITO_RETURN_IF_ERROR(Check(
      params.count, params.block, any_null, stream,
      Where("blockwise8_dequantize", params.count, params.block, stream)));
  Blockwise8DequantizeCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels

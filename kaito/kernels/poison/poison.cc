#include "kaito/kernels/poison/poison.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/poison/poison_cpu.h"
#include "kaito/kernels/stream.h"
#if KAITO_CUDA
#include "kaito/kernels/cuda_status.h"
#include "kaito/kernels/poison/poison_launch.h"
#endif

namespace kaito::kernels {
namespace {

absl::string_view Name(PoisonPattern pattern) {
  switch (pattern) {
    case PoisonPattern::kBytes:
      return "bytes";
    case PoisonPattern::kF32:
      return "f32";
    case PoisonPattern::kBf16:
      return "bf16";
    case PoisonPattern::kFp16:
      return "fp16";
  }
  return "unknown";
}

absl::Status Check(const PoisonParams& params, Stream stream,
                   absl::string_view where) {
  KAITO_RETURN_IF_ERROR(CheckStream(stream, where));
  const int64_t element = ElementBytes(params.pattern);
  if (params.size_bytes < 0 || params.size_bytes % element != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": size_bytes must be a multiple of ", element));
  }
  if (params.size_bytes > 0 && params.data == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": data is null"));
  }
  const int64_t misaligned =
      static_cast<int64_t>(reinterpret_cast<uintptr_t>(params.data) % element);
  if (misaligned != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": data is ", misaligned,
                     " bytes past an address that is a multiple of ", element));
  }
  return absl::OkStatus();
}

absl::Status OnCuda(const PoisonParams& params, Stream stream,
                    absl::string_view where) {
#if KAITO_CUDA
  return CudaStatus(LaunchPoison(params, stream.cuda()), where);
#else
  return BuiltWithoutCudaError(stream, where);
#endif
}

}  // namespace

absl::Status Poison(const PoisonParams& params, Stream stream) {
  const std::string where = absl::StrCat("poison(", Name(params.pattern),
                                         ", size_bytes=", params.size_bytes,
                                         ", ", stream.Name(), ")");
  KAITO_RETURN_IF_ERROR(Check(params, stream, where));
  if (stream.is_cuda()) return OnCuda(params, stream, where);
  PoisonCpu(params);
  return absl::OkStatus();
}

}  // namespace kaito::kernels

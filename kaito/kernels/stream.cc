#include "kaito/kernels/stream.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito::kernels {

std::string Stream::Name() const {
  return is_cuda_ ? absl::StrCat("cuda:", device_.value) : "cpu";
}

absl::Status CheckStream(Stream stream, absl::string_view where) {
  if (!stream.is_cuda()) return absl::OkStatus();
  if (stream.device().value < 0) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": device index is ",
                                                   stream.device().value,
                                                   ", want 0 or more"));
  }
  if (stream.cuda() == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": the default CUDA stream is refused; create one"));
  }
  return absl::OkStatus();
}

absl::Status BuiltWithoutCudaError(Stream stream, absl::string_view where) {
  return absl::UnimplementedError(
      absl::StrCat(where, ": no kernel for ", stream.Name(),
                   ": this program was built without CUDA; build it where nvcc "
                   "is found, or run on the CPU"));
}

}  // namespace kaito::kernels

#include "kaito/kernels/nf4_quantize/nf4_absmax.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kaito::kernels {

void ReadAbsmax(const Nf4Absmax& absmax, int64_t first, int64_t count,
                float* out) {
  if (absmax.values != nullptr) {
    std::copy_n(absmax.values + first, count, out);
    return;
  }
  int64_t i = 0;
  while (i < count) {
    const int64_t nested = (first + i) / absmax.nested_block;
    const int64_t end =
        std::min(count, (nested + 1) * absmax.nested_block - first);
    const float scale = absmax.nested_absmax[nested];
    for (; i < end; ++i) {
      out[i] = absmax.map[absmax.codes[first + i]] * scale + absmax.offset;
    }
  }
}

absl::Status CheckNf4Tensor(const Nf4Tensor& w, absl::string_view where) {
  if (w.count < 0 || !IsNf4Block(w.block)) {
    return absl::InvalidArgumentError(absl::StrCat(
        where,
        ": want 0 elements or more in blocks of a power of two from 32 "
        "to 4096, not ",
        w.count, " in blocks of ", w.block));
  }
  if (w.count == 0) return absl::OkStatus();
  const Nf4Absmax& a = w.absmax;
  if (w.packed == nullptr || (a.values == nullptr) == (a.codes == nullptr)) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": want packed bytes, and either absmax values or codes"));
  }
  if (a.codes != nullptr &&
      (a.map == nullptr || a.nested_absmax == nullptr || a.nested_block < 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        where,
        ": absmax codes want a map and nested scales, in blocks of 1 or "
        "more, not ",
        a.nested_block));
  }
  return absl::OkStatus();
}

}  // namespace kaito::kernels

#include "kaito/kernels/decode_attention/paged_kv.h"

#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::kernels {
namespace {

constexpr int64_t kMaxHeadDim = 256;  // As attention.
constexpr int64_t kMaxHeads = 65536;
constexpr int64_t kMaxBlockSize = 1024;
constexpr int64_t kMaxCount = std::numeric_limits<int32_t>::max();

absl::Status CheckRange(int64_t value, int64_t least, int64_t most,
                        absl::string_view name, absl::string_view where) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      where, ": ", name, " is ", value, ", want ", least, " to ", most));
}

absl::Status CheckSequence(const PagedKv& kv, int64_t s,
                           absl::string_view where) {
  const int64_t fresh = int64_t{kv.starts[s + 1]} - kv.starts[s];
  const int64_t length = kv.lengths[s];
  if (fresh < 0 || length < fresh) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": sequence ", s, " has ", length, " tokens and ",
                     fresh, " of them in this step"));
  }
  const int64_t needed = (length + kv.block_size - 1) / kv.block_size;
  if (needed > kv.table_stride) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": sequence ", s, " of ", length, " tokens needs ", needed,
        " blocks, and a row of the table has ", kv.table_stride));
  }
  for (int64_t i = 0; i < needed; ++i) {
    const int64_t block = kv.block_table[s * kv.table_stride + i];
    if (block < 0 || block >= kv.blocks) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": block ", i, " of sequence ", s, " is ", block,
                       ", and the cache has ", kv.blocks));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPagedKv(const PagedKv& kv, absl::string_view where) {
  KAITO_RETURN_IF_ERROR(
      CheckRange(kv.head_dim, 1, kMaxHeadDim, "head_dim", where));
  KAITO_RETURN_IF_ERROR(
      CheckRange(kv.kv_heads, 1, kMaxHeads, "kv_heads", where));
  KAITO_RETURN_IF_ERROR(
      CheckRange(kv.block_size, 1, kMaxBlockSize, "block_size", where));
  KAITO_RETURN_IF_ERROR(CheckRange(kv.blocks, 0, kMaxCount, "blocks", where));
  KAITO_RETURN_IF_ERROR(
      CheckRange(kv.sequences, 0, kMaxCount, "sequences", where));
  KAITO_RETURN_IF_ERROR(
      CheckRange(kv.table_stride, 0, kMaxCount, "table_stride", where));
  if (kv.sequences == 0) return absl::OkStatus();
  if (kv.keys == nullptr || kv.values == nullptr || kv.lengths == nullptr ||
      kv.starts == nullptr || kv.block_table == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": keys, values, lengths, starts or block_table is null"));
  }
  if (kv.starts[0] != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": starts begins with ", kv.starts[0], ", want 0"));
  }
  for (int64_t s = 0; s < kv.sequences; ++s) {
    KAITO_RETURN_IF_ERROR(CheckSequence(kv, s, where));
  }
  return absl::OkStatus();
}

}  // namespace kaito::kernels

#include "kaito/runtime/weights/dtype.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/writer.h"

namespace kaito::runtime {
namespace {

struct Row {
  Dtype dtype;
  const char* name;
  int64_t bits;
};

constexpr std::array<Row, 22> kRows = {{
    {Dtype::kBool, "BOOL", 8},
    {Dtype::kF4, "F4", 4},
    {Dtype::kF6E2m3, "F6_E2M3", 6},
    {Dtype::kF6E3m2, "F6_E3M2", 6},
    {Dtype::kU8, "U8", 8},
    {Dtype::kI8, "I8", 8},
    {Dtype::kF8E5m2, "F8_E5M2", 8},
    {Dtype::kF8E4m3, "F8_E4M3", 8},
    {Dtype::kF8E8m0, "F8_E8M0", 8},
    {Dtype::kF8E4m3Fnuz, "F8_E4M3FNUZ", 8},
    {Dtype::kF8E5m2Fnuz, "F8_E5M2FNUZ", 8},
    {Dtype::kI16, "I16", 16},
    {Dtype::kU16, "U16", 16},
    {Dtype::kF16, "F16", 16},
    {Dtype::kBf16, "BF16", 16},
    {Dtype::kI32, "I32", 32},
    {Dtype::kU32, "U32", 32},
    {Dtype::kF32, "F32", 32},
    {Dtype::kC64, "C64", 64},
    {Dtype::kF64, "F64", 64},
    {Dtype::kI64, "I64", 64},
    {Dtype::kU64, "U64", 64},
}};

constexpr bool RowsFollowTheEnum() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].dtype) != i) return false;
  }
  return true;
}
static_assert(RowsFollowTheEnum());

const Row& RowOf(Dtype dtype) { return kRows[static_cast<size_t>(dtype)]; }

}  // namespace

absl::string_view NameOf(Dtype dtype) { return RowOf(dtype).name; }

int64_t BitsOf(Dtype dtype) { return RowOf(dtype).bits; }

absl::StatusOr<Dtype> ParseDtype(absl::string_view name) {
  std::string known;
  for (const Row& row : kRows) {
    if (name == row.name) return row.dtype;
    absl::StrAppend(&known, known.empty() ? "" : " ", row.name);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "dtype ", json::Quote(name.substr(0, 32)), " is none of ", known));
}

}  // namespace kaito::runtime

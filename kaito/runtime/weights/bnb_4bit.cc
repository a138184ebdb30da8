#include "kaito/runtime/weights/bnb_4bit.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kStateInfix = ".quant_state.bitsandbytes__";
// A state is about 200 bytes.
constexpr int64_t kMaxStateBytes = 64 << 10;
// The block sizes that bitsandbytes has kernels for.
constexpr int64_t kMinBlock = 32;
constexpr int64_t kMaxBlock = 4096;

int64_t CeilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

absl::StatusOr<TensorView> Part(const FindTensor& find,
                                absl::string_view weight,
                                absl::string_view suffix) {
  std::optional<TensorView> tensor = find(absl::StrCat(weight, suffix));
  if (!tensor.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "is quantised, but the tensor ", weight, suffix, " is missing"));
  }
  return *std::move(tensor);
}

absl::Status CheckPart(const TensorView& tensor, absl::string_view suffix,
                       Dtype dtype, int64_t count) {
  KAITO_ASSIGN_OR_RETURN(const int64_t found, ElementCount(tensor.shape));
  if (tensor.dtype == dtype && found == count) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(suffix.substr(1), " is ", NameOf(tensor.dtype), " of shape ",
                   ShapeToString(tensor.shape), ", wanted are ", count, " of ",
                   NameOf(dtype)));
}

template <size_t kSize>
absl::StatusOr<std::array<float, kSize>> ReadMap(const FindTensor& find,
                                                 absl::string_view weight,
                                                 absl::string_view suffix) {
  KAITO_ASSIGN_OR_RETURN(const TensorView tensor, Part(find, weight, suffix));
  KAITO_RETURN_IF_ERROR(CheckPart(tensor, suffix, Dtype::kF32, kSize));
  std::array<float, kSize> map;
  std::memcpy(map.data(), tensor.bytes.data(), sizeof(map));
  for (size_t i = 0; i < kSize; ++i) {
    const bool in_order = i == 0 || map[i - 1] < map[i];
    if (!in_order || !(std::abs(map[i]) <= 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat(suffix.substr(1), "[", i, "] is ", map[i],
                       "; a map ascends within [-1, 1]"));
    }
  }
  return map;
}

absl::StatusOr<json::Value> ReadState(const FindTensor& find,
                                      absl::string_view weight) {
  const std::string suffix = absl::StrCat(kStateInfix, "nf4");
  if (!find(absl::StrCat(weight, suffix)).has_value() &&
      find(absl::StrCat(weight, kStateInfix, "fp4")).has_value()) {
    return absl::InvalidArgumentError(
        "is quantised as fp4, only nf4 is read; take the unquantised model, "
        "which can be quantised to nf4 while it is loaded");
  }
  KAITO_ASSIGN_OR_RETURN(const TensorView tensor, Part(find, weight, suffix));
  if (tensor.dtype != Dtype::kU8) {
    return absl::InvalidArgumentError(absl::StrCat(
        "quant_state is ", NameOf(tensor.dtype), " instead of U8"));
  }
  absl::StatusOr<json::Value> state = json::Parse(
      absl::string_view(reinterpret_cast<const char*>(tensor.bytes.data()),
                        tensor.bytes.size()),
      {.max_bytes = kMaxStateBytes, .max_depth = 8});
  if (!state.ok()) return Annotate(state.status(), "quant_state");
  const absl::string_view type = state->StringAt({"quant_type"});
  if (type != "nf4") {
    return absl::InvalidArgumentError(
        absl::StrCat("quant_state: quant_type ",
                     json::Quote(type.substr(0, 32)), " where nf4 is read"));
  }
  return state;
}

absl::StatusOr<int64_t> BlockSize(const json::Value& state,
                                  absl::string_view key) {
  const json::Value* value = state.Find(key);
  const std::optional<int64_t> size =
      value == nullptr ? std::nullopt : value->integer();
  if (!size.has_value() || *size < kMinBlock || *size > kMaxBlock ||
      !std::has_single_bit(static_cast<uint64_t>(*size))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "quant_state: ", key, " is ",
        value == nullptr ? "missing" : json::Write(*value).substr(0, 40),
        "; it is a power of two from ", kMinBlock, " to ", kMaxBlock));
  }
  return *size;
}

absl::Status ReadShape(const json::Value& state, Bnb4bitWeight& weight) {
  const json::Value* value = state.Find("shape");
  const json::Array* items = value == nullptr ? nullptr : value->array();
  for (size_t i = 0; items != nullptr && items->size() == 2 && i < 2; ++i) {
    const std::optional<int64_t> dimension = (*items)[i].integer();
    if (!dimension.has_value() || *dimension <= 0) break;
    weight.shape.push_back(*dimension);
  }
  if (weight.shape.size() != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "quant_state: shape is ",
        value == nullptr ? "missing" : json::Write(*value).substr(0, 80),
        "; it is [out, in]"));
  }
  KAITO_ASSIGN_OR_RETURN(weight.elements, ElementCount(weight.shape));
  return absl::OkStatus();
}

absl::Status ReadDtype(const json::Value& state, Bnb4bitWeight& weight) {
  const absl::string_view name = state.StringAt({"dtype"});
  if (name == "bfloat16") {
    weight.dtype = Dtype::kBf16;
  } else if (name == "float16") {
    weight.dtype = Dtype::kF16;
  } else if (name == "float32") {
    weight.dtype = Dtype::kF32;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("quant_state: dtype ", json::Quote(name.substr(0, 32)),
                     " is none of bfloat16, float16, float32"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Bnb4bitNested> ReadNested(const json::Value& state,
                                         int64_t blocks, absl::string_view name,
                                         const FindTensor& find) {
  Bnb4bitNested nested;
  KAITO_ASSIGN_OR_RETURN(nested.block_size,
                         BlockSize(state, "nested_blocksize"));
  const json::Value* offset = state.Find("nested_offset");
  const std::optional<double> number =
      offset == nullptr ? std::nullopt : offset->number();
  if (!number.has_value() || !std::isfinite(*number)) {
    return absl::InvalidArgumentError(
        "quant_state: nested_offset is missing or no number");
  }
  nested.offset = *number;
  KAITO_ASSIGN_OR_RETURN(const TensorView absmax,
                         Part(find, name, ".nested_absmax"));
  KAITO_RETURN_IF_ERROR(CheckPart(absmax, ".nested_absmax", Dtype::kF32,
                                  CeilDiv(blocks, nested.block_size)));
  nested.absmax = absmax.bytes;
  KAITO_ASSIGN_OR_RETURN(nested.map,
                         ReadMap<256>(find, name, ".nested_quant_map"));
  return nested;
}

// Any dtype will do for the packed bytes: sharded training stores them as if
// they were numbers.
absl::Status ReadPacked(absl::string_view name, const FindTensor& find,
                        Bnb4bitWeight& weight) {
  KAITO_ASSIGN_OR_RETURN(const TensorView packed, Part(find, name, ""));
  const int64_t wanted = CeilDiv(weight.elements, 2);
  if (static_cast<int64_t>(packed.bytes.size()) != wanted) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", packed.bytes.size(), " bytes, shape ",
                     ShapeToString(weight.shape), " in 4 bits has ", wanted));
  }
  weight.packed = packed.bytes;
  return absl::OkStatus();
}

absl::StatusOr<Bnb4bitWeight> Read(absl::string_view name,
                                   const FindTensor& find) {
  KAITO_ASSIGN_OR_RETURN(const json::Value state, ReadState(find, name));
  Bnb4bitWeight weight;
  KAITO_RETURN_IF_ERROR(ReadShape(state, weight));
  KAITO_RETURN_IF_ERROR(ReadDtype(state, weight));
  KAITO_ASSIGN_OR_RETURN(weight.block_size, BlockSize(state, "blocksize"));
  weight.blocks = CeilDiv(weight.elements, weight.block_size);
  KAITO_RETURN_IF_ERROR(ReadPacked(name, find, weight));
  KAITO_ASSIGN_OR_RETURN(weight.map, ReadMap<16>(find, name, ".quant_map"));

  const bool nested = state.Find("nested_blocksize") != nullptr;
  KAITO_ASSIGN_OR_RETURN(const TensorView absmax, Part(find, name, ".absmax"));
  KAITO_RETURN_IF_ERROR(CheckPart(
      absmax, ".absmax", nested ? Dtype::kU8 : Dtype::kF32, weight.blocks));
  weight.absmax = absmax.bytes;
  if (nested) {
    KAITO_ASSIGN_OR_RETURN(weight.nested,
                           ReadNested(state, weight.blocks, name, find));
  }
  return weight;
}

}  // namespace

std::optional<absl::string_view> WeightOfQuantState(absl::string_view name) {
  const size_t at = name.rfind(kStateInfix);
  if (at == absl::string_view::npos) return std::nullopt;
  return name.substr(0, at);
}

std::vector<std::string> Bnb4bitPartNames(absl::string_view weight) {
  return {absl::StrCat(weight, ".absmax"), absl::StrCat(weight, ".quant_map"),
          absl::StrCat(weight, ".nested_absmax"),
          absl::StrCat(weight, ".nested_quant_map")};
}

absl::StatusOr<Bnb4bitWeight> ReadBnb4bit(absl::string_view weight,
                                          FindTensor find) {
  absl::StatusOr<Bnb4bitWeight> read = Read(weight, find);
  if (!read.ok()) return Annotate(read.status(), weight);
  return read;
}

}  // namespace kaito::runtime

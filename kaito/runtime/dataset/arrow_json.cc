#include "kaito/runtime/dataset/arrow_json.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "arrow/api.h"

namespace kaito::runtime {
namespace {

template <typename Number>
void AppendNumber(Number number, std::string* out) {
  char text[40];
  const std::to_chars_result end = std::to_chars(text, text + 40, number);
  out->append(text, end.ptr);
}

void AppendReal(double number, std::string* out) {
  if (std::isfinite(number)) {
    AppendNumber(number, out);
  } else {
    *out += "null";  // As JSON has neither NaN nor infinities.
  }
}

template <typename Array>
void AppendText(const arrow::Array& array, int64_t at, std::string* out) {
  AppendQuoted(static_cast<const Array&>(array).GetView(at), out);
}

template <typename Array>
void AppendInteger(const arrow::Array& array, int64_t at, std::string* out) {
  AppendNumber(static_cast<const Array&>(array).Value(at), out);
}

template <typename List>
arrow::Status AppendList(const arrow::Array& array, int64_t at,
                         std::string* out) {
  const auto& list = static_cast<const List&>(array);
  const int64_t begin = list.value_offset(at);
  const int64_t end = begin + list.value_length(at);
  *out += '[';
  for (int64_t i = begin; i < end; ++i) {
    if (i > begin) *out += ',';
    ARROW_RETURN_NOT_OK(AppendValue(*list.values(), i, out));
  }
  *out += ']';
  return arrow::Status::OK();
}

arrow::Status AppendStruct(const arrow::StructArray& array, int64_t at,
                           std::string* out) {
  const arrow::StructType& type = *array.struct_type();
  *out += '{';
  bool first = true;
  for (int i = 0; i < type.num_fields(); ++i) {
    const std::string& name = type.field(i)->name();
    const arrow::Array& field = *array.field(i);
    const bool kept = name == "content" || name == "value";
    if (field.IsNull(at) && !kept) continue;
    if (!first) *out += ',';
    first = false;
    AppendQuoted(name, out);
    *out += ':';
    ARROW_RETURN_NOT_OK(AppendValue(field, at, out));
  }
  *out += '}';
  return arrow::Status::OK();
}

}  // namespace

void AppendQuoted(std::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      *out += "\\u00";
      *out += kHex[c >> 4];
      *out += kHex[c & 15];
    } else {
      *out += c;
    }
  }
  *out += '"';
}

arrow::Status AppendValue(const arrow::Array& array, int64_t at,
                          std::string* out) {
  if (array.IsNull(at)) {
    *out += "null";
    return arrow::Status::OK();
  }
  using Type = arrow::Type;
  switch (array.type_id()) {
    case Type::BOOL:
      *out += static_cast<const arrow::BooleanArray&>(array).Value(at)
                  ? "true"
                  : "false";
      break;
    case Type::INT8:
      AppendInteger<arrow::Int8Array>(array, at, out);
      break;
    case Type::INT16:
      AppendInteger<arrow::Int16Array>(array, at, out);
      break;
    case Type::INT32:
      AppendInteger<arrow::Int32Array>(array, at, out);
      break;
    case Type::INT64:
      AppendInteger<arrow::Int64Array>(array, at, out);
      break;
    case Type::UINT8:
      AppendInteger<arrow::UInt8Array>(array, at, out);
      break;
    case Type::UINT16:
      AppendInteger<arrow::UInt16Array>(array, at, out);
      break;
    case Type::UINT32:
      AppendInteger<arrow::UInt32Array>(array, at, out);
      break;
    case Type::UINT64:
      AppendInteger<arrow::UInt64Array>(array, at, out);
      break;
    case Type::FLOAT:
      AppendReal(static_cast<const arrow::FloatArray&>(array).Value(at), out);
      break;
    case Type::DOUBLE:
      AppendReal(static_cast<const arrow::DoubleArray&>(array).Value(at), out);
      break;
    case Type::STRING:
    case Type::BINARY:
      AppendText<arrow::BinaryArray>(array, at, out);
      break;
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
      AppendText<arrow::LargeBinaryArray>(array, at, out);
      break;
    case Type::STRING_VIEW:
    case Type::BINARY_VIEW:
      AppendText<arrow::BinaryViewArray>(array, at, out);
      break;
    case Type::LIST:
      return AppendList<arrow::ListArray>(array, at, out);
    case Type::LARGE_LIST:
      return AppendList<arrow::LargeListArray>(array, at, out);
    case Type::FIXED_SIZE_LIST:
      return AppendList<arrow::FixedSizeListArray>(array, at, out);
    case Type::STRUCT:
      return AppendStruct(static_cast<const arrow::StructArray&>(array), at,
                          out);
    case Type::DICTIONARY: {
      const auto& codes = static_cast<const arrow::DictionaryArray&>(array);
      return AppendValue(*codes.dictionary(), codes.GetValueIndex(at), out);
    }
    default:
      return arrow::Status::NotImplemented(
          "values of type ", array.type()->ToString(), " are not read");
  }
  return arrow::Status::OK();
}

}  // namespace kaito::runtime

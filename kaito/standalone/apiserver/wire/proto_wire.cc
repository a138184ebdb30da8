#include "kaito/standalone/apiserver/wire/proto_wire.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::apiserver {
namespace {

// Of the low three bits of a tag.
constexpr uint64_t kVarint = 0;
constexpr uint64_t kFixed64 = 1;
constexpr uint64_t kLengthDelimited = 2;
constexpr uint64_t kFixed32 = 5;

absl::Status Cut() {
  return absl::InvalidArgumentError("protobuf: the message is cut off");
}

}  // namespace

void ProtoWriter::Raw(uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<char>(value));
}

void ProtoWriter::Text(int field, absl::string_view bytes) {
  Raw(static_cast<uint64_t>(field) << 3 | kLengthDelimited);
  Raw(bytes.size());
  out_.append(bytes.data(), bytes.size());
}

void ProtoWriter::Varint(int field, uint64_t value) {
  Raw(static_cast<uint64_t>(field) << 3 | kVarint);
  Raw(value);
}

absl::StatusOr<uint64_t> ProtoReader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return Cut();
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  return absl::InvalidArgumentError("protobuf: a number is too long");
}

absl::StatusOr<bool> ProtoReader::Next(Field& field) {
  if (rest_.empty()) return false;
  KAITO_ASSIGN_OR_RETURN(const uint64_t tag, Varint());
  field = {.number = static_cast<int>(tag >> 3 & 0x1fffffff)};
  const uint64_t type = tag & 7;
  if (type == kVarint) {
    KAITO_ASSIGN_OR_RETURN(field.number_value, Varint());
    return true;
  }
  uint64_t size = type == kFixed64 ? 8 : 4;
  if (type == kLengthDelimited) {
    KAITO_ASSIGN_OR_RETURN(size, Varint());
  } else if (type != kFixed64 && type != kFixed32) {
    return absl::InvalidArgumentError(
        absl::StrCat("protobuf: wire type ", type, " is not known"));
  }
  if (size > rest_.size()) return Cut();
  field.is_text = true;
  field.text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

}  // namespace kaito::apiserver

#include "kaito/runtime/oci/tar.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/oci/byte_stream.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kBlock = 512;
// Fields of a header: offset and size.
constexpr size_t kNameSize = 100;
constexpr size_t kModeAt = 100;
constexpr size_t kUidAt = 108;
constexpr size_t kGidAt = 116;
constexpr size_t kSizeAt = 124;
constexpr size_t kTimeAt = 136;
constexpr size_t kChecksumAt = 148;
constexpr size_t kTypeAt = 156;
constexpr size_t kMagicAt = 257;
constexpr size_t kPrefixAt = 345;
constexpr size_t kPrefixSize = 155;
constexpr size_t kNumberSize = 12;  // Of size and time.
// What eleven octal digits hold; larger sizes take a pax record.
constexpr int64_t kMaxOctalSize = (int64_t{1} << 33) - 1;
// Paths of Linux have 4,096 bytes, and a pax record little besides.
constexpr int64_t kMaxRecordBytes = 64 << 10;

absl::Status Broken(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the archive is broken: ", why));
}

int64_t PaddingOf(int64_t size) { return (kBlock - size % kBlock) % kBlock; }

int64_t ChecksumOf(absl::string_view header) {
  int64_t sum = 0;
  for (size_t i = 0; i < header.size(); ++i) {
    const bool own = i >= kChecksumAt && i < kChecksumAt + 8;
    sum += own ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

void Put(absl::string_view text, size_t at, std::string* header) {
  header->replace(at, text.size(), text.data(), text.size());
}

// Text up to a zero byte or the field's end.
std::string TextAt(absl::string_view header, size_t at, size_t size) {
  const absl::string_view field = header.substr(at, size);
  return std::string(field.substr(0, field.find('\0')));
}

// Octal with spaces or zero bytes around, or big-endian behind the byte 0x80.
absl::StatusOr<int64_t> NumberAt(absl::string_view header, size_t at,
                                 size_t size) {
  const absl::string_view field = header.substr(at, size);
  int64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {
    if (static_cast<unsigned char>(field[0]) != 0x80) {
      return Broken("a number is negative");
    }
    for (const char c : field.substr(1)) {
      if (value > (int64_t{1} << 54)) return Broken("a number is too large");
      value = value * 256 + static_cast<unsigned char>(c);
    }
    return value;
  }
  for (const char c : field) {
    if (c == ' ' || c == '\0') continue;
    if (c < '0' || c > '7') return Broken("a number is not octal");
    value = value * 8 + (c - '0');
  }
  return value;
}

TarEntry::Type TypeOf(char type) {
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return TarEntry::Type::kFile;
    case '5':
      return TarEntry::Type::kDirectory;
    case '1':
    case '2':
      return TarEntry::Type::kLink;
    default:
      return TarEntry::Type::kOther;
  }
}

// "27 path=some/long/name\n", where 27 counts all of it.
std::string PaxRecord(absl::string_view key, absl::string_view value) {
  const size_t fixed = key.size() + value.size() + 3;
  size_t size = fixed;
  while (absl::StrCat(size).size() + fixed != size) {
    size = absl::StrCat(size).size() + fixed;
  }
  return absl::StrCat(size, " ", key, "=", value, "\n");
}

}  // namespace

absl::Status TarWriter::AddHeader(absl::string_view name, int64_t size,
                                  char type) {
  std::string header(kBlock, '\0');
  Put(name.substr(0, kNameSize), 0, &header);
  Put(type == '5' ? "0000755" : "0000644", kModeAt, &header);
  Put("0000000", kUidAt, &header);
  Put("0000000", kGidAt, &header);
  Put(absl::StrFormat("%011o", size > kMaxOctalSize ? 0 : size), kSizeAt,
      &header);
  Put("00000000000", kTimeAt, &header);
  header[kTypeAt] = type;
  Put(absl::string_view("ustar\0"
                        "00",
                        8),
      kMagicAt, &header);
  Put(absl::StrFormat("%06o", ChecksumOf(header)), kChecksumAt, &header);
  header[kChecksumAt + 6] = '\0';
  header[kChecksumAt + 7] = ' ';
  return sink_(header);
}

absl::Status TarWriter::Pad(int64_t size) {
  const int64_t padding = PaddingOf(size);
  return padding == 0 ? absl::OkStatus()
                      : sink_(std::string(static_cast<size_t>(padding), '\0'));
}

absl::Status TarWriter::AddDirectory(absl::string_view name) {
  return AddFile(absl::StrCat(name, "/"), 0, nullptr);
}

absl::Status TarWriter::AddFile(absl::string_view name, int64_t size,
                                const ByteSource& content) {
  std::string extended;
  if (name.size() > kNameSize) extended = PaxRecord("path", name);
  if (size > kMaxOctalSize) {
    absl::StrAppend(&extended, PaxRecord("size", absl::StrCat(size)));
  }
  if (!extended.empty()) {
    const auto bytes = static_cast<int64_t>(extended.size());
    KAITO_RETURN_IF_ERROR(AddHeader("pax", bytes, 'x'));
    KAITO_RETURN_IF_ERROR(sink_(extended));
    KAITO_RETURN_IF_ERROR(Pad(bytes));
  }
  if (content == nullptr) return AddHeader(name, 0, '5');
  KAITO_RETURN_IF_ERROR(AddHeader(name, size, '0'));
  int64_t written = 0;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const std::string piece, content());
    written += static_cast<int64_t>(piece.size());
    if (piece.empty() || written > size) break;
    KAITO_RETURN_IF_ERROR(sink_(piece));
  }
  if (written != size) {
    return absl::DataLossError(absl::StrCat(
        name, ": changed while it was packed: ", size, " bytes before, ",
        written, written > size ? " or more" : "", " now"));
  }
  return Pad(size);
}

absl::Status TarWriter::Finish() {
  return sink_(std::string(static_cast<size_t>(2 * kBlock), '\0'));
}

struct TarReader::Extended {
  std::string name;
  std::optional<int64_t> size;

  absl::Status ReadPax(absl::string_view records) {
    while (!records.empty()) {
      const size_t space = records.find(' ');
      int64_t length = 0;
      if (space == absl::string_view::npos ||
          !absl::SimpleAtoi(records.substr(0, space), &length) ||
          length <= static_cast<int64_t>(space) + 1 ||
          length > static_cast<int64_t>(records.size())) {
        return Broken("a pax record is malformed");
      }
      absl::string_view record = records.substr(0, length);
      records.remove_prefix(length);
      record = record.substr(space + 1, record.size() - space - 2);
      const size_t equals = record.find('=');
      if (equals == absl::string_view::npos) {
        return Broken("a pax record is malformed");
      }
      const absl::string_view value = record.substr(equals + 1);
      const absl::string_view key = record.substr(0, equals);
      if (key == "path") name = std::string(value);
      int64_t number = 0;
      if (key != "size") continue;
      if (!absl::SimpleAtoi(value, &number) || number < 0) {
        return Broken("a pax size is no number");
      }
      size = number;
    }
    return absl::OkStatus();
  }
};

absl::StatusOr<std::string> TarReader::Take(int64_t n) {
  std::string out;
  while (static_cast<int64_t>(out.size()) < n) {
    if (at_ == piece_.size()) {
      KAITO_ASSIGN_OR_RETURN(piece_, source_());
      at_ = 0;
      if (piece_.empty()) break;
    }
    const size_t part =
        std::min(piece_.size() - at_, static_cast<size_t>(n) - out.size());
    out.append(piece_, at_, part);
    at_ += part;
  }
  return out;
}

absl::Status TarReader::Skip(int64_t n) {
  while (n > 0) {
    const int64_t part = std::min<int64_t>(n, 1 << 20);
    KAITO_ASSIGN_OR_RETURN(const std::string bytes, Take(part));
    if (static_cast<int64_t>(bytes.size()) != part) {
      return Broken("it ends early");
    }
    n -= part;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TarReader::TakeRecord(int64_t size) {
  if (size > kMaxRecordBytes) {
    return Broken(absl::StrCat("a record of ", size, " bytes"));
  }
  KAITO_ASSIGN_OR_RETURN(std::string record, Take(size));
  if (static_cast<int64_t>(record.size()) != size) {
    return Broken("it ends early");
  }
  KAITO_RETURN_IF_ERROR(Skip(PaddingOf(size)));
  return record;
}

absl::StatusOr<std::optional<TarEntry>> TarReader::Next() {
  KAITO_RETURN_IF_ERROR(Skip(left_ + padding_));
  left_ = padding_ = 0;
  Extended extended;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const std::string header, Take(kBlock));
    // Two blocks of zeros end an archive; some end without.
    if (header.empty() || header.find_first_not_of('\0') == std::string::npos) {
      return std::nullopt;
    }
    if (static_cast<int64_t>(header.size()) != kBlock) {
      return Broken("it ends early");
    }
    KAITO_ASSIGN_OR_RETURN(const int64_t checksum,
                           NumberAt(header, kChecksumAt, 8));
    if (checksum != ChecksumOf(header)) {
      return Broken("a checksum is wrong, or it is no tar archive");
    }
    KAITO_ASSIGN_OR_RETURN(const int64_t size,
                           NumberAt(header, kSizeAt, kNumberSize));
    const char type = header[kTypeAt];
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
      KAITO_ASSIGN_OR_RETURN(const std::string record, TakeRecord(size));
      if (type == 'x') KAITO_RETURN_IF_ERROR(extended.ReadPax(record));
      if (type == 'L') {
        extended.name = record.substr(0, record.find('\0'));
      }
      continue;
    }
    TarEntry entry = {.name = TextAt(header, 0, kNameSize),
                      .type = TypeOf(type)};
    if (absl::string_view(header).substr(kMagicAt, 6) ==
        absl::string_view("ustar\0", 6)) {
      const std::string prefix = TextAt(header, kPrefixAt, kPrefixSize);
      if (!prefix.empty()) entry.name = absl::StrCat(prefix, "/", entry.name);
    }
    if (!extended.name.empty()) entry.name = extended.name;
    // Links carry sizes that stand for nothing.
    if (entry.type != TarEntry::Type::kLink &&
        entry.type != TarEntry::Type::kDirectory) {
      entry.size = extended.size.value_or(size);
    }
    left_ = entry.size;
    padding_ = PaddingOf(entry.size);
    return entry;
  }
}

absl::StatusOr<std::string> TarReader::Read() {
  if (left_ == 0) return std::string();
  const int64_t part = std::min<int64_t>(left_, 256 << 10);
  KAITO_ASSIGN_OR_RETURN(std::string bytes, Take(part));
  if (static_cast<int64_t>(bytes.size()) != part) {
    return Broken("it ends early");
  }
  left_ -= part;
  return bytes;
}

}  // namespace kaito::runtime

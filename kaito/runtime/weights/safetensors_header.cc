#include "kaito/runtime/weights/safetensors_header.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kLengthBytes = 8;

// A name from the file as messages show it: escaped and not too long.
std::string Shown(absl::string_view name) {
  constexpr size_t kLongest = 160;
  if (name.size() <= kLongest) return json::Quote(name);
  return absl::StrCat(json::Quote(name.substr(0, kLongest)), "…");
}

absl::Status BadTensor(absl::string_view name, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("tensor ", Shown(name), ": ", what));
}

absl::StatusOr<absl::string_view> JsonOf(absl::string_view file) {
  const int64_t size = static_cast<int64_t>(file.size());
  if (size < kLengthBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the file has ", size, " bytes, too few for a safetensors header"));
  }
  uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > uint64_t{kMaxSafetensorsHeaderBytes}) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a header of ", length, " bytes is stated, the limit is ",
        kMaxSafetensorsHeaderBytes, "; is this a safetensors file?"));
  }
  if (static_cast<int64_t>(length) > size - kLengthBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a header of ", length, " bytes is stated, the file has ",
                     size, " bytes in all; it is cut short"));
  }
  const absl::string_view text = file.substr(kLengthBytes, length);
  if (text.empty() || text.front() != '{') {
    return absl::InvalidArgumentError(
        "the header does not start with '{'; is this a safetensors file?");
  }
  return text;
}

// A list of non-negative integers, as shapes and offsets are.
absl::StatusOr<std::vector<int64_t>> Sizes(const json::Value& value) {
  const json::Array* items = value.array();
  if (items == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("is ", value.type_name(), " and no list of integers"));
  }
  if (static_cast<int64_t>(items->size()) > kMaxTensorRank) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has ", items->size(), " numbers, the limit is ", kMaxTensorRank));
  }
  std::vector<int64_t> sizes;
  sizes.reserve(items->size());
  for (const json::Value& item : *items) {
    const std::optional<int64_t> size = item.integer();
    if (!size.has_value() || *size < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("holds ", json::Write(item).substr(0, 40),
                       ", which is no size below 2^63"));
    }
    sizes.push_back(*size);
  }
  return sizes;
}

// One member of a tensor's entry. `seen` gets a bit of its own for each of the
// three that must be there.
absl::Status ReadField(absl::string_view key, const json::Cursor& cursor,
                       SafetensorsEntry& entry, unsigned& seen) {
  const unsigned bit = key == "dtype"          ? 1
                       : key == "shape"        ? 2
                       : key == "data_offsets" ? 4
                                               : 0;
  if (bit == 0) return absl::OkStatus();  // As the reference library does.
  if ((seen & bit) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(key, " is there twice"));
  }
  seen |= bit;
  json::Value value;
  KAITO_RETURN_IF_ERROR(cursor.ReadValue(&value));
  if (key == "dtype") {
    if (value.string() == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("dtype is ", value.type_name(), " and no string"));
    }
    KAITO_ASSIGN_OR_RETURN(entry.dtype, ParseDtype(*value.string()));
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<int64_t>> sizes = Sizes(value);
  if (!sizes.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, " ", sizes.status().message()));
  }
  if (key == "shape") {
    entry.shape = *std::move(sizes);
    return absl::OkStatus();
  }
  if (sizes->size() != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "data_offsets has ", sizes->size(), " numbers instead of 2"));
  }
  entry.begin = (*sizes)[0];
  entry.end = (*sizes)[1];
  return absl::OkStatus();
}

absl::Status CheckExtent(const SafetensorsEntry& entry, int64_t data_size) {
  if (entry.begin > entry.end) {
    return absl::InvalidArgumentError(absl::StrCat(
        "data_offsets [", entry.begin, ", ", entry.end, "] are reversed"));
  }
  if (entry.end > data_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("data_offsets [", entry.begin, ", ", entry.end,
                     "] end behind the data, which has ", data_size,
                     " bytes; the file is cut short or damaged"));
  }
  KAITO_ASSIGN_OR_RETURN(const int64_t bytes,
                         ByteCount(entry.dtype, entry.shape));
  if (bytes != entry.end - entry.begin) {
    return absl::InvalidArgumentError(absl::StrCat(
        NameOf(entry.dtype), " of shape ", ShapeToString(entry.shape), " has ",
        bytes, " bytes, data_offsets [", entry.begin, ", ", entry.end,
        "] hold ", entry.end - entry.begin));
  }
  return absl::OkStatus();
}

absl::StatusOr<SafetensorsEntry> ReadEntry(absl::string_view name,
                                           const json::Cursor& cursor,
                                           int64_t data_size) {
  SafetensorsEntry entry;
  entry.name = std::string(name);
  unsigned seen = 0;
  KAITO_RETURN_IF_ERROR(cursor.ForEachField(
      [&](absl::string_view key, const json::Cursor& value) {
        return ReadField(key, value, entry, seen);
      }));
  if (seen != 7) {
    return absl::InvalidArgumentError(
        absl::StrCat("lacks ", (seen & 1) == 0   ? "dtype"
                               : (seen & 2) == 0 ? "shape"
                                                 : "data_offsets"));
  }
  KAITO_RETURN_IF_ERROR(CheckExtent(entry, data_size));
  return entry;
}

absl::Status ReadMetadata(const json::Cursor& cursor,
                          std::map<std::string, std::string>& metadata) {
  return cursor.ForEachField(
      [&](absl::string_view key, const json::Cursor& field) {
        json::Value value;
        KAITO_RETURN_IF_ERROR(field.ReadValue(&value));
        if (value.string() == nullptr) {
          return absl::InvalidArgumentError(
              absl::StrCat("__metadata__: ", Shown(key), " is ",
                           value.type_name(), " and no string"));
        }
        if (!metadata.emplace(std::string(key), *value.string()).second) {
          return absl::InvalidArgumentError(
              absl::StrCat("__metadata__: ", Shown(key), " is there twice"));
        }
        return absl::OkStatus();
      });
}

// Sorts the tensors as they lie, and sees that they follow each other.
absl::Status CheckCover(std::vector<SafetensorsEntry>& tensors,
                        int64_t data_size) {
  std::sort(tensors.begin(), tensors.end(),
            [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
              return std::tie(a.begin, a.end, a.name) <
                     std::tie(b.begin, b.end, b.name);
            });
  int64_t covered = 0;
  const SafetensorsEntry* before = nullptr;
  for (const SafetensorsEntry& entry : tensors) {
    if (entry.begin < covered) {
      return BadTensor(
          entry.name,
          absl::StrCat("starts at byte ", entry.begin, " and overlaps tensor ",
                       Shown(before->name), ", which ends at ", covered));
    }
    if (entry.begin > covered) {
      return BadTensor(
          entry.name,
          absl::StrCat("starts at byte ", entry.begin, ", and the bytes from ",
                       covered, " up to it belong to no tensor"));
    }
    covered = entry.end;
    before = &entry;
  }
  if (covered != data_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("the data has ", data_size, " bytes, the tensors end at ",
                     covered, "; the rest belongs to no tensor"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    absl::string_view file) {
  KAITO_ASSIGN_OR_RETURN(const absl::string_view text, JsonOf(file));
  SafetensorsHeader header;
  header.data_begin = kLengthBytes + static_cast<int64_t>(text.size());
  const int64_t data_size =
      static_cast<int64_t>(file.size()) - header.data_begin;

  absl::flat_hash_set<std::string> names;
  const auto read_member = [&](absl::string_view name,
                               const json::Cursor& value) -> absl::Status {
    if (static_cast<int64_t>(name.size()) > kMaxTensorNameBytes) {
      return BadTensor(
          name, absl::StrCat("the name has ", name.size(),
                             " bytes, the limit is ", kMaxTensorNameBytes));
    }
    if (!names.insert(std::string(name)).second) {
      return BadTensor(name, "is there twice");
    }
    if (name == "__metadata__") return ReadMetadata(value, header.metadata);
    absl::StatusOr<SafetensorsEntry> entry = ReadEntry(name, value, data_size);
    if (!entry.ok()) return BadTensor(name, entry.status().message());
    header.tensors.push_back(*std::move(entry));
    return absl::OkStatus();
  };
  KAITO_RETURN_IF_ERROR(json::Read(
      text,
      // A tensor's entry is two levels deep; what is skipped may be deeper.
      {.max_bytes = kMaxSafetensorsHeaderBytes, .max_depth = 16},
      [&](const json::Cursor& root) {
        return root.ForEachField(read_member);
      }));
  KAITO_RETURN_IF_ERROR(CheckCover(header.tensors, data_size));
  return header;
}

}  // namespace kaito::runtime

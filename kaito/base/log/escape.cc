#include "kaito/base/log/escape.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace kaito {
namespace {

constexpr uint32_t kInvalid = 0xFFFFFFFF;

// Reads one UTF-8 character from `text`, which is not empty. `size` is 1 for an
// invalid byte, also for overlong forms, surrogates and above U+10FFFF.
uint32_t Decode(absl::string_view text, int* size) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  *size = 1;
  const uint32_t first = byte(0);
  if (first < 0x80) return first;
  int length = 0;
  uint32_t code = 0;
  uint32_t least = 0;
  if ((first & 0xE0) == 0xC0) {
    length = 2, code = first & 0x1F, least = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3, code = first & 0x0F, least = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    length = 4, code = first & 0x07, least = 0x10000;
  } else {
    return kInvalid;
  }
  if (text.size() < static_cast<size_t>(length)) return kInvalid;
  for (int i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return kInvalid;
    code = code << 6 | (byte(i) & 0x3F);
  }
  if (code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    return kInvalid;
  }
  *size = length;
  return code;
}

// What a terminal or a reader of lines may act on instead of showing it.
bool IsActive(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) ||  // C0, DEL, C1.
         code == 0x2028 || code == 0x2029 ||              // Line separators.
         code == 0x200E || code == 0x200F ||              // Direction marks,
         (code >= 0x202A && code <= 0x202E) ||            // overrides and
         (code >= 0x2066 && code <= 0x2069) ||            // isolates.
         code == 0xFEFF;                                  // Byte order mark.
}

// The escape that text and JSON share; false when `code` needs none.
bool AppendEscape(uint32_t code, std::string* out) {
  switch (code) {
    case '"':
      *out += "\\\"";
      return true;
    case '\\':
      *out += "\\\\";
      return true;
    case '\n':
      *out += "\\n";
      return true;
    case '\r':
      *out += "\\r";
      return true;
    case '\t':
      *out += "\\t";
      return true;
    default:
      if (!IsActive(code)) return false;
      absl::StrAppendFormat(out, "\\u%04x", code);
      return true;
  }
}

void AppendQuoted(absl::string_view value, bool json, std::string* out) {
  *out += '"';
  while (!value.empty()) {
    int size = 0;
    const uint32_t code = Decode(value, &size);
    if (code == kInvalid) {
      if (json) {
        *out += "\\ufffd";
      } else {
        absl::StrAppendFormat(out, "\\x%02x", static_cast<uint8_t>(value[0]));
      }
    } else if (!AppendEscape(code, out)) {
      absl::StrAppend(out, value.substr(0, size));
    }
    value.remove_prefix(size);
  }
  *out += '"';
}

bool IsPlain(absl::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\') return false;
  }
  return true;
}

}  // namespace

void AppendLogText(absl::string_view value, std::string* out) {
  if (IsPlain(value)) {
    absl::StrAppend(out, value);
  } else {
    AppendQuoted(value, /*json=*/false, out);
  }
}

void AppendLogJson(absl::string_view value, std::string* out) {
  AppendQuoted(value, /*json=*/true, out);
}

std::string TruncateLogValue(absl::string_view value, int64_t max_bytes) {
  if (static_cast<int64_t>(value.size()) <= max_bytes) {
    return std::string(value);
  }
  size_t keep = static_cast<size_t>(max_bytes);
  // At most three steps back, so that a run of stray bytes can't empty it.
  for (int i = 0; i < 3 && keep > 0; ++i) {
    if ((static_cast<uint8_t>(value[keep]) & 0xC0) != 0x80) break;
    --keep;
  }
  return absl::StrCat(value.substr(0, keep), "...(", value.size() - keep,
                      " more bytes)");
}

}  // namespace kaito

#include "kaito/cli/text/printable.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kaito::cli {
namespace {

struct Character {
  char32_t code = 0;
  size_t size = 0;  // Bytes; 0: these are no UTF-8.
};

// The first character of a text that is not empty.
Character First(absl::string_view text) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xf0 && lead < 0xf5   ? 4
                      : lead >= 0xe0 && lead < 0xf0 ? 3
                      : lead >= 0xc2 && lead < 0xe0 ? 2
                                                    : 0;
  if (size == 0 || text.size() < size) return {};
  char32_t code = lead & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[size] || code > 0x10ffff) return {};
  if (code >= 0xd800 && code < 0xe000) return {};
  return {code, size};
}

// What a terminal or an editor obeys instead of showing it.
bool IsObeyed(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c ||
         code == 0x200e || code == 0x200f || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

std::string Escaped(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  if (code == '\r') return "\\r";
  if (code < 0x80) return absl::StrFormat("\\x%02x", uint32_t{code});
  return absl::StrFormat("\\u{%04x}", uint32_t{code});
}

std::string Show(absl::string_view text, bool keep_lines, size_t max_bytes) {
  std::string out;
  out.reserve(std::min(text.size(), max_bytes));
  while (!text.empty()) {
    if (out.size() >= max_bytes) return absl::StrCat(out, "...");
    const Character c = First(text);
    if (c.size == 0) {
      absl::StrAppendFormat(&out, "\\x%02x",
                            uint32_t{static_cast<unsigned char>(text[0])});
      text.remove_prefix(1);
      continue;
    }
    if (IsObeyed(c.code) &&
        !(keep_lines && (c.code == '\n' || c.code == '\t'))) {
      absl::StrAppend(&out, Escaped(c.code));
    } else {
      absl::StrAppend(&out, text.substr(0, c.size));
    }
    text.remove_prefix(c.size);
  }
  return out;
}

// The start of `text` of at most `width` columns.
absl::string_view FirstColumns(absl::string_view text, int64_t width) {
  size_t end = 0;
  while (end < text.size() && width > 0) {
    end += std::max<size_t>(First(text.substr(end)).size, 1);
    --width;
  }
  return text.substr(0, end);
}

}  // namespace

std::string Printable(absl::string_view text, int64_t max_bytes) {
  return Show(text, /*keep_lines=*/false, static_cast<size_t>(max_bytes));
}

std::string PrintableLines(absl::string_view text) {
  return Show(text, /*keep_lines=*/true, absl::string_view::npos);
}

int64_t Width(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
}

std::string Wrap(absl::string_view text, int64_t indent, int64_t width) {
  const std::string start(static_cast<size_t>(indent), ' ');
  if (width <= 0) return absl::StrCat(start, text, "\n");
  // A very narrow terminal still gets some columns of text.
  const int64_t room = std::max<int64_t>(width - indent, 20);
  std::string out;
  std::string line;
  const auto flush = [&] {
    absl::StrAppend(&out, start, line, "\n");
    line.clear();
  };
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!line.empty() && Width(line) + 1 + Width(word) > room) flush();
    while (Width(word) > room) {
      if (!line.empty()) flush();
      const absl::string_view part = FirstColumns(word, room);
      line = std::string(part);
      flush();
      word.remove_prefix(part.size());
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  if (!line.empty() || out.empty()) flush();
  return out;
}

}  // namespace kaito::cli

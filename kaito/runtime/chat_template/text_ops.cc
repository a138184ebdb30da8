#include "kaito/runtime/chat_template/text_ops.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/utf8.h"

namespace kaito::runtime::jinja {
namespace {

bool Has(absl::string_view chars, char32_t wanted) {
  for (Utf8Reader reader(chars); !reader.done();) {
    if (reader.Next() == wanted) return true;
  }
  return false;
}

bool Strips(char32_t c, const std::optional<absl::string_view>& chars) {
  return chars.has_value() ? Has(*chars, c) : Is(c, kSpace);
}

// Bytes at the front that are white space, or that aren't.
int64_t Span(absl::string_view text, bool space) {
  Utf8Reader reader(text);
  while (!reader.done()) {
    const char* const here = reader.position();
    if (Is(reader.Next(), kSpace) != space) return here - text.data();
  }
  return static_cast<int64_t>(text.size());
}

// The same at the end.
int64_t SpanAtEnd(absl::string_view text, bool space) {
  const size_t whole = text.size();
  while (!text.empty()) {
    int64_t bytes = 0;
    if (Is(Utf8Reader::Last(text, &bytes), kSpace) != space) break;
    text.remove_suffix(bytes);
  }
  return static_cast<int64_t>(whole - text.size());
}

bool IsLineEnd(char32_t c) {
  switch (c) {
    case '\n':
    case '\r':
    case '\v':
    case '\f':
    case 0x1C:
    case 0x1D:
    case 0x1E:
    case 0x85:
    case 0x2028:
    case 0x2029:
      return true;
    default:
      return false;
  }
}

}  // namespace

size_t FindText(absl::string_view text, absl::string_view part, size_t from) {
  if (from > text.size()) return absl::string_view::npos;
  if (part.empty()) return from;
  if (text.size() - from < part.size()) return absl::string_view::npos;
  // glibc's is the two-way algorithm.
  const void* const at =
      memmem(text.data() + from, text.size() - from, part.data(), part.size());
  if (at == nullptr) return absl::string_view::npos;
  return static_cast<const char*>(at) - text.data();
}

absl::string_view Strip(absl::string_view text,
                        std::optional<absl::string_view> chars, Sides sides) {
  if ((sides & kLeft) != 0) {
    while (!text.empty()) {
      Utf8Reader reader(text);
      if (!Strips(reader.Next(), chars)) break;
      text.remove_prefix(reader.position() - text.data());
    }
  }
  if ((sides & kRight) != 0) {
    while (!text.empty()) {
      int64_t bytes = 0;
      if (!Strips(Utf8Reader::Last(text, &bytes), chars)) break;
      text.remove_suffix(bytes);
    }
  }
  return text;
}

std::vector<absl::string_view> SplitOnSpace(absl::string_view text,
                                            int64_t max) {
  std::vector<absl::string_view> pieces;
  for (;;) {
    text.remove_prefix(Span(text, /*space=*/true));
    if (text.empty()) return pieces;
    if (max >= 0 && static_cast<int64_t>(pieces.size()) == max) {
      pieces.push_back(text);
      return pieces;
    }
    const int64_t word = Span(text, /*space=*/false);
    pieces.push_back(text.substr(0, word));
    text.remove_prefix(word);
  }
}

std::vector<absl::string_view> SplitOnSpaceFromRight(absl::string_view text,
                                                     int64_t max) {
  std::vector<absl::string_view> pieces;
  for (;;) {
    text.remove_suffix(SpanAtEnd(text, /*space=*/true));
    if (text.empty()) break;
    if (max >= 0 && static_cast<int64_t>(pieces.size()) == max) {
      pieces.push_back(text);
      break;
    }
    const int64_t word = SpanAtEnd(text, /*space=*/false);
    pieces.push_back(text.substr(text.size() - word));
    text.remove_suffix(word);
  }
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

std::vector<absl::string_view> Split(absl::string_view text,
                                     absl::string_view separator, int64_t max) {
  std::vector<absl::string_view> pieces;
  while (max < 0 || static_cast<int64_t>(pieces.size()) < max) {
    const size_t at = FindText(text, separator);
    if (at == absl::string_view::npos) break;
    pieces.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  pieces.push_back(text);
  return pieces;
}

std::vector<absl::string_view> SplitFromRight(absl::string_view text,
                                              absl::string_view separator,
                                              int64_t max) {
  std::vector<absl::string_view> pieces;
  while (max < 0 || static_cast<int64_t>(pieces.size()) < max) {
    const size_t at = text.rfind(separator);
    if (at == absl::string_view::npos) break;
    pieces.push_back(text.substr(at + separator.size()));
    text = text.substr(0, at);
  }
  pieces.push_back(text);
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

namespace {

// Cuts behind the first line end; `line` goes without it.
absl::string_view TakeLine(absl::string_view* text, bool keep_end) {
  const absl::string_view whole = *text;
  for (Utf8Reader reader(whole); !reader.done();) {
    const size_t end = reader.position() - whole.data();
    const char32_t c = reader.Next();
    if (!IsLineEnd(c)) continue;
    if (c == '\r' && !reader.done() && *reader.position() == '\n') {
      reader.Next();
    }
    const size_t next = reader.position() - whole.data();
    text->remove_prefix(next);
    return whole.substr(0, keep_end ? next : end);
  }
  *text = absl::string_view();
  return whole;
}

}  // namespace

absl::string_view FirstLine(absl::string_view* text) {
  return TakeLine(text, /*keep_end=*/false);
}

std::vector<absl::string_view> SplitLines(absl::string_view text,
                                          bool keep_ends) {
  std::vector<absl::string_view> lines;
  while (!text.empty()) lines.push_back(TakeLine(&text, keep_ends));
  return lines;
}

int64_t CountOf(absl::string_view text, absl::string_view part) {
  if (part.empty()) return Utf8Length(text) + 1;
  int64_t count = 0;
  for (size_t at = FindText(text, part); at != absl::string_view::npos;
       at = FindText(text, part, at + part.size())) {
    ++count;
  }
  return count;
}

std::string Replace(absl::string_view text, absl::string_view from,
                    absl::string_view to, int64_t max) {
  std::string out;
  if (from.empty()) {
    // Before each code point, and at the end.
    Utf8Reader reader(text);
    while (max != 0) {
      out.append(to.data(), to.size());
      --max;
      if (reader.done()) return out;
      AppendUtf8(out, reader.Next());
    }
    text.remove_prefix(reader.position() - text.data());
    out.append(text.data(), text.size());
    return out;
  }
  while (max != 0) {
    const size_t at = FindText(text, from);
    if (at == absl::string_view::npos) break;
    out.append(text.data(), at);
    out.append(to.data(), to.size());
    text.remove_prefix(at + from.size());
    --max;
  }
  out.append(text.data(), text.size());
  return out;
}

std::string Capitalize(absl::string_view text) {
  std::string out;
  for (Utf8Reader reader(text); !reader.done(); reader.Next()) {
    const int64_t at = reader.position() - text.data();
    AppendMapped(out, text, at, at == 0 ? CaseMap::kTitle : CaseMap::kLower);
  }
  return out;
}

std::string SwapCase(absl::string_view text) {
  std::string out;
  for (Utf8Reader reader(text); !reader.done();) {
    const int64_t at = reader.position() - text.data();
    const char32_t c = reader.Next();
    if (Is(c, kUpper)) {
      AppendMapped(out, text, at, CaseMap::kLower);
    } else if (Is(c, kLower)) {
      AppendMapped(out, text, at, CaseMap::kUpper);
    } else {
      AppendUtf8(out, c);
    }
  }
  return out;
}

std::string TitleWords(absl::string_view text) {
  std::string out;
  bool after_cased = false;
  for (Utf8Reader reader(text); !reader.done();) {
    const int64_t at = reader.position() - text.data();
    const char32_t c = reader.Next();
    AppendMapped(out, text, at,
                 after_cased ? CaseMap::kLower : CaseMap::kTitle);
    after_cased = Is(c, kCased);
  }
  return out;
}

bool AllAre(absl::string_view text, uint16_t classes) {
  for (Utf8Reader reader(text); !reader.done();) {
    if (!Is(reader.Next(), classes)) return false;
  }
  return !text.empty();
}

bool IsLowerText(absl::string_view text) {
  bool cased = false;
  for (Utf8Reader reader(text); !reader.done();) {
    const char32_t c = reader.Next();
    if (Is(c, kUpper | kTitle)) return false;
    cased |= Is(c, kLower);
  }
  return cased;
}

bool IsUpperText(absl::string_view text) {
  bool cased = false;
  for (Utf8Reader reader(text); !reader.done();) {
    const char32_t c = reader.Next();
    if (Is(c, kLower | kTitle)) return false;
    cased |= Is(c, kUpper);
  }
  return cased;
}

}  // namespace kaito::runtime::jinja

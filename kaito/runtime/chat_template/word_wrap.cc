#include "kaito/runtime/chat_template/word_wrap.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/utf8.h"

namespace kaito::runtime::jinja {
namespace {

// textwrap breaks at ASCII white space only.
bool IsBreak(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' ||
         c == '\r';
}

// Runs of white space, and words; words are cut behind a hyphen that stands
// between letters.
std::vector<absl::string_view> Chunks(absl::string_view line, bool hyphens) {
  std::vector<absl::string_view> chunks;
  size_t begin = 0;
  char32_t before = 0;
  char32_t before_that = 0;
  for (Utf8Reader reader(line); !reader.done();) {
    const size_t at = reader.position() - line.data();
    const char32_t c = reader.Next();
    const bool turn = before != 0 && IsBreak(c) != IsBreak(before);
    const bool hyphen =
        hyphens && before == '-' && Is(before_that, kAlpha) && Is(c, kAlpha);
    if (turn || hyphen) {
      chunks.push_back(line.substr(begin, at - begin));
      begin = at;
    }
    before_that = before;
    before = c;
  }
  if (begin < line.size()) chunks.push_back(line.substr(begin));
  return chunks;
}

bool IsSpace(absl::string_view chunk) {
  return IsBreak(Utf8Reader(chunk).Next());
}

// Looks at no more than it needs: a word may be as long as the text, and is
// asked for each line that is cut from it.
bool IsLonger(absl::string_view text, int64_t length) {
  return Utf8Offset(text, length) < static_cast<int64_t>(text.size());
}

}  // namespace

std::vector<std::string> WrapLine(absl::string_view line,
                                  const WrapOptions& options) {
  std::vector<absl::string_view> chunks =
      Chunks(line, options.break_on_hyphens);
  size_t next = 0;
  std::vector<std::string> lines;
  while (next < chunks.size()) {
    if (!lines.empty() && IsSpace(chunks[next])) ++next;
    std::vector<absl::string_view> current;
    int64_t length = 0;
    while (next < chunks.size() &&
           !IsLonger(chunks[next], options.width - length)) {
      current.push_back(chunks[next]);
      length += Utf8Length(chunks[next++]);
    }
    if (next < chunks.size() && IsLonger(chunks[next], options.width)) {
      absl::string_view& word = chunks[next];
      if (options.break_long_words) {
        const int64_t cut = Utf8Offset(word, options.width - length);
        if (cut > 0) current.push_back(word.substr(0, cut));
        word.remove_prefix(cut);
      } else if (current.empty()) {
        current.push_back(word);
        ++next;
      }
    }
    if (!current.empty() && IsSpace(current.back())) current.pop_back();
    if (current.empty()) continue;
    std::string text;
    for (const absl::string_view chunk : current) {
      text.append(chunk.data(), chunk.size());
    }
    lines.push_back(std::move(text));
  }
  return lines;
}

}  // namespace kaito::runtime::jinja

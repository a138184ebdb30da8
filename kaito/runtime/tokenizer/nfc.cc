#include "kaito/runtime/tokenizer/nfc.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/char_class.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/utf8.h"
#include "utf8proc.h"

namespace kaito::runtime::tokenization {
namespace {

// Nothing below changes, and nothing below joins what stands before it.
constexpr char32_t kFirstThatMayChange = 0x300;

// A character of the result. `consumed` counts the characters of the input that
// it takes the place of: 0 where it was split off the one before it.
struct Unit {
  char32_t c;
  int ccc;  // Canonical combining class.
  int consumed;
};

int CombiningClass(char32_t c) {
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(c))
      ->combining_class;
}

// Whether `c` may compose, or trade places, with what stands before it: marks,
// and the vowels and finals of conjoining Hangul.
bool MayJoinPrevious(char32_t c, const CharClasses& classes) {
  if (c < kFirstThatMayChange) return false;
  return (classes.Of(c) & kMark) != 0 || (c >= 0x1160 && c <= 0x11FF);
}

// Whether `c`, with nothing after it that may join it, stays what it is.
bool StaysAlone(char32_t c) {
  return c < kFirstThatMayChange ||
         utf8proc_get_property(static_cast<utf8proc_int32_t>(c))
                 ->decomp_seqindex == UINT16_MAX;
}

std::vector<Unit> Decompose(absl::string_view group) {
  std::vector<Unit> units;
  for (size_t i = 0; i < group.size(); i += Utf8Size(group[i])) {
    // The longest canonical decomposition has 4 characters.
    utf8proc_int32_t parts[8];
    int boundary_class = 0;
    const auto n = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(DecodeUtf8(group.data() + i)), parts, 8,
        UTF8PROC_DECOMPOSE, &boundary_class);
    for (utf8proc_ssize_t k = 0; k < std::min<utf8proc_ssize_t>(n, 8); ++k) {
      const auto c = static_cast<char32_t>(parts[k]);
      units.push_back({c, CombiningClass(c), k == 0 ? 1 : 0});
    }
  }
  // Canonical order: each run of marks by class, else as it was.
  for (auto begin = units.begin(); begin != units.end();) {
    if (begin->ccc == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, units.end(),
                                  [](const Unit& u) { return u.ccc == 0; });
    std::stable_sort(
        begin, end, [](const Unit& a, const Unit& b) { return a.ccc < b.ccc; });
    begin = end;
  }
  return units;
}

std::optional<char32_t> ComposePair(char32_t first, char32_t second) {
  utf8proc_int32_t pair[2] = {static_cast<utf8proc_int32_t>(first),
                              static_cast<utf8proc_int32_t>(second)};
  const auto flags =
      static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  if (utf8proc_normalize_utf32(pair, 2, flags) != 1) return std::nullopt;
  return static_cast<char32_t>(pair[0]);
}

std::vector<Unit> Compose(const std::vector<Unit>& in) {
  std::vector<Unit> out;
  std::optional<size_t> starter;  // Place in `out`.
  int last_class = 0;             // Of what stands between it and the next.
  for (const Unit& unit : in) {
    const bool adjacent = starter.has_value() && *starter + 1 == out.size();
    if (starter.has_value() && (adjacent || last_class < unit.ccc)) {
      if (const auto c = ComposePair(out[*starter].c, unit.c)) {
        out[*starter].c = *c;
        out[*starter].consumed += unit.consumed;
        continue;
      }
    }
    if (unit.ccc == 0) starter = out.size();
    last_class = unit.ccc;
    out.push_back(unit);
  }
  return out;
}

// Appends the normal form of bytes [begin, end) of `text`.
void AppendGroup(const MappedText& text, size_t begin, size_t end,
                 MappedText* out) {
  const std::string& in = text.text();
  size_t at = begin;  // The next character of the input to take the place of.
  std::string character;
  for (const Unit& unit :
       Compose(Decompose(absl::string_view(in).substr(begin, end - begin)))) {
    const size_t from = unit.consumed == 0 && at > 0 ? at - 1 : at;
    const Span origin =
        text.Origin(std::min(from, end - 1), std::min(from, end - 1) + 1);
    for (int i = 0; i < unit.consumed && at < end; ++i) {
      at += Utf8Size(in[at]);
    }
    character.clear();
    AppendUtf8(unit.c, &character);
    out->AppendAs(character, origin);
  }
}

}  // namespace

MappedText ToNfc(MappedText text) {
  const std::string& in = text.text();
  // Lead bytes of U+0300 and beyond.
  const auto first = std::find_if(in.begin(), in.end(), [](char byte) {
    return static_cast<uint8_t>(byte) >= 0xCC;
  });
  if (first == in.end()) return text;
  const CharClasses& classes = CharClasses::Get();
  MappedText out(text.tracks_origin());
  out.Reserve(in.size());
  size_t copied = 0;
  for (size_t begin = 0; begin < in.size();) {
    const char32_t c = DecodeUtf8(in.data() + begin);
    size_t end = begin + Utf8Size(in[begin]);
    const bool alone = end == in.size() ||
                       !MayJoinPrevious(DecodeUtf8(in.data() + end), classes);
    if (!alone || !StaysAlone(c)) {
      while (end < in.size() &&
             MayJoinPrevious(DecodeUtf8(in.data() + end), classes)) {
        end += Utf8Size(in[end]);
      }
      out.Append(text, copied, begin);
      AppendGroup(text, begin, end, &out);
      copied = end;
    }
    begin = end;
  }
  out.Append(text, copied, in.size());
  return out;
}

}  // namespace kaito::runtime::tokenization

#include "kaito/runtime/chat_template/code_points.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/utf8.h"

namespace kaito::runtime::jinja {
namespace {

struct Record {
  uint16_t bits;      // CodePointClass; from bit 12: has an expansion.
  int32_t deltas[4];  // To the code point of each CaseMap.

  constexpr Record(uint16_t b, int32_t u, int32_t l, int32_t t, int32_t f)
      : bits(b), deltas{u, l, t, f} {}
};

// A mapping to several code points. Sorted by code point and map.
struct Expansion {
  char32_t code_point;
  uint8_t map;
  const char* text;
};

#include "kaito/runtime/chat_template/code_point_tables.inc"

constexpr int kExpansionShift = 12;
constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kFinalSigma = 0x3C2;

const Record& RecordOf(char32_t c) {
  return kRecords[kPageRecords[kPages[c >> 8]][c & 0xFF]];
}

// Unicode's Final_Sigma: a cased letter before, none after.
bool IsFinalSigma(absl::string_view before, absl::string_view after) {
  bool cased_before = false;
  while (!before.empty()) {
    int64_t bytes = 0;
    const char32_t c = Utf8Reader::Last(before, &bytes);
    before.remove_suffix(bytes);
    if (Is(c, kIgnoredInCase)) continue;
    cased_before = Is(c, kCased);
    break;
  }
  if (!cased_before) return false;
  for (Utf8Reader reader(after); !reader.done();) {
    const char32_t c = reader.Next();
    if (!Is(c, kIgnoredInCase)) return !Is(c, kCased);
  }
  return true;
}

const Expansion& FindExpansion(char32_t c, CaseMap map) {
  const auto key = [](const Expansion& e) {
    return static_cast<uint64_t>(e.code_point) << 8 | e.map;
  };
  const uint64_t wanted =
      static_cast<uint64_t>(c) << 8 | static_cast<uint8_t>(map);
  return *std::ranges::lower_bound(kExpansions, wanted, {}, key);
}

}  // namespace

bool Is(char32_t c, uint16_t classes) {
  return (RecordOf(c).bits & classes) != 0;
}

void AppendMapped(std::string& to, absl::string_view text, int64_t at,
                  CaseMap map) {
  Utf8Reader reader(text.substr(at));
  const char32_t c = reader.Next();
  const Record& record = RecordOf(c);
  if (record.bits >> kExpansionShift >> static_cast<int>(map) & 1) {
    to += FindExpansion(c, map).text;
    return;
  }
  if (c == kCapitalSigma && map == CaseMap::kLower) {
    const int64_t next = reader.position() - text.data();
    if (IsFinalSigma(text.substr(0, at), text.substr(next))) {
      AppendUtf8(to, kFinalSigma);
      return;
    }
  }
  AppendUtf8(to, c + record.deltas[static_cast<int>(map)]);
}

std::string MapCase(absl::string_view text, CaseMap map) {
  std::string to;
  to.reserve(text.size());
  for (Utf8Reader reader(text); !reader.done();) {
    const char first = *reader.position();
    if (absl::ascii_isascii(first)) {
      const bool lower = map == CaseMap::kLower || map == CaseMap::kFold;
      to += lower ? absl::ascii_tolower(first) : absl::ascii_toupper(first);
      reader.Next();
      continue;
    }
    AppendMapped(to, text, reader.position() - text.data(), map);
    reader.Next();
  }
  return to;
}

}  // namespace kaito::runtime::jinja

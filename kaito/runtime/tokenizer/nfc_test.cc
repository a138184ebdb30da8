#include "kaito/runtime/tokenizer/nfc.h"

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/runtime/tokenizer/mapped_text.h"

namespace kaito::runtime::tokenization {
namespace {

MappedText Normalised(absl::string_view text, bool track_origin) {
  MappedText in(track_origin);
  in.AppendOriginal(text, 0);
  return ToNfc(std::move(in));
}

// Rows of the Unicode Consortium's test of normalisation, and what is easily
// got wrong.
TEST(ToNfc, GivesTheComposedForm) {
  const struct {
    const char* in;
    const char* out;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"cafe\u0301", "caf\u00e9"},
      {"caf\u00e9", "caf\u00e9"},
      // Order of marks: below goes before above.
      {"e\u0301\u0323", "\u1eb9\u0301"},
      {"\u1e0a\u0323", "\u1e0c\u0307"},
      // A mark of the same class blocks.
      {"a\u0315\u0300\u05ae\u0300", "\u00e0\u05ae\u0300\u0315"},
      {"e\u0301\u0300", "\u00e9\u0300"},
      // Singletons, and what is excluded from composition.
      {"\u212b\u2126", "\u00c5\u03a9"},
      {"\u0958", "\u0915\u093c"},
      {"\u2adc", "\u2add\u0338"},
      // Hangul, whole and in parts.
      {"\u1112\u1161\u11ab", "\ud55c"},
      {"\ud55c", "\ud55c"},
      {"\uac00\u11a8", "\uac01"},
      // Three characters from one.
      {"\u0390", "\u0390"},
      {"\U0001d15e", "\U0001d157\U0001d165"},
      // Vowel signs that compose and have class 0.
      {"\u09c7\u09be", "\u09cb"},
      {"\u0344", "\u0308\u0301"},
      // A mark without anything before it.
      {"\u0301a", "\u0301a"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Normalised(c.in, false).text(), c.out) << c.in;
    const MappedText tracked = Normalised(c.in, true);
    EXPECT_EQ(tracked.text(), c.out) << c.in;
  }
}

TEST(ToNfc, KnowsWhereCharactersCameFrom) {
  // x, then e and an accent (3 bytes), then y.
  const MappedText text = Normalised("xe\u0301y", true);
  ASSERT_EQ(text.text(), "x\u00e9y");
  EXPECT_EQ(text.Origin(0, 1), (Span{0, 1}));
  EXPECT_EQ(text.Origin(1, 3), (Span{1, 2}));  // As the others: the base's.
  EXPECT_EQ(text.Origin(3, 4), (Span{4, 5}));
}

TEST(ToNfc, TakesLongRunsOfMarks) {
  std::string marks = "a";
  for (int i = 0; i < 50000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  const std::string out = Normalised(marks, true).text();
  EXPECT_EQ(out.substr(0, 3), "\u1ea1");
  EXPECT_EQ(Normalised(out, false).text(), out);
}

}  // namespace
}  // namespace kaito::runtime::tokenization

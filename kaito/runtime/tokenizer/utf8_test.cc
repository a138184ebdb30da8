#include "kaito/runtime/tokenizer/utf8.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace kaito::runtime::tokenization {
namespace {

std::string Cleaned(absl::string_view input) {
  CleanText clean;
  CleanUtf8(input, /*with_places=*/false, &clean);
  return std::string(clean.text);
}

TEST(CleanUtf8, ReplacesMaximalSubparts) {
  const struct {
    absl::string_view in;
    absl::string_view out;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"é橋😀", "é橋😀"},
      // The Unicode Standard's example, table 3-11 of version 15.
      {"\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64",
       "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd"},
      // Overlong forms, a surrogate, and beyond U+10FFFF: each byte alone.
      {"\xC0\xAF\xE0\x9F\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xFE\xFF", "\uFFFD\uFFFD"},
      // Cut off at the end.
      {"a\xF0\x9F\x98", "a\uFFFD"},
      {"sixteen letters \xE6", "sixteen letters \uFFFD"},
  };
  for (const auto& c : cases) EXPECT_EQ(Cleaned(c.in), c.out) << c.in;
}

TEST(CleanUtf8, KnowsThePlacesInTheInput) {
  CleanText clean;
  CleanUtf8("a\xE6\xA9z", /*with_places=*/true, &clean);
  EXPECT_EQ(clean.text, "a\uFFFDz");
  EXPECT_EQ(clean.places, (std::vector<uint32_t>{0, 1, 1, 1, 3, 4}));
  CleanText same;
  CleanUtf8("aé", /*with_places=*/true, &same);
  EXPECT_TRUE(same.places.empty());
}

TEST(AppendUtf8, IsReadBackAtTheEdgesOfEachLength) {
  for (const char32_t c : {0x0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000,
                           0xFFFF, 0x10000, 0x10FFFF}) {
    std::string text;
    AppendUtf8(c, &text);
    EXPECT_EQ(Utf8Size(text[0]), static_cast<int>(text.size()));
    EXPECT_EQ(DecodeUtf8(text.data()), c);
    EXPECT_EQ(Cleaned(text), text);
  }
}

}  // namespace
}  // namespace kaito::runtime::tokenization

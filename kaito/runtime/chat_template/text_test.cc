// The functions on text and numbers, apart from templates; most of what they do
// is in the goldens.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/markup.h"
#include "kaito/runtime/chat_template/numbers.h"
#include "kaito/runtime/chat_template/strftime.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/word_wrap.h"

namespace kaito::runtime::jinja {
namespace {

using ::testing::ElementsAre;

TEST(Utf8, KnowsWhatIsValid) {
  EXPECT_TRUE(IsValidUtf8("aé\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (const absl::string_view bad :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80",
        "\xF0\x80\x80\x80"}) {
    EXPECT_FALSE(IsValidUtf8(bad));
  }
}

TEST(Utf8, WritesWhatItReads) {
  for (const char32_t c :
       {0x24u, 0xE9u, 0x20ACu, 0xFFFFu, 0x1F600u, 0x10FFFFu}) {
    std::string text;
    AppendUtf8(text, c);
    EXPECT_TRUE(IsValidUtf8(text));
    EXPECT_EQ(Utf8Reader(text).Next(), c);
    int64_t bytes = 0;
    EXPECT_EQ(Utf8Reader::Last("a" + text, &bytes), c);
    EXPECT_EQ(bytes, static_cast<int64_t>(text.size()));
  }
  EXPECT_EQ(Utf8Length("aé€"), 3);
  EXPECT_EQ(Utf8Offset("aé€", 2), 3);
  EXPECT_EQ(Utf8Offset("aé€", 9), 6);
}

TEST(CodePoints, AgreeWithUnicode) {
  EXPECT_TRUE(Is(U'\u00DF', kAlpha | kDigit));
  EXPECT_TRUE(Is(U'\u3000', kSpace));
  EXPECT_FALSE(Is(U'\u200B', kSpace));
  EXPECT_FALSE(Is(U'\u2028', kPrintable));
  EXPECT_TRUE(Is(U'\u00B2', kDigit));
  EXPECT_FALSE(Is(U'\u00B2', kDecimal));
  EXPECT_TRUE(Is(U'\u01C5', kTitle));
  EXPECT_FALSE(Is(U'A', kTitle));
  EXPECT_FALSE(Is(0x10FFFF, kAlpha));
}

TEST(MapCase, UsesFullMappings) {
  EXPECT_EQ(MapCase("straße ŉ", CaseMap::kUpper), "STRASSE ʼN");
  EXPECT_EQ(MapCase("ΟΔΟΣ ΣΑΣ.", CaseMap::kLower), "οδος σας.");
  EXPECT_EQ(MapCase("Σ", CaseMap::kLower), "σ");
  EXPECT_EQ(MapCase("İ", CaseMap::kLower), "i\u0307");
  EXPECT_EQ(MapCase("ẞ", CaseMap::kFold), "ss");
}

TEST(FindText, FindsWhatIsThere) {
  EXPECT_EQ(FindText("abcabc", "c", 3), 5u);
  EXPECT_EQ(FindText("abc", "", 3), 3u);
  EXPECT_EQ(FindText("abc", "", 4), absl::string_view::npos);
  EXPECT_EQ(FindText("", "a"), absl::string_view::npos);
}

TEST(SplitLines, KnowsEveryLineEnd) {
  EXPECT_THAT(SplitLines("a\nb\r\nc\rd\v\u2028e", false),
              ElementsAre("a", "b", "c", "d", "", "e"));
  EXPECT_THAT(SplitLines("a\r\nb\n", true), ElementsAre("a\r\n", "b\n"));
}

TEST(FloatRepr, WritesTheShortestDigits) {
  EXPECT_EQ(FloatRepr(0.1), "0.1");
  EXPECT_EQ(FloatRepr(1e16), "1e+16");
  EXPECT_EQ(FloatRepr(9999999999999998.0), "9999999999999998.0");
  EXPECT_EQ(FloatRepr(0.0001), "0.0001");
  EXPECT_EQ(FloatRepr(-0.00001234), "-1.234e-05");
  EXPECT_EQ(FloatRepr(-0.0), "-0.0");
  EXPECT_EQ(FloatRepr(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(FloatRepr(2e-308), "2e-308");
}

TEST(ParseInt, TakesPythonsForms) {
  EXPECT_EQ(ParseInt(" -1_000 ", 10), -1000);
  EXPECT_EQ(ParseInt("0x_ff", 0), 255);
  EXPECT_EQ(ParseInt("-9223372036854775808", 10),
            std::numeric_limits<int64_t>::min());
  for (const absl::string_view bad :
       {"", "-", "1__0", "_1", "1_", "9223372036854775808", "--1", "1.0", "0x",
        "+-1"}) {
    EXPECT_EQ(ParseInt(bad, 10), std::nullopt) << bad;
  }
  EXPECT_EQ(ParseInt("012", 0), std::nullopt);
}

TEST(RoundFloat, RoundsDecimalDigits) {
  EXPECT_EQ(RoundFloat(2.675, 2), 2.67);  // Which is a little below.
  EXPECT_EQ(RoundFloat(0.5, 0), 0.0);
  EXPECT_EQ(RoundFloat(1250.0, -2), 1200.0);
  EXPECT_EQ(RoundFloat(1e300, 5), 1e300);
  EXPECT_EQ(RoundFloat(1.5, 400), 1.5);
  EXPECT_EQ(RoundFloat(1.5, -400), 0.0);
}

TEST(FormatTime, FollowsTheCalendar) {
  // ISO 8601: 2021-01-03, a Sunday, is in week 53 of 2020.
  const absl::CivilSecond sunday(2021, 1, 3, 0, 5, 9);
  EXPECT_EQ(FormatTime("%G-W%V-%u %U %W %w %j", sunday),
            "2020-W53-7 01 00 0 003");
  EXPECT_EQ(FormatTime("%a %A %e|%-d|%I:%M:%S %p|%y|%%", sunday),
            "Sun Sunday  3|3|12:05:09 AM|21|%");
  EXPECT_EQ(FormatTime("%c|%x|%X|%D|%F|%T|%R|%r", sunday),
            "Sun Jan  3 00:05:09 2021|01/03/21|00:05:09|01/03/21|2021-01-03|"
            "00:05:09|00:05|12:05:09 AM");
  EXPECT_EQ(FormatTime("%", sunday), "%");
  EXPECT_EQ(FormatTime("%Q%z%Z%f%^b", sunday), "%Q000000JAN");
}

TEST(Markup, EscapesAndStrips) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\">&'"),
            "&lt;a href=&#34;x&#34;&gt;&amp;&#39;");
  EXPECT_EQ(StripTags("<b>x</b>\n <!-- <i> --> &lt;&#233;&#xe9;&nosuch; &"),
            "x <éé&nosuch; &");
  EXPECT_EQ(QuoteUrl("a b/ä", false), "a%20b/%C3%A4");
  EXPECT_EQ(QuoteUrl("a b/ä", true), "a+b%2F%C3%A4");
}

TEST(WrapLine, BreaksBetweenWordsAndInsideLongOnes) {
  EXPECT_THAT(WrapLine("the quick fox", {.width = 9}),
              ElementsAre("the quick", "fox"));
  EXPECT_THAT(WrapLine("äöüäöü x", {.width = 4}), ElementsAre("äöüä", "öü x"));
  EXPECT_THAT(WrapLine("abcdef x", {.width = 4, .break_long_words = false}),
              ElementsAre("abcdef", "x"));
}

}  // namespace
}  // namespace kaito::runtime::jinja

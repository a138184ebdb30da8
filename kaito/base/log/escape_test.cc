#include "kaito/base/log/escape.h"

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace kaito {
namespace {

std::string Text(absl::string_view value) {
  std::string out;
  AppendLogText(value, &out);
  return out;
}

std::string Json(absl::string_view value) {
  std::string out;
  AppendLogJson(value, &out);
  return out;
}

TEST(AppendLogText, LeavesPlainValuesAndQuotesTheRest) {
  EXPECT_EQ(Text("default/ws-1"), "default/ws-1");
  EXPECT_EQ(Text(""), "\"\"");
  EXPECT_EQ(Text("two words"), "\"two words\"");
  EXPECT_EQ(Text("a=b"), "\"a=b\"");
  EXPECT_EQ(Text("say \"hi\" \\"), "\"say \\\"hi\\\" \\\\\"");
  EXPECT_EQ(Text("gr\xC3\xB6\xC3\x9F"
                 "e"),
            "\"gr\xC3\xB6\xC3\x9F"
            "e\"");
}

TEST(AppendLogText, EscapesWhatATerminalOrReaderWouldObey) {
  EXPECT_EQ(Text("a\nlevel=error\r\t"), "\"a\\nlevel=error\\r\\t\"");
  EXPECT_EQ(Text("\x1b[31m"), "\"\\u001b[31m\"");
  EXPECT_EQ(Text(absl::string_view("\0\x7f", 2)), "\"\\u0000\\u007f\"");
  EXPECT_EQ(Text("\xC2\x85"), "\"\\u0085\"");      // NEL
  EXPECT_EQ(Text("\xE2\x80\xA8"), "\"\\u2028\"");  // Line separator
  EXPECT_EQ(Text("\xE2\x80\xAE"
                 "x"),
            "\"\\u202ex\"");  // Right-to-left override
}

TEST(AppendLogText, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(Text("\xFF"), "\"\\xff\"");
  EXPECT_EQ(Text("\xC0\xAF"), "\"\\xc0\\xaf\"");           // Overlong '/'
  EXPECT_EQ(Text("\xED\xA0\x80"), "\"\\xed\\xa0\\x80\"");  // Surrogate
  EXPECT_EQ(Text("\xF4\x90\x80\x80"), "\"\\xf4\\x90\\x80\\x80\"");
  EXPECT_EQ(Text("\xE2\x82"), "\"\\xe2\\x82\"");  // Cut off
  EXPECT_EQ(Text("\xF0\x9F\x99\x82"), "\"\xF0\x9F\x99\x82\"");
}

TEST(AppendLogJson, IsAlwaysQuotedAndValidUtf8) {
  EXPECT_EQ(Json("plain"), "\"plain\"");
  EXPECT_EQ(Json("a\n\"\\\x01"), "\"a\\n\\\"\\\\\\u0001\"");
  EXPECT_EQ(Json("\xFFz"), "\"\\ufffdz\"");
}

TEST(TruncateLogValue, KeepsWholeCharactersAndSaysHowMuchIsMissing) {
  EXPECT_EQ(TruncateLogValue("abcd", 4), "abcd");
  EXPECT_EQ(TruncateLogValue("abcde", 4), "abcd...(1 more bytes)");
  EXPECT_EQ(TruncateLogValue("abc\xC3\xB6", 4), "abc...(2 more bytes)");
  EXPECT_EQ(TruncateLogValue("\x80\x80\x80\x80\x80\x80", 5),
            "\x80\x80...(4 more bytes)");
}

}  // namespace
}  // namespace kaito

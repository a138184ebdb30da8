#include "kaito/cli/text/printable.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace kaito::cli {
namespace {

TEST(Printable, KeepsWhatIsText) {
  EXPECT_EQ(Printable("Grüße, 世界 🙂"), "Grüße, 世界 🙂");
  EXPECT_EQ(Printable(""), "");
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(Printable("a\x1b[2Jb\x07"), "a\\x1b[2Jb\\x07");
  EXPECT_EQ(Printable("a\nb\tc\r\x7f"), "a\\nb\\tc\\r\\x7f");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\u{009b}31m");  // CSI of C1.
  EXPECT_EQ(Printable("a\xe2\x80\xae"
                      "b\xe2\x80\xa8"),
            "a\\u{202e}b\\u{2028}");
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(Printable("a\xff\xc0\x80z"), "a\\xff\\xc0\\x80z");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // A surrogate.
  EXPECT_EQ(Printable("\xe2\x82"), "\\xe2\\x82");           // Cut off.
}

TEST(Printable, HasALimit) {
  EXPECT_EQ(Printable("abcdef", 3), "abc...");
  EXPECT_EQ(Printable("abc", 3), "abc");
}

TEST(PrintableLines, KeepsLinesOnly) {
  EXPECT_EQ(PrintableLines("a\n\tb\x1b]0;t\x07"), "a\n\tb\\x1b]0;t\\x07");
}

TEST(Wrap, BreaksAtSpacesAndInLongWords) {
  EXPECT_EQ(Wrap("one two three four five six", 2, 22),
            "  one two three four\n  five six\n");
  EXPECT_EQ(Wrap("short", 4, 0), "    short\n");
  EXPECT_EQ(Wrap("", 1, 40), " \n");
  EXPECT_EQ(Wrap(absl::StrCat("a ", std::string(45, 'x'), " b"), 0, 20),
            absl::StrCat("a\n", std::string(20, 'x'), "\n",
                         std::string(20, 'x'), "\nxxxxx b\n"));
  EXPECT_EQ(Width("Grüße"), 5);
}

}  // namespace
}  // namespace kaito::cli

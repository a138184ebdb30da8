#include "kaito/base/url/percent_encoding.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(PercentEncode, LeavesOnlyUnreservedBytes) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("a b/c?d&e=f+g%h"), "a%20b%2Fc%3Fd%26e%3Df%2Bg%25h");
  EXPECT_EQ(PercentEncode("\xC3\xA9\x7F"), "%C3%A9%7F");
  EXPECT_EQ(PercentEncode("a/b:c", "/:"), "a/b:c");
  EXPECT_EQ(PercentEncode(absl::string_view("\0", 1)), "%00");
}

TEST(PercentDecode, UndoesEncodingOfEveryByte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_THAT(PercentDecode(PercentEncode(all)), IsOkAndHolds(all));
  EXPECT_THAT(PercentDecode("%2f%2F+a"), IsOkAndHolds("//+a"));
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  for (absl::string_view text : {"%", "a%4", "%g0", "%0g", "%%41", "% 41"}) {
    EXPECT_THAT(PercentDecode(text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("two hexadecimal digits")))
        << text;
  }
}

TEST(ParseQuery, ReadsFieldsAsFormsWriteThem) {
  EXPECT_THAT(ParseQuery("a=1&b=x+y%2Bz&a=2&flag&=v&&e=f=g"),
              IsOkAndHolds(ElementsAre(Pair("a", "1"), Pair("b", "x y+z"),
                                       Pair("a", "2"), Pair("flag", ""),
                                       Pair("", "v"), Pair("e", "f=g"))));
  EXPECT_THAT(ParseQuery(""), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ParseQuery("a=%zz"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseQuery("%=a"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseQuery, BoundsTheNumberOfFields) {
  std::string query;
  for (int i = 0; i < 1000; ++i) query += "a&";
  KAITO_EXPECT_OK(ParseQuery(query));
  EXPECT_THAT(ParseQuery(query + "a"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1000")));
}

TEST(FindParameter, GivesTheFirstValueOrNone) {
  KAITO_ASSERT_OK_AND_ASSIGN(const QueryParameters query,
                             ParseQuery("watch=1&watch=2&empty="));
  EXPECT_EQ(*FindParameter(query, "watch"), "1");
  EXPECT_EQ(*FindParameter(query, "empty"), "");
  EXPECT_EQ(FindParameter(query, "Watch"), nullptr);
}

}  // namespace
}  // namespace kaito

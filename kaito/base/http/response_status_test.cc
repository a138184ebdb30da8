#include "kaito/base/http/response_status.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace kaito::http {
namespace {

TEST(ResponseStatus, GivesEachCodeItsMeaning) {
  const struct {
    int code;
    absl::StatusCode meaning;
  } kCases[] = {
      {200, absl::StatusCode::kOk},
      {204, absl::StatusCode::kOk},
      {302, absl::StatusCode::kFailedPrecondition},
      {400, absl::StatusCode::kInvalidArgument},
      {401, absl::StatusCode::kUnauthenticated},
      {403, absl::StatusCode::kPermissionDenied},
      {404, absl::StatusCode::kNotFound},
      {409, absl::StatusCode::kAborted},
      {410, absl::StatusCode::kNotFound},
      {413, absl::StatusCode::kResourceExhausted},
      {418, absl::StatusCode::kInvalidArgument},
      {429, absl::StatusCode::kResourceExhausted},
      {500, absl::StatusCode::kUnavailable},
      {501, absl::StatusCode::kUnimplemented},
      {504, absl::StatusCode::kDeadlineExceeded},
      {599, absl::StatusCode::kUnavailable},
      {100, absl::StatusCode::kInternal},
      {-1, absl::StatusCode::kInternal},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ResponseStatus(c.code, "", "h").code(), c.meaning) << c.code;
  }
}

std::string MessageOf(absl::string_view body) {
  return std::string(ResponseStatus(404, body, "h").message());
}

TEST(ResponseStatus, ShowsTheBodyOnOneLine) {
  EXPECT_EQ(MessageOf(""), "h: HTTP 404 Not Found");
  EXPECT_EQ(MessageOf(" {\r\n  \"a\": 1\x1b\n}\n"),
            "h: HTTP 404 Not Found: { \"a\": 1 }");
}

TEST(ResponseStatus, CutsTheBodyAt512BytesBetweenCharacters) {
  const std::string prefix = "h: HTTP 404 Not Found: ";
  EXPECT_EQ(MessageOf(std::string(512, 'x')), prefix + std::string(512, 'x'));
  EXPECT_EQ(MessageOf(std::string(513, 'x')),
            prefix + std::string(512, 'x') + "...");
  EXPECT_EQ(MessageOf(std::string(511, 'x') + "\xc3\xa9"),
            prefix + std::string(511, 'x') + "...");
}

TEST(ResponseStatus, MakesTheBodyValidUtf8) {
  const std::string prefix = "h: HTTP 404 Not Found: ";
  // Whole characters of two, three and four bytes.
  EXPECT_EQ(MessageOf("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
            prefix + "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  // A lone byte, an overlong '/', a surrogate, one beyond U+10FFFF, a cut one.
  EXPECT_EQ(MessageOf("\xff"), prefix + "?");
  EXPECT_EQ(MessageOf("\xc0\xaf"), prefix + "??");
  EXPECT_EQ(MessageOf("\xed\xa0\x80"), prefix + "???");
  EXPECT_EQ(MessageOf("\xf4\x90\x80\x80"), prefix + "????");
  EXPECT_EQ(MessageOf("\xe2\x82"), prefix + "??");
}

}  // namespace
}  // namespace kaito::http

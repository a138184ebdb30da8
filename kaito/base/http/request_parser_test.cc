#include "kaito/base/http/request_parser.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/http/server_request.h"

namespace kaito::http {
namespace {

constexpr ParserLimits kLimits = {.header_bytes = 1024, .body_bytes = 100};

using State = RequestParser::State;

// Gives `text` to the parser in pieces of `step` bytes; what it did not use.
std::string Feed(RequestParser& parser, absl::string_view text, size_t step) {
  std::string buffer;
  while (!text.empty()) {
    buffer += std::string(text.substr(0, step));
    text.remove_prefix(std::min(step, text.size()));
    buffer.erase(0, parser.Put(buffer));
  }
  return buffer;
}

TEST(RequestParser, ReadsARequestHoweverItIsCut) {
  const std::string text =
      "POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\nContent-Length: "
      "5\r\n\r\nhello";
  for (size_t step = 1; step <= text.size(); ++step) {
    RequestParser parser(kLimits);
    EXPECT_EQ(Feed(parser, text, step), "");
    ASSERT_EQ(parser.state(), State::kDone) << step;
    EXPECT_TRUE(parser.keep_alive());
    const ServerRequest request = parser.Take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.raw_target, "/a?b=c");
    EXPECT_EQ(request.headers.Get("x-y"), "z");
    EXPECT_EQ(request.body, "hello");
  }
}

TEST(RequestParser, ReadsChunksHoweverTheyAreCut) {
  const std::string text =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  for (size_t step = 1; step <= text.size(); ++step) {
    RequestParser parser(kLimits);
    Feed(parser, text, step);
    ASSERT_EQ(parser.state(), State::kDone) << step;
    EXPECT_EQ(parser.Take().body, "abc0123456789");
  }
}

TEST(RequestParser, LeavesTheNextRequestAlone) {
  RequestParser parser(kLimits);
  EXPECT_EQ(Feed(parser, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HT", 1000),
            "GET /2 HT");
  EXPECT_EQ(parser.state(), State::kDone);
  EXPECT_EQ(parser.Put("GET /2 HT"), 0);
}

TEST(RequestParser, KnowsWhenTheConnectionEnds) {
  const auto keeps = [](absl::string_view text) {
    RequestParser parser(kLimits);
    Feed(parser, text, 1000);
    EXPECT_EQ(parser.state(), State::kDone);
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, SeesWhoWaitsForContinue) {
  RequestParser parser(kLimits);
  Feed(parser,
       "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
       "Content-Length: 1\r\n\r\n",
       1000);
  EXPECT_EQ(parser.state(), State::kBody);
  EXPECT_TRUE(parser.wants_continue());
}

TEST(RequestParser, RefusesMalformedRequests) {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  const struct {
    std::string text;
    int code;
  } kCases[] = {
      {"nonsense\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"G\x01T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 13), 400},
      {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {get + "Host: i\r\n\r\n", 400},
      {get + "No colon\r\n\r\n", 400},
      {get + "Name : v\r\n\r\n", 400},
      {get + "A: b\x01\r\n\r\n", 400},
      {get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {get + "Content-Length: -1\r\n\r\n", 400},
      {get + "Content-Length: 1, 1\r\n\r\na", 400},
      {get + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {get + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {get + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {get + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
      {get + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {get + "Transfer-Encoding: identity\r\n\r\n", 501},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {get + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {get + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400},
      {get + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400},
      {get + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
  };
  for (const auto& c : kCases) {
    for (const size_t step : {size_t{1}, size_t{1000}}) {
      RequestParser parser(kLimits);
      Feed(parser, c.text, step);
      EXPECT_EQ(parser.state(), State::kBad) << c.text;
      EXPECT_EQ(parser.refusal_code(), c.code) << c.text;
      EXPECT_FALSE(parser.refusal().empty());
    }
  }
}

TEST(RequestParser, BoundsTheHeader) {
  const auto code_for = [](const std::string& text, size_t step) {
    RequestParser parser(kLimits);
    Feed(parser, text, step);
    return parser.state() == State::kBad ? parser.refusal_code() : 0;
  };
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(
      code_for(absl::StrCat(start, "A: ", std::string(900, 'x'), "\r\n\r\n"),
               100),
      0);
  // Also one that never ends.
  for (const size_t step : {size_t{1}, size_t{4000}}) {
    EXPECT_EQ(
        code_for(absl::StrCat(start, "A: ", std::string(2000, 'x')), step),
        431);
    EXPECT_EQ(code_for(absl::StrCat("GET /", std::string(2000, 'x')), step),
              431);
  }
}

TEST(RequestParser, BoundsTheHeaderAlsoLineByLine) {
  RequestParser parser(kLimits);
  std::string buffer = "GET / HTTP/1.1\r\nHost: h\r\nA";
  int64_t used = 0;
  // Each piece ends one line and begins another, so that one is used up.
  while (parser.state() == State::kHeader && used < 100'000) {
    const int64_t now = parser.Put(buffer);
    buffer.erase(0, now);
    buffer += ": b\r\nA";
    used += now;
  }
  EXPECT_EQ(parser.state(), State::kBad);
  EXPECT_EQ(parser.refusal_code(), 431);
  EXPECT_LE(used, 1024 + 7);  // The last piece included.
}

TEST(RequestParser, BoundsTheLinesBetweenChunks) {
  const std::string start =
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* endless : {"1;", "0\r\nTrailer: "}) {
    RequestParser parser(kLimits);
    Feed(parser, absl::StrCat(start, endless, std::string(500, 'x')), 100);
    EXPECT_EQ(parser.state(), State::kBody) << endless;
    Feed(parser, absl::StrCat(endless, std::string(5000, 'x')), 6000);
    EXPECT_EQ(parser.state(), State::kBad) << endless;
    EXPECT_EQ(parser.refusal_code(), 431) << endless;
  }
}

TEST(RequestParser, BoundsTheBody) {
  const auto code_for = [](absl::string_view rest, size_t step = 10) {
    RequestParser parser(kLimits);
    Feed(parser, absl::StrCat("PUT / HTTP/1.1\r\nHost: h\r\n", rest), step);
    return parser.state() == State::kBad ? parser.refusal_code() : 0;
  };
  const std::string body(100, 'x');
  EXPECT_EQ(code_for(absl::StrCat("Content-Length: 100\r\n\r\n", body)), 0);
  // Before any of the body has come.
  EXPECT_EQ(code_for("Content-Length: 101\r\n\r\n"), 413);
  // And where more of it than a header may have came along.
  EXPECT_EQ(code_for(absl::StrCat("Content-Length: 5000\r\n\r\n",
                                  std::string(5000, 'x')),
                     6000),
            413);
  EXPECT_EQ(code_for(absl::StrCat("Transfer-Encoding: chunked\r\n\r\n64\r\n",
                                  body, "\r\n0\r\n\r\n")),
            0);
  EXPECT_EQ(code_for(absl::StrCat("Transfer-Encoding: chunked\r\n\r\n64\r\n",
                                  body, "\r\n1\r\nx\r\n0\r\n\r\n")),
            413);
}

}  // namespace
}  // namespace kaito::http

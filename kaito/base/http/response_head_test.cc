#include "kaito/base/http/response_head.h"

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/http/exchange.h"

namespace kaito::http {
namespace {

// 1994-11-06 08:49:37 UTC, the example date of RFC 9110.
const absl::Time kNow = absl::FromUnixSeconds(784111777);
constexpr char kDate[] = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

ResponseHead Make(int code, bool is_stream, ResponseContext context) {
  return MakeResponseHead(
      {.code = code, .headers = {{"A", "b"}}, .is_stream = is_stream}, 5,
      context, kNow);
}

TEST(MakeResponseHead, AnnouncesABodyOfKnownLength) {
  const ResponseHead head = Make(200, false, {.keep_alive = true});
  EXPECT_EQ(head.text, std::string("HTTP/1.1 200 OK\r\n") + kDate +
                           "A: b\r\nContent-Length: 5\r\n\r\n");
  EXPECT_TRUE(head.has_body);
  EXPECT_FALSE(head.chunked);
  EXPECT_TRUE(head.keep_alive);
}

TEST(MakeResponseHead, SendsAStreamInChunksOrUntilTheEnd) {
  const ResponseHead chunked = Make(200, true, {.keep_alive = true});
  EXPECT_EQ(chunked.text, std::string("HTTP/1.1 200 OK\r\n") + kDate +
                              "A: b\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(chunked.chunked);
  EXPECT_TRUE(chunked.keep_alive);

  const ResponseHead plain =
      Make(200, true, {.is_http_1_0 = true, .keep_alive = true});
  EXPECT_EQ(plain.text, std::string("HTTP/1.1 200 OK\r\n") + kDate +
                            "A: b\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(plain.chunked);
  EXPECT_FALSE(plain.keep_alive);
}

TEST(MakeResponseHead, LeavesOutTheBodyWhereThereIsNone) {
  const ResponseHead head =
      Make(200, false, {.is_head = true, .keep_alive = true});
  EXPECT_FALSE(head.has_body);
  EXPECT_NE(head.text.find("Content-Length: 5\r\n"), std::string::npos);
  for (const int code : {204, 304}) {
    for (const bool is_stream : {false, true}) {
      const ResponseHead empty = Make(code, is_stream, {.keep_alive = true});
      EXPECT_FALSE(empty.has_body);
      EXPECT_EQ(empty.text.find("Content-Length"), std::string::npos);
      EXPECT_EQ(empty.text.find("Transfer-Encoding"), std::string::npos);
    }
  }
}

TEST(MakeResponseHead, TellsHttp10ThatTheConnectionStays) {
  const ResponseHead head =
      Make(200, false, {.is_http_1_0 = true, .keep_alive = true});
  EXPECT_NE(head.text.find("Connection: keep-alive\r\n"), std::string::npos);
}

}  // namespace
}  // namespace kaito::http

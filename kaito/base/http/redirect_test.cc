#include "kaito/base/http/redirect.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/http/address_policy.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/python_server.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

absl::StatusOr<Request> Next(const Request& request, int code,
                             const char* location) {
  return RedirectedRequest(request, code, Headers({{"Location", location}}));
}

TEST(RedirectedRequest, ResolvesTheLocation) {
  const Request request = {.url = "https://h.example/a/b?c=d"};
  const struct {
    const char* location;
    const char* url;
  } kCases[] = {
      {"../x?y=z", "https://h.example/x?y=z"},
      {"/x", "https://h.example/x"},
      {"?q", "https://h.example/a/b?q"},
      {"//other.example/x", "https://other.example/x"},
      {"https://other.example:8443/", "https://other.example:8443/"},
  };
  for (const auto& c : kCases) {
    KAITO_ASSERT_OK_AND_ASSIGN(const Request next,
                               Next(request, 302, c.location));
    EXPECT_EQ(next.url, c.url);
  }
}

TEST(RedirectedRequest, ChoosesMethodAndBodyByTheCode) {
  const Request post = {.method = "POST",
                        .url = "https://h/",
                        .headers = {{"Content-Type", "text/plain"}},
                        .body = "b"};
  for (const int code : {301, 302, 303}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const Request next, Next(post, code, "/x"));
    EXPECT_EQ(next.method, "GET");
    EXPECT_EQ(next.body, "");
    EXPECT_FALSE(next.headers.Has("Content-Type"));
  }
  for (const int code : {307, 308}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const Request next, Next(post, code, "/x"));
    EXPECT_EQ(next.method, "POST");
    EXPECT_EQ(next.body, "b");
  }
  const Request head = {.method = "HEAD", .url = "https://h/"};
  KAITO_ASSERT_OK_AND_ASSIGN(const Request next, Next(head, 303, "/x"));
  EXPECT_EQ(next.method, "HEAD");
}

TEST(RedirectedRequest, KeepsCredentialsFromOthers) {
  const Request request = {
      .url = "https://h.example/",
      .headers = {
          {"authorization", "Bearer t"}, {"Cookie", "c"}, {"Accept", "a"}}};
  for (const char* elsewhere :
       {"https://h.example:444/", "https://evil.example/",
        "https://h.example.evil.example/"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const Request next,
                               Next(request, 307, elsewhere));
    EXPECT_FALSE(next.headers.Has("Authorization")) << elsewhere;
    EXPECT_FALSE(next.headers.Has("Cookie")) << elsewhere;
    EXPECT_TRUE(next.headers.Has("Accept")) << elsewhere;
  }
  KAITO_ASSERT_OK_AND_ASSIGN(const Request same,
                             Next(request, 307, "https://H.EXAMPLE:443/x"));
  EXPECT_TRUE(same.headers.Has("Authorization"));
}

TEST(RedirectedRequest, RefusesToLeaveTlsOrHttp) {
  const Request request = {.url = "https://h/?sig=hunter2"};
  for (const char* target : {"http://h/", "file:///etc/passwd", "ftp://h/",
                             "javascript:alert(1)", "https://"}) {
    EXPECT_THAT(Next(request, 302, target),
                StatusIs(kRefused, Not(HasSubstr("hunter2"))))
        << target;
  }
  EXPECT_THAT(Next(request, 200, "/x"), StatusIs(kRefused));
  EXPECT_THAT(RedirectedRequest(request, 302, Headers()), StatusIs(kRefused));
}

TEST(RedirectedRequest, RefusesToRepeatAProducersBody) {
  const Request request = {.method = "PUT",
                           .url = "https://h/",
                           .producer = [] { return std::string("x"); },
                           .produced_bytes = 1};
  EXPECT_THAT(Next(request, 307, "/x"), StatusIs(kRefused));
}

class FollowTest : public ::testing::Test {
 protected:
  absl::StatusOr<Response> Follow(Request request, ClientOptions options = {}) {
    options.proxy_from = ProxyFrom::kNowhere;
    absl::StatusOr<std::unique_ptr<Client>> client =
        Client::Create(clock_, options);
    if (!client.ok()) return client.status();
    return DoFollowing(**client, std::move(request), {.max_redirects = 2},
                       StopToken());
  }

  PythonServer server_{"kaito/base/http/testdata/server.py"};
  FakeClock clock_;
};

TEST_F(FollowTest, ArrivesAfterSeveralHops) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Response response,
      Follow({.method = "POST",
              .url = server_.Url("/status/307?Location="
                                 "/status/303%3FLocation%3D/echo"),
              .body = "b"}));
  EXPECT_EQ(response.code, 200);
  EXPECT_THAT(response.body, HasSubstr("GET /echo\n"));
}

TEST_F(FollowTest, StopsAtTheLimit) {
  EXPECT_THAT(Follow({.url = server_.Url("/status/302?Location=/status/302%3F"
                                         "Location%3D/status/302%253FLocation"
                                         "%253D/echo")}),
              StatusIs(kRefused, HasSubstr("2 came before it")));
}

TEST_F(FollowTest, AsksThePolicyOnEveryHop) {
  const std::string inside =
      absl::StrCat("http://127.0.0.2:", server_.port(), "/secret");
  const auto only_first = [](absl::string_view address) {
    return address == "127.0.0.1" ? absl::OkStatus()
                                  : PublicAddressesOnly(address);
  };
  EXPECT_THAT(
      Follow(
          {.url = server_.Url(absl::StrCat("/status/302?Location=", inside))},
          {.address_policy = only_first}),
      StatusIs(absl::StatusCode::kPermissionDenied,
               AllOf(HasSubstr("127.0.0.2"), HasSubstr("loopback"))));
}

}  // namespace
}  // namespace kaito::http

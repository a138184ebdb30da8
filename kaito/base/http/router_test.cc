#include "kaito/base/http/router.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/http/exchange.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/http/target.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

Response Ask(const Router& router, absl::string_view method,
             absl::string_view target) {
  const auto exchange = std::make_shared<Exchange>(1000, [] {});
  {
    ResponseWriter writer(exchange);
    router.Handle(
        {.method = std::string(method), .target = *ParseTarget(target)},
        writer);
  }
  Exchange::Output output = exchange->Take();
  return {.code = output.head->code,
          .headers = std::move(output.head->headers),
          .body = std::move(output.body)};
}

// Answers with its own name and the parameters.
void Add(Router& router, const char* method, const std::string& pattern) {
  KAITO_ASSERT_OK(router.Add(
      method, pattern,
      [pattern](const RoutedRequest& request, ResponseWriter& writer) {
        std::string body = pattern;
        for (const auto& [name, value] : request.parameters) {
          absl::StrAppend(&body, " ", name, "=", value);
        }
        KAITO_EXPECT_OK(writer.Send({.code = 200, .body = body}));
      }));
}

TEST(Router, PrefersLiteralsWhateverTheOrderOfAdding) {
  Router router;
  Add(router, "GET", "/{rest...}");
  Add(router, "GET", "/pods/{name}");
  Add(router, "GET", "/pods/{name}/log");
  Add(router, "GET", "/pods/all");
  Add(router, "GET", "/{kind}/all/log");
  const struct {
    const char* target;
    const char* body;
  } kCases[] = {
      {"/", "/{rest...} rest="},
      {"/a/b/c", "/{rest...} rest=a/b/c"},
      {"/pods/all", "/pods/all"},
      {"/pods/x", "/pods/{name} name=x"},
      {"/pods/x%2Fy%20z", "/pods/{name} name=x/y z"},
      {"/pods/", "/{rest...} rest=pods/"},
      {"/pods/x/log", "/pods/{name}/log name=x"},
      {"/pods/all/log", "/pods/{name}/log name=all"},
      {"/nodes/all/log", "/{kind}/all/log kind=nodes"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Ask(router, "GET", c.target).body, c.body) << c.target;
  }
}

TEST(Router, AnswersHeadByGet) {
  Router router;
  Add(router, "GET", "/a");
  EXPECT_EQ(Ask(router, "HEAD", "/a").code, 200);
}

TEST(Router, Says404And405WithWhatIsAllowed) {
  Router router;
  Add(router, "GET", "/a");
  Add(router, "DELETE", "/a");
  EXPECT_EQ(Ask(router, "GET", "/b").code, 404);
  EXPECT_EQ(Ask(router, "GET", "/a/").code, 404);
  EXPECT_EQ(Ask(router, "GET", "/").code, 404);
  const Response refused = Ask(router, "POST", "/a");
  EXPECT_EQ(refused.code, 405);
  EXPECT_EQ(refused.headers.Get("Allow"), "DELETE, GET, HEAD");
  EXPECT_THAT(refused.body, HasSubstr("\"code\":405"));
}

TEST(RouterAdd, RefusesMalformedAndRepeatedPatterns) {
  Router router;
  const auto add = [&](const char* pattern) {
    return router.Add("GET", pattern, nullptr);
  };
  for (const char* pattern : {"", "a", "/{}", "/{...}", "/{a", "/a}", "/x{a}",
                              "/{a}x", "/{a}/{a}", "/{a...}/b"}) {
    EXPECT_THAT(add(pattern), StatusIs(absl::StatusCode::kInvalidArgument))
        << pattern;
  }
  KAITO_EXPECT_OK(add("/{a}"));
  EXPECT_THAT(add("/{b}"), StatusIs(absl::StatusCode::kAlreadyExists));
  KAITO_EXPECT_OK(router.Add("PUT", "/{b}", nullptr));
}

}  // namespace
}  // namespace kaito::http

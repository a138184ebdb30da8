#include "kaito/runtime/serve/http/error_reply.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace kaito::runtime::serve {
namespace {

TEST(OpenAiError, HasOpenAisShape) {
  EXPECT_EQ(
      OpenAiErrorBody(absl::InvalidArgumentError("top_p: is 2, want less")),
      R"({"error":{"code":null,"message":"top_p: is 2, want less",)"
      R"("param":"top_p","type":"invalid_request_error"}})");
  EXPECT_EQ(OpenAiErrorBody(absl::NotFoundError("model: `x` isn't there")),
            R"({"error":{"code":"model_not_found","message":)"
            R"("model: `x` isn't there","param":"model",)"
            R"("type":"invalid_request_error"}})");
  // The words before a colon are no field's name here.
  EXPECT_EQ(OpenAiErrorBody(absl::ResourceExhaustedError("Queue is: full")),
            R"({"error":{"code":"rate_limit_exceeded","message":)"
            R"("Queue is: full","param":null,"type":"requests"}})");
}

TEST(OpenAiError, SaysWhenToComeAgain) {
  const auto busy = OpenAiError(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(busy.code, 429);
  EXPECT_EQ(busy.headers.Get("Retry-After"), "1");
  EXPECT_EQ(OpenAiError(absl::UnavailableError("stops")).code, 503);
  EXPECT_TRUE(
      OpenAiError(absl::UnavailableError("stops")).headers.Has("Retry-After"));
  EXPECT_FALSE(
      OpenAiError(absl::InternalError("x")).headers.Has("Retry-After"));
}

TEST(OpenAiError, HasACodeForEachStatus) {
  EXPECT_EQ(HttpCodeOf(absl::InvalidArgumentError("")), 400);
  EXPECT_EQ(HttpCodeOf(UnsupportedMediaType("text/plain")), 415);
  EXPECT_EQ(HttpCodeOf(absl::UnauthenticatedError("")), 401);
  EXPECT_EQ(HttpCodeOf(absl::PermissionDeniedError("")), 403);
  EXPECT_EQ(HttpCodeOf(absl::DeadlineExceededError("")), 504);
  EXPECT_EQ(HttpCodeOf(absl::InternalError("")), 500);
  EXPECT_EQ(HttpCodeOf(absl::DataLossError("")), 500);
}

TEST(KaitoError, HasFastApisShape) {
  const auto missing =
      KaitoError(absl::InvalidArgumentError("prompt required"));
  EXPECT_EQ(missing.code, 400);
  EXPECT_EQ(missing.body, R"({"detail":"prompt required"})");
  EXPECT_EQ(KaitoError(absl::InvalidArgumentError("raw: want a boolean")).code,
            422);
}

}  // namespace
}  // namespace kaito::runtime::serve

#include "kaito/base/http/retry_policy.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace kaito::http {
namespace {

constexpr RetryPolicy kPolicy;
// 1994-11-06 08:49:37 UTC, the example date of RFC 9110.
const absl::Time kNow = absl::FromUnixSeconds(784111777);

std::optional<absl::Duration> AfterCode(int code, const char* method = "GET",
                                        const char* retry_after = "") {
  return WaitBeforeRetry(kPolicy, {.method = method,
                                   .tries = 1,
                                   .code = code,
                                   .retry_after = retry_after,
                                   .now = kNow});
}

std::optional<absl::Duration> AfterError(const absl::Status& status,
                                         const char* method = "GET") {
  return WaitBeforeRetry(
      kPolicy, {.method = method, .tries = 1, .status = status, .now = kNow});
}

TEST(WaitBeforeRetry, RepeatsIdempotentMethodsOnPassingFaults) {
  for (const int code : {408, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(AfterCode(code).has_value()) << code;
  }
  for (const int code : {200, 304, 400, 401, 404, 409, 501, 505}) {
    EXPECT_FALSE(AfterCode(code).has_value()) << code;
  }
}

TEST(WaitBeforeRetry, RepeatsOtherMethodsOnlyWhereNothingWasDone) {
  EXPECT_TRUE(AfterCode(429, "POST").has_value());
  EXPECT_TRUE(AfterCode(503, "POST", "1").has_value());
  EXPECT_FALSE(AfterCode(503, "POST").has_value());
  EXPECT_FALSE(AfterCode(500, "PATCH").has_value());

  const absl::Status reset = absl::UnavailableError("reset");
  EXPECT_TRUE(AfterError(reset).has_value());
  EXPECT_TRUE(AfterError(reset, "PUT").has_value());
  EXPECT_FALSE(AfterError(reset, "POST").has_value());
  EXPECT_TRUE(AfterError(MarkNotSent(reset), "POST").has_value());
}

TEST(WaitBeforeRetry, StopsOnFaultsThatStay) {
  EXPECT_TRUE(AfterError(absl::DeadlineExceededError("")).has_value());
  EXPECT_FALSE(AfterError(absl::UnauthenticatedError("")).has_value());
  EXPECT_FALSE(AfterError(absl::CancelledError("")).has_value());
  EXPECT_FALSE(AfterError(absl::ResourceExhaustedError("")).has_value());
}

TEST(WaitBeforeRetry, StopsAfterTheLastTry) {
  EXPECT_TRUE(WaitBeforeRetry(kPolicy, {.tries = 3, .code = 503}).has_value());
  EXPECT_FALSE(WaitBeforeRetry(kPolicy, {.tries = 4, .code = 503}).has_value());
}

TEST(WaitBeforeRetry, DoublesUpToTheLongestWaitWithJitter) {
  RetryPolicy policy{.max_tries = 100};
  const auto wait = [&](int tries, double jitter) {
    return *WaitBeforeRetry(policy,
                            {.tries = tries, .code = 500, .jitter = jitter});
  };
  EXPECT_EQ(wait(1, 0), absl::Milliseconds(250));
  EXPECT_EQ(wait(1, 1), absl::Milliseconds(500));
  EXPECT_EQ(wait(3, 0), absl::Seconds(1));
  EXPECT_EQ(wait(7, 1), absl::Seconds(30));
  EXPECT_EQ(wait(99, 0), absl::Seconds(15));
}

TEST(WaitBeforeRetry, WaitsAsLongAsTheServerAsks) {
  EXPECT_EQ(AfterCode(429, "GET", "17"), absl::Seconds(17));
  EXPECT_EQ(AfterCode(429, "GET", "Sun, 06 Nov 1994 08:50:37 GMT"),
            absl::Minutes(1));
  EXPECT_EQ(AfterCode(429, "GET", "301"), std::nullopt);  // Over five minutes.
  EXPECT_EQ(AfterCode(429, "GET", "soon"), absl::Milliseconds(250));
  EXPECT_EQ(AfterCode(429, "GET", "0"), absl::Milliseconds(500));
}

TEST(ParseRetryAfter, ReadsSecondsAndAllThreeDates) {
  EXPECT_EQ(ParseRetryAfter("120", kNow), absl::Minutes(2));
  EXPECT_EQ(ParseRetryAfter(" 0 ", kNow), absl::ZeroDuration());
  const absl::Time earlier = kNow - absl::Seconds(90);
  for (const char* date :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(ParseRetryAfter(date, earlier), absl::Seconds(90)) << date;
    EXPECT_EQ(ParseRetryAfter(date, kNow + absl::Hours(1)),
              absl::ZeroDuration())
        << date;
  }
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999", kNow),
            absl::Hours(24 * 366));
}

TEST(ParseRetryAfter, RefusesWhatIsNeither) {
  for (const char* value : {"", "-1", "1.5", "1s", "soon", "0x10",
                            "Sun, 06 Nov 1994 08:49:37 CET"}) {
    EXPECT_EQ(ParseRetryAfter(value, kNow), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace kaito::http

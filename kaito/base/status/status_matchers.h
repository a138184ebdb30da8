#ifndef KAITO_BASE_STATUS_STATUS_MATCHERS_H_
#define KAITO_BASE_STATUS_STATUS_MATCHERS_H_

// GoogleTest matchers for absl::Status and absl::StatusOr; for tests only.
//
//   EXPECT_THAT(Parse("x"), StatusIs(absl::StatusCode::kInvalidArgument,
//                                    HasSubstr("line 1")));
//   EXPECT_THAT(Parse("3"), IsOkAndHolds(3));
//   KAITO_ASSERT_OK_AND_ASSIGN(const Config config, Load(path));

#include <ostream>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kaito::testing {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << "which is " << StatusOf(arg);
  return StatusOf(arg).ok();
}

MATCHER_P2(StatusIs, code, message, "has the code and a matching message") {
  *result_listener << "which is " << StatusOf(arg);
  return StatusOf(arg).code() == code &&
         ::testing::ExplainMatchResult(
             message, std::string(StatusOf(arg).message()), result_listener);
}
MATCHER_P(StatusIs, code, "has the code") {
  *result_listener << "which is " << StatusOf(arg);
  return StatusOf(arg).code() == code;
}

MATCHER_P(IsOkAndHolds, value, "is OK and holds a matching value") {
  if (!arg.ok()) {
    *result_listener << "which is " << arg.status();
    return false;
  }
  return ::testing::ExplainMatchResult(value, *arg, result_listener);
}

}  // namespace kaito::testing

#define KAITO_EXPECT_OK(expr) EXPECT_THAT((expr), ::kaito::testing::IsOk())
#define KAITO_ASSERT_OK(expr) ASSERT_THAT((expr), ::kaito::testing::IsOk())

// Assigns the value of an absl::StatusOr, or fails the test and returns.
#define KAITO_ASSERT_OK_AND_ASSIGN(lhs, expr) \
  KAITO_ASSERT_OK_AND_ASSIGN_(                \
      KAITO_MATCHERS_CONCAT_(kaito_statusor_, __LINE__), lhs, expr)
#define KAITO_ASSERT_OK_AND_ASSIGN_(name, lhs, expr) \
  auto name = (expr);                                \
  ASSERT_TRUE(name.ok()) << name.status();           \
  lhs = *std::move(name)
#define KAITO_MATCHERS_CONCAT_(a, b) KAITO_MATCHERS_CONCAT_INNER_(a, b)
#define KAITO_MATCHERS_CONCAT_INNER_(a, b) a##b

#endif  // KAITO_BASE_STATUS_STATUS_MATCHERS_H_

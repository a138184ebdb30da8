#include "kaito/base/status/status.h"

#include <cerrno>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<int> Half(int n) {
  if (n % 2 != 0) return absl::InvalidArgumentError("odd");
  return n / 2;
}

absl::StatusOr<int> Quarter(int n) {
  KAITO_ASSIGN_OR_RETURN(const int half, Half(n));
  KAITO_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

absl::Status CheckQuarter(int n) {
  KAITO_RETURN_IF_ERROR(Quarter(n).status());
  return absl::OkStatus();
}

TEST(StatusMacros, PassValuesOnAndErrorsUp) {
  EXPECT_THAT(Quarter(12), IsOkAndHolds(3));
  EXPECT_THAT(Quarter(12), Not(IsOkAndHolds(4)));
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument));
  KAITO_EXPECT_OK(CheckQuarter(8));
  EXPECT_THAT(CheckQuarter(3),
              StatusIs(absl::StatusCode::kInvalidArgument, Eq("odd")));
}

TEST(Annotate, PutsThePlaceFirstAndKeepsTheRest) {
  absl::Status status = absl::DataLossError("header is cut off");
  status.SetPayload("kaito/test", absl::Cord("payload"));
  const absl::Status annotated = Annotate(status, "a.safetensors");
  EXPECT_THAT(annotated, StatusIs(absl::StatusCode::kDataLoss,
                                  Eq("a.safetensors: header is cut off")));
  EXPECT_EQ(annotated.GetPayload("kaito/test"), absl::Cord("payload"));
  KAITO_EXPECT_OK(Annotate(absl::OkStatus(), "a"));
}

TEST(ErrnoToStatus, NamesTheCauseAndChoosesTheCode) {
  EXPECT_THAT(ErrnoToStatus(ENOSPC, "write /data/x"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       Eq("write /data/x: No space left on device")));
  EXPECT_THAT(ErrnoToStatus(EACCES, "open"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(ErrnoToStatus(ENOENT, "open"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ErrnoToStatus(ECONNREFUSED, "connect"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("refused")));
}

TEST(IsTransient, FollowsTheTableOfErrors) {
  EXPECT_TRUE(IsTransient(absl::UnavailableError("")));
  EXPECT_TRUE(IsTransient(absl::DeadlineExceededError("")));
  EXPECT_FALSE(IsTransient(absl::InvalidArgumentError("")));
  EXPECT_FALSE(IsTransient(absl::OkStatus()));
}

}  // namespace
}  // namespace kaito

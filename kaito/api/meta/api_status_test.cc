#include "kaito/api/meta/api_status.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::api {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::Eq;
using ::testing::HasSubstr;

const GroupVersionResource kWidgets = {"demo.example.io", "v1", "widgets"};
const GroupVersionKind kWidget = {"demo.example.io", "v1", "Widget"};

json::Value Json(absl::string_view text) {
  const auto value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.value_or(json::Value());
}

TEST(ApiStatus, HasTheShapesOfARealServer) {
  EXPECT_EQ(
      Encode(ConflictStatus(kWidgets, "x", "")),
      Json(R"({"kind":"Status","apiVersion":"v1","metadata":{},
        "status":"Failure","message":"Operation cannot be fulfilled on )"
           R"(widgets.demo.example.io \"x\": the object has been modified; )"
           R"(please apply your changes to the latest version and try again",
        "reason":"Conflict","code":409,"details":{"name":"x",
        "group":"demo.example.io","kind":"widgets"}})"));
  EXPECT_EQ(Encode(NotFoundStatus({"", "v1", "pods"}, "p")),
            Json(R"({"kind":"Status","apiVersion":"v1","metadata":{},
        "status":"Failure","message":"pods \"p\" not found",
        "reason":"NotFound","details":{"name":"p","kind":"pods"},
        "code":404})"));
  EXPECT_EQ(AlreadyExistsStatus(kWidgets, "x").message,
            "widgets.demo.example.io \"x\" already exists");
  EXPECT_EQ(
      Encode(ExpiredStatus("")),
      Json(R"({"kind":"Status","apiVersion":"v1","metadata":{},
        "status":"Failure","reason":"Expired","code":410,"message":)"
           R"("The resourceVersion for the provided list is too old."})"));
  EXPECT_EQ(Encode(TooLargeResourceVersionStatus()),
            Json(R"({"kind":"Status","apiVersion":"v1","metadata":{},
        "status":"Failure","message":"Too large resource version",
        "reason":"Timeout","code":504,"details":{"retryAfterSeconds":1,
        "causes":[{"reason":"ResourceVersionTooLarge",
        "message":"Too large resource version"}]}})"));
  EXPECT_EQ(Encode(DeletedStatus({"", "v1", "pods"}, "p", "u")),
            Json(R"({"kind":"Status","apiVersion":"v1","metadata":{},
        "status":"Success","details":{"name":"p","kind":"pods","uid":"u"}})"));
}

TEST(ApiStatus, InvalidNamesEachField) {
  FieldErrors errors;
  errors.Required("tuning.output", "say where the adapter goes");
  errors.NotSupported("tuning.method", "dora", {"lora", "qlora"});
  const ApiStatus status = InvalidStatus(kWidget, "x", errors);
  EXPECT_EQ(status.code, 422);
  EXPECT_EQ(status.reason, "Invalid");
  EXPECT_EQ(status.message,
            "Widget.demo.example.io \"x\" is invalid: [tuning.output: "
            "required: say where the adapter goes, tuning.method: unsupported "
            "value \"dora\": use one of lora, qlora]");
  ASSERT_TRUE(status.details.has_value());
  EXPECT_EQ(status.details->kind, "Widget");
  ASSERT_EQ(status.details->causes.size(), 2u);
  EXPECT_EQ(status.details->causes[1],
            (StatusCause{.reason = "FieldValueNotSupported",
                         .message = "unsupported value \"dora\": use one of "
                                    "lora, qlora",
                         .field = "tuning.method"}));
}

TEST(ApiStatus, ReasonDecidesTheCode) {
  const struct {
    int http;
    const char* reason;
    absl::StatusCode code;
  } kCases[] = {
      {400, "BadRequest", absl::StatusCode::kInvalidArgument},
      {401, "Unauthorized", absl::StatusCode::kUnauthenticated},
      {403, "Forbidden", absl::StatusCode::kPermissionDenied},
      {404, "NotFound", absl::StatusCode::kNotFound},
      {405, "MethodNotAllowed", absl::StatusCode::kUnimplemented},
      {409, "AlreadyExists", absl::StatusCode::kAlreadyExists},
      {409, "Conflict", absl::StatusCode::kAborted},
      {410, "Gone", absl::StatusCode::kOutOfRange},
      {410, "Expired", absl::StatusCode::kOutOfRange},
      {415, "UnsupportedMediaType", absl::StatusCode::kInvalidArgument},
      {422, "Invalid", absl::StatusCode::kInvalidArgument},
      {429, "TooManyRequests", absl::StatusCode::kUnavailable},
      {500, "InternalError", absl::StatusCode::kInternal},
      {503, "ServiceUnavailable", absl::StatusCode::kUnavailable},
      {504, "Timeout", absl::StatusCode::kDeadlineExceeded},
  };
  for (const auto& c : kCases) {
    ApiStatus status;
    status.code = c.http;
    status.reason = c.reason;
    status.message = "line one\nline two";
    EXPECT_THAT(ToStatus(status), StatusIs(c.code, Eq("line one line two")))
        << c.reason;
    // A reason of a later server: the code is enough.
    if (status.reason != "AlreadyExists") {
      status.reason = "SomethingNew";
      EXPECT_THAT(ToStatus(status), StatusIs(c.code)) << c.http;
      EXPECT_THAT(HttpToStatus(c.http, ""), StatusIs(c.code)) << c.http;
    }
  }
  KAITO_EXPECT_OK(ToStatus(DeletedStatus(kWidgets, "x", "u")));
  KAITO_EXPECT_OK(HttpToStatus(201, ""));
  EXPECT_THAT(HttpToStatus(502, "bad gateway"),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(HttpToStatus(418, ""),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(HttpToStatus(302, ""), StatusIs(absl::StatusCode::kUnknown));
}

TEST(ApiStatus, TravelsInsideAnErrorAndComesBack) {
  const ApiStatus sent = TooLargeResourceVersionStatus();
  const absl::Status error = ToStatus(sent);
  ASSERT_TRUE(ApiStatusOf(error).has_value());
  EXPECT_EQ(*ApiStatusOf(error), sent);
  EXPECT_EQ(FromStatus(error), sent);
  EXPECT_FALSE(ApiStatusOf(absl::InternalError("x")).has_value());
}

TEST(ApiStatus, ServersAnswerWithTheMatchingCode) {
  const struct {
    absl::Status status;
    int http;
    const char* reason;
  } kCases[] = {
      {absl::InvalidArgumentError("m"), 400, "BadRequest"},
      {absl::FailedPreconditionError("m"), 409, "Conflict"},
      {absl::AbortedError("m"), 409, "Conflict"},
      {absl::AlreadyExistsError("m"), 409, "AlreadyExists"},
      {absl::NotFoundError("m"), 404, "NotFound"},
      {absl::PermissionDeniedError("m"), 403, "Forbidden"},
      {absl::UnauthenticatedError("m"), 401, "Unauthorized"},
      {absl::OutOfRangeError("m"), 410, "Expired"},
      {absl::ResourceExhaustedError("m"), 429, "TooManyRequests"},
      {absl::UnavailableError("m"), 503, "ServiceUnavailable"},
      {absl::DeadlineExceededError("m"), 504, "Timeout"},
      {absl::UnimplementedError("m"), 405, "MethodNotAllowed"},
      {absl::InternalError("m"), 500, "InternalError"},
      {absl::DataLossError("m"), 500, "InternalError"},
  };
  for (const auto& c : kCases) {
    const ApiStatus status = FromStatus(c.status);
    EXPECT_EQ(status.code, c.http) << c.status;
    EXPECT_EQ(status.reason, c.reason);
    EXPECT_EQ(status.message, "m");
    EXPECT_EQ(status.status, "Failure");
  }
  EXPECT_EQ(FromStatus(absl::OkStatus()).status, "Success");
  EXPECT_EQ(MakeApiStatus(415, "m").reason, "UnsupportedMediaType");
  EXPECT_EQ(MakeApiStatus(599, "m").reason, "InternalError");
}

TEST(ApiStatus, DecodesWhatAServerSent) {
  const auto decoded = DecodeOrError<ApiStatus>(
      Json(R"({"kind":"Status","apiVersion":"v1","metadata":{},
               "status":"Failure","message":"Apply failed with 1 conflict",
               "reason":"Conflict","code":409,"later":1,"details":{"causes":[
               {"reason":"FieldManagerConflict","message":"by \"a\"",
                "field":".spec.replicas"}]}})"),
      "apply");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->details->causes[0].reason,
            api_reason::kFieldManagerConflict);
  EXPECT_THAT(ToStatus(*decoded),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("1 conflict")));
}

}  // namespace
}  // namespace kaito::api

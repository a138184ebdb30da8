#include "kaito/api/meta/api_status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

using absl::StatusCode;

constexpr absl::string_view kPayload = "kaito.sh/api-status";

// Sorted by who comes first: a server's answer is made from the first row with
// the code of absl, a client's error from the row of the reason, else from the
// first row of the HTTP code.
struct Row {
  int http;
  absl::string_view reason;
  StatusCode code;
};
constexpr Row kRows[] = {
    {400, api_reason::kBadRequest, StatusCode::kInvalidArgument},
    {401, api_reason::kUnauthorized, StatusCode::kUnauthenticated},
    {403, api_reason::kForbidden, StatusCode::kPermissionDenied},
    {404, api_reason::kNotFound, StatusCode::kNotFound},
    {405, api_reason::kMethodNotAllowed, StatusCode::kUnimplemented},
    {406, api_reason::kNotAcceptable, StatusCode::kInvalidArgument},
    {409, api_reason::kConflict, StatusCode::kAborted},
    {409, api_reason::kConflict, StatusCode::kFailedPrecondition},
    {409, api_reason::kAlreadyExists, StatusCode::kAlreadyExists},
    {410, api_reason::kExpired, StatusCode::kOutOfRange},
    {410, api_reason::kGone, StatusCode::kOutOfRange},
    {413, api_reason::kRequestEntityTooLarge, StatusCode::kInvalidArgument},
    {415, api_reason::kUnsupportedMediaType, StatusCode::kInvalidArgument},
    {422, api_reason::kInvalid, StatusCode::kInvalidArgument},
    {503, api_reason::kServiceUnavailable, StatusCode::kUnavailable},
    {429, api_reason::kTooManyRequests, StatusCode::kUnavailable},
    {429, api_reason::kTooManyRequests, StatusCode::kResourceExhausted},
    {504, api_reason::kTimeout, StatusCode::kDeadlineExceeded},
    {408, api_reason::kTimeout, StatusCode::kDeadlineExceeded},
    {500, api_reason::kInternalError, StatusCode::kInternal},
};

StatusCode CodeOfHttp(int http) {
  for (const Row& row : kRows) {
    if (row.http == http) return row.code;
  }
  if (http >= 500) return StatusCode::kUnavailable;  // Gateways' own codes.
  if (http >= 400) return StatusCode::kInvalidArgument;
  return StatusCode::kUnknown;
}

StatusCode CodeOf(const ApiStatus& status) {
  for (const Row& row : kRows) {
    if (!status.reason.empty() && row.reason == status.reason) return row.code;
  }
  return CodeOfHttp(status.code);
}

std::string OneLine(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line;
}

ApiStatus Failure(int code, absl::string_view reason,
                  absl::string_view message) {
  ApiStatus status;
  status.code = code;
  status.reason = std::string(reason);
  status.message = std::string(message);
  return status;
}

ApiStatus OfObject(int code, absl::string_view reason,
                   const GroupVersionResource& resource, absl::string_view name,
                   absl::string_view message) {
  ApiStatus status = Failure(code, reason, message);
  status.details = StatusDetails{.name = std::string(name),
                                 .group = resource.group,
                                 .kind = resource.resource};
  return status;
}

// jobs.batch "a"
std::string Named(const GroupVersionResource& resource,
                  absl::string_view name) {
  return absl::StrCat(resource.qualified_resource(), " \"", name, "\"");
}

}  // namespace

const StructType& Describe(const StatusCause*) {
  static const auto* type = new StructType(
      "One reason of a failure.",
      {Of("reason", &StatusCause::reason, "For programs."),
       Of("message", &StatusCause::message, "For people."),
       Of("field", &StatusCause::field, "The field that caused it.")});
  return *type;
}

const StructType& Describe(const StatusDetails*) {
  static const auto* type = new StructType(
      "What a failure is about.",
      {Of("name", &StatusDetails::name, "The object's name."),
       Of("group", &StatusDetails::group, "The object's API group."),
       Of("kind", &StatusDetails::kind, "The object's resource or kind."),
       Of("uid", &StatusDetails::uid, "The object's uid."),
       Of("causes", &StatusDetails::causes, "Each thing that is wrong."),
       Of("retryAfterSeconds", &StatusDetails::retry_after_seconds,
          "How long to wait before trying again.")});
  return *type;
}

const StructType& Describe(const ApiStatus*) {
  static const auto* type = new StructType(
      "The outcome of a request that returns no object.",
      {Of("apiVersion", &ApiStatus::api_version, "Always v1."),
       Of("kind", &ApiStatus::kind, "Always Status."),
       Of("metadata", &ApiStatus::metadata, "Of lists.").Always(),
       Of("status", &ApiStatus::status, "Success or Failure."),
       Of("message", &ApiStatus::message, "For people."),
       Of("reason", &ApiStatus::reason, "For programs."),
       Of("details", &ApiStatus::details, "What it is about."),
       Of("code", &ApiStatus::code, "The HTTP status.")});
  return *type;
}

absl::Status ToStatus(const ApiStatus& status) {
  if (status.status == "Success") return absl::OkStatus();
  absl::Status converted(CodeOf(status), OneLine(status.message));
  converted.SetPayload(kPayload, absl::Cord(json::Write(Encode(status))));
  return converted;
}

absl::Status HttpToStatus(int code, absl::string_view message) {
  if (code >= 200 && code < 300) return absl::OkStatus();
  return absl::Status(CodeOfHttp(code), OneLine(message));
}

std::optional<ApiStatus> ApiStatusOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return std::nullopt;
  const auto value = json::Parse(std::string(*payload));
  if (!value.ok()) return std::nullopt;
  return Decode<ApiStatus>(*value).object;
}

ApiStatus FromStatus(const absl::Status& status) {
  if (status.ok()) {
    ApiStatus success;
    success.status = "Success";
    success.code = 200;
    return success;
  }
  if (std::optional<ApiStatus> original = ApiStatusOf(status)) {
    return *std::move(original);
  }
  for (const Row& row : kRows) {
    if (row.code == status.code()) {
      return Failure(row.http, row.reason, status.message());
    }
  }
  return Failure(500, api_reason::kInternalError, status.message());
}

ApiStatus NotFoundStatus(const GroupVersionResource& resource,
                         absl::string_view name) {
  return OfObject(404, api_reason::kNotFound, resource, name,
                  absl::StrCat(Named(resource, name), " not found"));
}

ApiStatus AlreadyExistsStatus(const GroupVersionResource& resource,
                              absl::string_view name) {
  return OfObject(409, api_reason::kAlreadyExists, resource, name,
                  absl::StrCat(Named(resource, name), " already exists"));
}

ApiStatus ConflictStatus(const GroupVersionResource& resource,
                         absl::string_view name, absl::string_view why) {
  // Clients of every language know this sentence.
  constexpr absl::string_view kModified =
      "the object has been modified; please apply your changes to the latest "
      "version and try again";
  return OfObject(
      409, api_reason::kConflict, resource, name,
      absl::StrCat("Operation cannot be fulfilled on ", Named(resource, name),
                   ": ", why.empty() ? kModified : why));
}

ApiStatus InvalidStatus(const GroupVersionKind& kind, absl::string_view name,
                        const FieldErrors& errors) {
  const std::string qualified =
      kind.group.empty() ? kind.kind : absl::StrCat(kind.kind, ".", kind.group);
  std::string list = absl::StrJoin(
      errors.errors(), ", ", [](std::string* out, const FieldError& error) {
        out->append(error.ToString());
      });
  if (errors.size() > 1) list = absl::StrCat("[", list, "]");
  ApiStatus status =
      Failure(422, api_reason::kInvalid,
              absl::StrCat(qualified, " \"", name, "\" is invalid: ", list));
  StatusDetails details = {
      .name = std::string(name), .group = kind.group, .kind = kind.kind};
  for (const FieldError& error : errors.errors()) {
    details.causes.push_back({.reason = std::string(error.reason()),
                              .message = error.message,
                              .field = error.path});
  }
  status.details = std::move(details);
  return status;
}

ApiStatus ExpiredStatus(absl::string_view why) {
  constexpr absl::string_view kList =
      "The resourceVersion for the provided list is too old.";
  return Failure(410, api_reason::kExpired, why.empty() ? kList : why);
}

ApiStatus TooLargeResourceVersionStatus() {
  ApiStatus status =
      Failure(504, api_reason::kTimeout, "Too large resource version");
  StatusDetails details;
  details.causes.push_back(
      {.reason = std::string(api_reason::kResourceVersionTooLarge),
       .message = "Too large resource version"});
  details.retry_after_seconds = 1;
  status.details = std::move(details);
  return status;
}

ApiStatus DeletedStatus(const GroupVersionResource& resource,
                        absl::string_view name, absl::string_view uid) {
  ApiStatus status;
  status.status = "Success";
  status.details = StatusDetails{.name = std::string(name),
                                 .group = resource.group,
                                 .kind = resource.resource,
                                 .uid = std::string(uid)};
  return status;
}

ApiStatus MakeApiStatus(int code, absl::string_view message) {
  for (const Row& row : kRows) {
    if (row.http == code) return Failure(code, row.reason, message);
  }
  return Failure(code, code >= 500 ? api_reason::kInternalError : "Unknown",
                 message);
}

}  // namespace kaito::api

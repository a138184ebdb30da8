#ifndef KAITO_API_META_API_STATUS_H_
#define KAITO_API_META_API_STATUS_H_

// What an API server answers when it has no object to give (meta/v1 Status):
// how a request failed, in a form for programs. The client turns it into an
// absl::Status, whose code says who retries; servers (admission, standalone)
// make it from one.
//
//   return ToStatus(*DecodeOrError<ApiStatus>(body, "pods"));     // client
//   response = Encode(InvalidStatus(kind, name, field_errors));   // server

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// Values of ApiStatus::reason.
namespace api_reason {
inline constexpr absl::string_view kBadRequest = "BadRequest";
inline constexpr absl::string_view kUnauthorized = "Unauthorized";
inline constexpr absl::string_view kForbidden = "Forbidden";
inline constexpr absl::string_view kNotFound = "NotFound";
inline constexpr absl::string_view kMethodNotAllowed = "MethodNotAllowed";
inline constexpr absl::string_view kNotAcceptable = "NotAcceptable";
inline constexpr absl::string_view kAlreadyExists = "AlreadyExists";
inline constexpr absl::string_view kConflict = "Conflict";
inline constexpr absl::string_view kGone = "Gone";
inline constexpr absl::string_view kExpired = "Expired";
inline constexpr absl::string_view kRequestEntityTooLarge =
    "RequestEntityTooLarge";
inline constexpr absl::string_view kUnsupportedMediaType =
    "UnsupportedMediaType";
inline constexpr absl::string_view kInvalid = "Invalid";
inline constexpr absl::string_view kTooManyRequests = "TooManyRequests";
inline constexpr absl::string_view kInternalError = "InternalError";
inline constexpr absl::string_view kServiceUnavailable = "ServiceUnavailable";
inline constexpr absl::string_view kTimeout = "Timeout";
// Of causes: another manager owns a field; the version asked for is not there
// yet.
inline constexpr absl::string_view kFieldManagerConflict =
    "FieldManagerConflict";
inline constexpr absl::string_view kResourceVersionTooLarge =
    "ResourceVersionTooLarge";
}  // namespace api_reason

struct StatusCause {
  std::string reason;
  std::string message;
  std::string field;  // Path, such as "spec.containers[0].name".

  bool operator==(const StatusCause& other) const = default;
};

struct StatusDetails {
  std::string name;
  std::string group;
  std::string kind;  // The plural, but for Invalid: there the kind.
  std::string uid;
  std::vector<StatusCause> causes;
  int32_t retry_after_seconds = 0;

  bool operator==(const StatusDetails& other) const = default;
};

struct ApiStatus {
  static constexpr KindInfo kKind = {
      .group = "", .version = "v1", .kind = "Status", .plural = ""};

  std::string api_version = "v1";
  std::string kind = "Status";
  json::Object metadata;
  std::string status = "Failure";  // Or "Success".
  std::string message;
  std::string reason;
  std::optional<StatusDetails> details;
  int32_t code = 0;  // As the HTTP status.

  bool operator==(const ApiStatus& other) const = default;
};

const StructType& Describe(const StatusCause*);
const StructType& Describe(const StatusDetails*);
const StructType& Describe(const ApiStatus*);

// By the reason, else by the HTTP code; OK for a Success. The whole ApiStatus
// goes with it, see ApiStatusOf().
//
//   400 405 406 413 415 422   InvalidArgument (405: Unimplemented)
//   401                       Unauthenticated
//   403                       PermissionDenied
//   404                       NotFound
//   409 AlreadyExists         AlreadyExists
//   409 Conflict              Aborted: read again, run again
//   410 Gone, Expired         OutOfRange: list again
//   429 503                   Unavailable
//   408 504                   DeadlineExceeded
//   other                     Unavailable (5xx but 500), Internal (500),
//   Unknown
absl::Status ToStatus(const ApiStatus& status);
// For answers without a Status object (proxies, plain "404 page not found").
absl::Status HttpToStatus(int code, absl::string_view message);

// What ToStatus() was given: retryAfterSeconds, causes. nullopt for others.
std::optional<ApiStatus> ApiStatusOf(const absl::Status& status);

// The inverse, for servers. A status that came from ToStatus() is given back;
// InvalidArgument becomes 400, FailedPrecondition a 409 Conflict, what has no
// counterpart a 500 whose message is the status's.
ApiStatus FromStatus(const absl::Status& status);

// Answers of the shape that API servers give them.
ApiStatus NotFoundStatus(const GroupVersionResource& resource,
                         absl::string_view name);
ApiStatus AlreadyExistsStatus(const GroupVersionResource& resource,
                              absl::string_view name);
// `why`: "" where the object has been changed since it was read.
ApiStatus ConflictStatus(const GroupVersionResource& resource,
                         absl::string_view name, absl::string_view why);
// 422, with a cause for each error.
ApiStatus InvalidStatus(const GroupVersionKind& kind, absl::string_view name,
                        const FieldErrors& errors);
// 410: list again. `why`: "" for a list.
ApiStatus ExpiredStatus(absl::string_view why);
// 504: a list "not older than" a version that the server has yet to see.
ApiStatus TooLargeResourceVersionStatus();
// The answer to a deletion that is done.
ApiStatus DeletedStatus(const GroupVersionResource& resource,
                        absl::string_view name, absl::string_view uid);
// Any other: the reason goes with the code.
ApiStatus MakeApiStatus(int code, absl::string_view message);

}  // namespace kaito::api

#endif  // KAITO_API_META_API_STATUS_H_

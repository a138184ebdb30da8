#include "kaito/kube/client/watch_lines.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {
namespace {

absl::Status Broken(absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("watch: broken stream: ", why));
}

// What an ERROR event's Status means.
absl::Status ErrorOf(const json::Cursor& object) {
  json::Value value;
  KAITO_RETURN_IF_ERROR(object.ReadValue(&value));
  KAITO_ASSIGN_OR_RETURN(
      const api::ApiStatus status,
      api::DecodeOrError<api::ApiStatus>(value, "watch: ERROR event"));
  absl::Status error = api::ToStatus(status);
  if (error.ok()) return Broken("an ERROR event with a Success");
  return error;
}

}  // namespace

absl::Status WatchLines::Add(
    absl::string_view piece,
    absl::FunctionRef<absl::Status(absl::string_view line)> on_line) {
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    const absl::string_view part = piece.substr(0, end);
    if (static_cast<int64_t>(begun_.size() + part.size()) > max_line_bytes_) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "watch: an event of more than ", max_line_bytes_, " bytes"));
    }
    if (end == absl::string_view::npos) {
      absl::StrAppend(&begun_, part);
      return absl::OkStatus();
    }
    piece.remove_prefix(end + 1);
    absl::string_view line = part;
    std::string whole;
    if (!begun_.empty()) {
      whole.swap(begun_);
      absl::StrAppend(&whole, part);
      line = whole;
    }
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty()) KAITO_RETURN_IF_ERROR(on_line(line));
  }
  return absl::OkStatus();
}

absl::Status ReadWatchLine(absl::string_view line,
                           absl::FunctionRef<absl::Status(
                               WatchEventType type, const json::Cursor& object)>
                               on_event) {
  // Kept apart from errors of the JSON: it goes to the caller as it is.
  absl::Status outcome = Broken("an event without an object");
  const absl::Status read = json::Read(
      line, {.max_bytes = kMaxWatchLineBytes},
      [&](const json::Cursor& event) -> absl::Status {
        std::string type;
        KAITO_RETURN_IF_ERROR(event.ForEachField(
            [&](absl::string_view key, const json::Cursor& value) {
              return key == "type" ? value.ReadString(&type) : absl::OkStatus();
            }));
        return event.ForEachField(
            [&](absl::string_view key, const json::Cursor& object) {
              if (key != "object") return absl::OkStatus();
              if (type == "ADDED") {
                outcome = on_event(WatchEventType::kAdded, object);
              } else if (type == "MODIFIED") {
                outcome = on_event(WatchEventType::kModified, object);
              } else if (type == "DELETED") {
                outcome = on_event(WatchEventType::kDeleted, object);
              } else if (type == "BOOKMARK") {
                outcome = on_event(WatchEventType::kBookmark, object);
              } else if (type == "ERROR") {
                outcome = ErrorOf(object);
              } else {
                outcome = Broken("an event of an unknown type");
              }
              return absl::OkStatus();
            });
      });
  if (!read.ok()) return Broken(read.message());
  return outcome;
}

}  // namespace kaito::kube

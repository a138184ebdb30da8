#include "kaito/standalone/apiserver/rest/request_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/url/percent_encoding.h"

namespace kaito::apiserver {
namespace {

absl::Status Odd(const std::string& name, const std::string& value,
                 absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat(name, "=", api::QuoteForMessage(value), ": want ", want));
}

bool IsTrue(const std::string& value) {
  return value == "1" || value == "true" || value == "True" || value.empty();
}

absl::StatusOr<int64_t> Count(const std::string& name,
                              const std::string& value) {
  int64_t number = 0;
  if (value.empty()) return number;
  if (!absl::SimpleAtoi(value, &number) || number < 0) {
    return Odd(name, value, "a whole number from 0 on");
  }
  return number;
}

absl::Status SetValidation(const std::string& value, RequestOptions& options) {
  if (value == "Strict") {
    options.field_validation = FieldValidation::kStrict;
  } else if (value == "Warn" || value.empty()) {
    options.field_validation = FieldValidation::kWarn;
  } else if (value == "Ignore") {
    options.field_validation = FieldValidation::kIgnore;
  } else {
    return Odd("fieldValidation", value, "Ignore, Warn or Strict");
  }
  return absl::OkStatus();
}

std::string* TextOption(absl::string_view name, RequestOptions& options) {
  const std::pair<absl::string_view, std::string*> texts[] = {
      {"continue", &options.continue_token},
      {"resourceVersion", &options.resource_version},
      {"resourceVersionMatch", &options.resource_version_match},
      {"labelSelector", &options.label_selector},
      {"fieldSelector", &options.field_selector},
      {"fieldManager", &options.field_manager},
      {"includeObject", &options.include_object},
  };
  for (const auto& [known, text] : texts) {
    if (known == name) return text;
  }
  return nullptr;
}

}  // namespace

std::optional<RequestInfo> ParseResourcePath(
    const std::vector<std::string>& segments) {
  RequestInfo info;
  size_t at = 0;
  if (segments.size() >= 3 && segments[0] == "api") {
    info.version = segments[1];
    at = 2;
  } else if (segments.size() >= 4 && segments[0] == "apis") {
    info.group = segments[1];
    info.version = segments[2];
    at = 3;
  } else {
    return std::nullopt;
  }
  // "namespaces/a" is an object; "namespaces/a/pods" a collection in it; what
  // follows a namespace and is one of its subresources belongs to it.
  const size_t left = segments.size() - at;
  if (segments[at] == "namespaces" && left >= 3 &&
      segments[at + 2] != "status" && segments[at + 2] != "finalize") {
    info.ns = segments[at + 1];
    at += 2;
  }
  info.resource = segments[at++];
  if (at < segments.size()) info.name = segments[at++];
  if (at < segments.size()) info.subresource = segments[at++];
  if (at < segments.size() || info.resource.empty()) return std::nullopt;
  return info;
}

absl::StatusOr<RequestOptions> ParseRequestOptions(
    const QueryParameters& query) {
  RequestOptions options;
  for (const auto& [name, value] : query) {
    absl::StatusOr<int64_t> number = 0;
    absl::Status status;
    if (std::string* text = TextOption(name, options)) {
      *text = value;
    } else if (name == "watch") {
      options.watch = IsTrue(value);
    } else if (name == "limit") {
      number = Count(name, value);
      if (number.ok()) options.limit = *number;
    } else if (name == "timeoutSeconds") {
      number = Count(name, value);
      if (number.ok() && *number > 0) options.timeout_seconds = *number;
    } else if (name == "allowWatchBookmarks") {
      options.allow_watch_bookmarks = IsTrue(value);
    } else if (name == "sendInitialEvents") {
      options.send_initial_events = IsTrue(value);
    } else if (name == "dryRun") {
      if (value != "All") status = Odd(name, value, "All");
      options.dry_run = true;
    } else if (name == "fieldValidation") {
      status = SetValidation(value, options);
    } else if (name == "force") {
      options.force = IsTrue(value);
    }
    if (!number.ok()) return number.status();
    if (!status.ok()) return status;
  }
  return options;
}

}  // namespace kaito::apiserver

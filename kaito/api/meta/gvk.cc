#include "kaito/api/meta/gvk.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"

namespace kaito::api {
namespace {

std::string ApiVersion(absl::string_view group, absl::string_view version) {
  if (group.empty()) return std::string(version);
  return absl::StrCat(group, "/", version);
}

}  // namespace

std::string GroupVersion::ToString() const {
  return ApiVersion(group, version);
}

std::string GroupVersionKind::api_version() const {
  return ApiVersion(group, version);
}

std::string GroupVersionKind::ToString() const {
  return absl::StrCat(api_version(), " ", kind);
}

std::string GroupVersionResource::qualified_resource() const {
  if (group.empty()) return resource;
  return absl::StrCat(resource, ".", group);
}

std::string KindInfo::api_version() const { return ApiVersion(group, version); }

GroupVersionKind KindInfo::gvk() const {
  return {std::string(group), std::string(version), std::string(kind)};
}

GroupVersionResource KindInfo::gvr() const {
  return {std::string(group), std::string(version), std::string(plural)};
}

absl::StatusOr<GroupVersion> ParseApiVersion(absl::string_view text) {
  const size_t slash = text.find('/');
  GroupVersion parsed;
  if (slash == text.npos) {
    parsed.version = std::string(text);
  } else {
    parsed.group = std::string(text.substr(0, slash));
    parsed.version = std::string(text.substr(slash + 1));
  }
  if (parsed.version.empty() ||
      parsed.version.find('/') != parsed.version.npos ||
      (slash != text.npos && parsed.group.empty())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not an apiVersion, such as v1 or batch/v1: ", QuoteForMessage(text)));
  }
  return parsed;
}

}  // namespace kaito::api

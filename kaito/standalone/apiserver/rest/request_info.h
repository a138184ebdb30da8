#ifndef KAITO_STANDALONE_APISERVER_REST_REQUEST_INFO_H_
#define KAITO_STANDALONE_APISERVER_REST_REQUEST_INFO_H_

// What a request's path and query ask for, by Kubernetes' conventions:
//
//   /api/v1/namespaces/default/pods/a/log?tailLines=5
//   /apis/batch/v1/namespaces/default/jobs?watch=1&resourceVersion=12
//
// Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/url/percent_encoding.h"

namespace kaito::apiserver {

struct RequestInfo {
  std::string group;
  std::string version;
  std::string ns;  // Empty: cluster-scoped, or all namespaces.
  std::string resource;
  std::string name;  // Empty: the collection.
  std::string subresource;
};

// nullopt where the path is not one of resources.
std::optional<RequestInfo> ParseResourcePath(
    const std::vector<std::string>& segments);

enum class FieldValidation : uint8_t { kIgnore, kWarn, kStrict };

struct RequestOptions {
  bool watch = false;
  int64_t limit = 0;
  std::string continue_token;
  std::string resource_version;
  std::string resource_version_match;
  std::string label_selector;
  std::string field_selector;
  std::optional<int64_t> timeout_seconds;
  bool allow_watch_bookmarks = false;
  std::optional<bool> send_initial_events;

  bool dry_run = false;
  std::string field_manager;
  FieldValidation field_validation = FieldValidation::kWarn;
  bool force = false;

  std::string include_object;  // Of tables: "None", "Metadata", "Object".
};

// InvalidArgument names a parameter whose value can't be.
absl::StatusOr<RequestOptions> ParseRequestOptions(
    const QueryParameters& query);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_REQUEST_INFO_H_

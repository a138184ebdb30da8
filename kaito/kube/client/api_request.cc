#include "kaito/kube/client/api_request.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/request_path.h"

namespace kaito::kube {
namespace {

// A watch that stays silent for this much longer than the server was asked to
// keep it is dead (kube-rs' number).
constexpr absl::Duration kIdleGrace = absl::Seconds(5);

absl::string_view ContentTypeOf(PatchType type) {
  switch (type) {
    case PatchType::kJson:
      return "application/json-patch+json";
    case PatchType::kMerge:
      return "application/merge-patch+json";
    case PatchType::kStrategic:
      return "application/strategic-merge-patch+json";
    case PatchType::kApply:
      return "application/apply-patch+yaml";
  }
  return "";
}

QueryParameters QueryOf(const WriteOptions& options) {
  return {{"fieldManager", options.field_manager},
          {"dryRun", options.dry_run ? "All" : ""},
          {"force", options.force ? "true" : ""}};
}

// A patch that the server would refuse less clearly.
absl::Status CheckApply(const json::Value& patch, const WriteOptions& options) {
  if (options.field_manager.empty()) {
    return absl::InvalidArgumentError("apply: a field manager is needed");
  }
  for (const char* name : {"apiVersion", "kind"}) {
    if (patch.StringAt({name}).empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("apply: the object has no ", name));
    }
  }
  if (patch.StringAt({"metadata", "name"}).empty()) {
    return absl::InvalidArgumentError("apply: the object has no metadata.name");
  }
  if (patch.FindPath({"metadata", "managedFields"}) != nullptr) {
    return absl::InvalidArgumentError(
        "apply: the object must not have metadata.managedFields");
  }
  return absl::OkStatus();
}

json::Value DeleteBody(const DeleteOptions& options) {
  json::Value body =
      json::Object{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  switch (options.propagation) {
    case Propagation::kBackground:
      body["propagationPolicy"] = "Background";
      break;
    case Propagation::kForeground:
      body["propagationPolicy"] = "Foreground";
      break;
    case Propagation::kOrphan:
      body["propagationPolicy"] = "Orphan";
      break;
  }
  if (options.grace_period_seconds.has_value()) {
    body["gracePeriodSeconds"] = *options.grace_period_seconds;
  }
  if (!options.uid.empty()) body["preconditions"]["uid"] = options.uid;
  if (!options.resource_version.empty()) {
    body["preconditions"]["resourceVersion"] = options.resource_version;
  }
  return body;
}

http::Request JsonRequest(absl::string_view method, std::string url,
                          std::string body) {
  http::Request request;
  request.method = std::string(method);
  request.url = std::move(url);
  request.headers.Set("Accept", "application/json");
  if (!body.empty()) {
    request.headers.Set("Content-Type", "application/json");
    request.body = std::move(body);
  }
  return request;
}

}  // namespace

http::Request ListRequest(const api::GroupVersionResource& gvr,
                          absl::string_view ns, const ListOptions& options) {
  // A page belongs to the version of the first one; asking for another with it
  // is an error.
  const bool first = options.continue_token.empty();
  http::Request request = JsonRequest(
      "GET",
      AddQuery(CollectionPath(gvr, ns),
               {{"labelSelector", options.label_selector},
                {"fieldSelector", options.field_selector},
                {"limit", options.limit > 0 ? absl::StrCat(options.limit) : ""},
                {"continue", options.continue_token},
                {"resourceVersion", first ? options.resource_version : ""}}),
      "");
  request.accept_gzip = true;
  return request;
}

http::Request WatchRequest(const api::GroupVersionResource& gvr,
                           absl::string_view ns, const WatchOptions& options) {
  http::Request request = JsonRequest(
      "GET",
      AddQuery(CollectionPath(gvr, ns),
               {{"watch", "1"},
                {"allowWatchBookmarks", "true"},
                {"labelSelector", options.label_selector},
                {"fieldSelector", options.field_selector},
                {"resourceVersion", options.resource_version},
                {"timeoutSeconds",
                 absl::StrCat(absl::ToInt64Seconds(options.timeout))}}),
      "");
  request.timeout = absl::InfiniteDuration();
  request.idle_timeout = options.timeout + kIdleGrace;
  return request;
}

http::Request CreateRequest(const api::GroupVersionResource& gvr,
                            absl::string_view ns, const json::Value& object,
                            const WriteOptions& options) {
  std::string path = CollectionPath(gvr, ns);
  if (!options.subresource.empty()) {
    absl::StrAppend(&path, "/",
                    PercentEncode(object.StringAt({"metadata", "name"}), ""),
                    "/", PercentEncode(options.subresource, "/"));
  }
  return JsonRequest("POST", AddQuery(std::move(path), QueryOf(options)),
                     json::Write(object));
}

absl::StatusOr<http::Request> GetRequest(const api::GroupVersionResource& gvr,
                                         const ObjectKey& key) {
  KAITO_ASSIGN_OR_RETURN(std::string path, ObjectPath(gvr, key, ""));
  return JsonRequest("GET", std::move(path), "");
}

absl::StatusOr<http::Request> UpdateRequest(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const json::Value& object, const WriteOptions& options) {
  if (object.StringAt({"metadata", "resourceVersion"}).empty()) {
    return absl::InvalidArgumentError(
        "without metadata.resourceVersion others' changes would be "
        "overwritten; update what was read, or patch");
  }
  KAITO_ASSIGN_OR_RETURN(std::string path,
                         ObjectPath(gvr, key, options.subresource));
  return JsonRequest("PUT", AddQuery(std::move(path), QueryOf(options)),
                     json::Write(object));
}

absl::StatusOr<http::Request> PatchRequest(const api::GroupVersionResource& gvr,
                                           const ObjectKey& key, PatchType type,
                                           const json::Value& patch,
                                           const WriteOptions& options) {
  if (type == PatchType::kApply) {
    KAITO_RETURN_IF_ERROR(CheckApply(patch, options));
  }
  KAITO_ASSIGN_OR_RETURN(std::string path,
                         ObjectPath(gvr, key, options.subresource));
  http::Request request = JsonRequest(
      "PATCH", AddQuery(std::move(path), QueryOf(options)), json::Write(patch));
  request.headers.Set("Content-Type", ContentTypeOf(type));
  return request;
}

absl::StatusOr<http::Request> DeleteRequest(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const DeleteOptions& options) {
  KAITO_ASSIGN_OR_RETURN(std::string path, ObjectPath(gvr, key, ""));
  return JsonRequest("DELETE", std::move(path),
                     json::Write(DeleteBody(options)));
}

absl::StatusOr<http::Request> LogRequest(const ObjectKey& pod,
                                         const LogOptions& options) {
  KAITO_ASSIGN_OR_RETURN(std::string path,
                         ObjectPath({"", "v1", "pods"}, pod, "log"));
  http::Request request = JsonRequest(
      "GET",
      AddQuery(std::move(path),
               {{"container", options.container},
                {"previous", options.previous ? "true" : ""},
                {"tailLines", options.tail_lines.has_value()
                                  ? absl::StrCat(*options.tail_lines)
                                  : ""},
                {"limitBytes", absl::StrCat(options.limit_bytes)}}),
      "");
  request.headers.Set("Accept", "application/json, */*");
  return request;
}

}  // namespace kaito::kube

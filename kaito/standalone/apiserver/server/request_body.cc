#include "kaito/standalone/apiserver/server/request_body.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/standalone/apiserver/object/json_patch.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/wire/kubernetes_proto.h"

namespace kaito::apiserver {
namespace {

// CRDs of Kubernetes' own project reach 40 levels. Lists and managed fields put
// a few more around what is stored, and readers take 128 by default.
constexpr int kMaxBodyDepth = 100;
static_assert(kMaxBodyDepth == kMaxPatchedDepth);

absl::Status Error(int code, absl::string_view message) {
  return api::ToStatus(api::MakeApiStatus(code, message));
}

absl::StatusOr<json::Value> ParseYaml(const http::ServerRequest& request) {
  // JSON is YAML too, and is what clients mostly send under that name.
  absl::StatusOr<json::Value> value =
      json::Parse(request.body, {.max_depth = kMaxBodyDepth});
  if (value.ok()) return value;
  absl::StatusOr<yaml::Document> document =
      yaml::Parse(request.body, {.max_depth = kMaxBodyDepth});
  if (!document.ok()) return Error(400, document.status().message());
  return std::move(document->value);
}

absl::StatusOr<json::Value> ParseProto(const http::ServerRequest& request) {
  absl::StatusOr<json::Value> value = DecodeKubernetesProto(request.body);
  if (value.ok()) return value;
  return Error(absl::IsUnimplemented(value.status()) ? 415 : 400,
               value.status().message());
}

}  // namespace

absl::string_view MediaTypeOf(const http::ServerRequest& request) {
  const absl::string_view value =
      request.headers.Get("Content-Type").value_or("");
  return absl::StripAsciiWhitespace(value.substr(0, value.find(';')));
}

absl::StatusOr<json::Value> ParseBody(const http::ServerRequest& request) {
  const absl::string_view type = MediaTypeOf(request);
  if (request.body.empty()) return json::Value();
  if (type == "application/yaml" || type == "application/apply-patch+yaml") {
    return ParseYaml(request);
  }
  if (type == "application/vnd.kubernetes.protobuf") return ParseProto(request);
  if (!type.empty() && !absl::EndsWith(type, "json")) {
    return Error(
        415, absl::StrCat("the body of the request was in an unknown format - "
                          "accepted media types include: application/json, "
                          "application/yaml, "
                          "application/vnd.kubernetes.protobuf, not ",
                          type));
  }
  absl::StatusOr<json::Value> value = json::Parse(
      request.body,
      {.max_depth = kMaxBodyDepth, .duplicates = json::Duplicates::kLastWins});
  if (!value.ok()) return Error(400, value.status().message());
  return value;
}

std::optional<PatchKind> PatchKindOf(absl::string_view media_type) {
  if (media_type == "application/json-patch+json") return PatchKind::kJson;
  if (media_type == "application/merge-patch+json") return PatchKind::kMerge;
  if (media_type == "application/strategic-merge-patch+json") {
    return PatchKind::kStrategic;
  }
  if (media_type == "application/apply-patch+yaml") return PatchKind::kApply;
  return std::nullopt;
}

}  // namespace kaito::apiserver

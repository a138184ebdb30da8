#include "kaito/standalone/apiserver/server/openapi_answer.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/openapi/gnostic.h"
#include "kaito/standalone/apiserver/openapi/openapi_document.h"
#include "kaito/standalone/apiserver/resource/registry.h"

namespace kaito::apiserver {
namespace {

// What clients ask for has an "@", which Go's own parser then refuses in an
// answer; real servers answer with this.
constexpr char kProtobuf[] =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

// Of everything that the documents of version 3 are made of.
std::string HashOf(const Catalog& catalog) {
  return Sha256Hex(json::Write(OpenApiV2(catalog))).substr(0, 32);
}

std::optional<json::Value> DocumentV3(
    const Catalog& catalog, const std::vector<std::string>& segments) {
  if (segments.size() == 4 && segments[2] == "api") {
    return OpenApiV3(catalog, "", segments[3]);
  }
  if (segments.size() == 5 && segments[2] == "apis") {
    return OpenApiV3(catalog, segments[3], segments[4]);
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<OpenApiAnswer> AnswerOpenApi(
    const Catalog& catalog, const std::vector<std::string>& segments,
    absl::string_view accept, absl::string_view if_none_match) {
  OpenApiAnswer answer;
  answer.content_type = "application/json";
  if (segments.size() == 2 && segments[1] == "v2") {
    const json::Value document = OpenApiV2(catalog);
    if (absl::StrContains(accept, "proto-openapi.spec.v2")) {
      answer.content_type = kProtobuf;
      answer.body = GnosticDocument(document);
    } else {
      answer.body = json::Write(document);
    }
  } else if (segments.size() == 2 && segments[1] == "v3") {
    answer.body = json::Write(OpenApiV3Index(catalog, HashOf(catalog)));
  } else if (segments.size() > 2 && segments[1] == "v3") {
    const std::optional<json::Value> document = DocumentV3(catalog, segments);
    if (document.has_value()) answer.body = json::Write(*document);
  }
  if (answer.body.empty()) return absl::NotFoundError("no such document");
  answer.etag = absl::StrCat("\"", Sha256Hex(answer.body), "\"");
  if (if_none_match == answer.etag) {
    answer.code = 304;
    answer.body.clear();
  }
  return answer;
}

}  // namespace kaito::apiserver

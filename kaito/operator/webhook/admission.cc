#include "kaito/operator/webhook/admission.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/validation.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/router.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/presets/catalog.h"

namespace kaito::controller {
namespace {

// What a JSON reply to a user may hold; the API server cuts longer ones.
constexpr size_t kLongestWarning = 1024;

const Catalog& CatalogOf(const AdmissionContext& context) {
  return context.catalog != nullptr ? *context.catalog : BuiltInCatalog();
}

std::vector<std::string> WarningsOf(const api::Workspace& workspace,
                                    const api::ValidationFacts& facts,
                                    const Catalog& catalog) {
  std::vector<std::string> warnings = api::Warnings(workspace, facts);
  const auto valid = ValidWorkspace::Make(workspace, facts, catalog);
  if (valid.ok()) {
    std::string memory = PublishedMemoryWarning(*valid, /*config=*/{});
    if (!memory.empty()) warnings.push_back(std::move(memory));
  }
  for (std::string& warning : warnings) {
    if (warning.size() > kLongestWarning) warning.resize(kLongestWarning);
  }
  return warnings;
}

}  // namespace

AdmissionVerdict Admit(const json::Value* before, const json::Value& after,
                       const AdmissionContext& context) {
  AdmissionVerdict verdict;
  const api::Decoded<api::Workspace> wanted =
      api::Decode<api::Workspace>(after);
  if (!wanted.errors.empty()) {
    verdict.errors = wanted.errors;
    return verdict;
  }
  const Catalog& catalog = CatalogOf(context);
  api::ValidationFacts facts = context.facts;
  facts.presets = &catalog;
  if (before == nullptr) {
    verdict.errors.Append(wanted.unknown);
    verdict.errors.Append(api::ValidateCreate(wanted.object, facts));
  } else {
    // What is stored already could be read when it was stored.
    const api::Workspace old = api::Decode<api::Workspace>(*before).object;
    verdict.errors = api::ValidateUpdate(old, wanted.object, facts);
    // Said once, and not at each change of the status.
    if (old.SameSpec(wanted.object)) return verdict;
  }
  if (verdict.errors.empty()) {
    verdict.warnings = WarningsOf(wanted.object, facts, catalog);
  }
  return verdict;
}

absl::StatusOr<json::Value> ReviewAdmission(const json::Value& review,
                                            const AdmissionContext& context) {
  const json::Value* request = review.Find("request");
  const json::Value* object =
      request == nullptr ? nullptr : request->Find("object");
  if (object == nullptr || request->StringAt({"uid"}).empty()) {
    return absl::InvalidArgumentError(
        "AdmissionReview: request.uid and request.object are needed");
  }
  AdmissionVerdict verdict;
  const absl::string_view operation = request->StringAt({"operation"});
  const json::Value* old = request->Find("oldObject");
  if (operation == "CREATE") {
    verdict = Admit(nullptr, *object, context);
  } else if (operation == "UPDATE" && old != nullptr) {
    verdict = Admit(old, *object, context);
  }
  json::Object response = {{"uid", request->StringAt({"uid"})},
                           {"allowed", verdict.errors.empty()}};
  if (!verdict.errors.empty()) {
    const std::string name(object->StringAt({"metadata", "name"}));
    response["status"] = api::Encode(
        api::InvalidStatus({.group = std::string(api::kWorkspaceGroup),
                            .version = "v1beta1",
                            .kind = std::string(api::kWorkspaceKind)},
                           name, verdict.errors));
  }
  if (!verdict.warnings.empty()) {
    json::Array warnings(verdict.warnings.begin(), verdict.warnings.end());
    response["warnings"] = std::move(warnings);
  }
  return json::Value(json::Object{{"apiVersion", "admission.k8s.io/v1"},
                                  {"kind", "AdmissionReview"},
                                  {"response", std::move(response)}});
}

absl::Status AddAdmissionRoute(const AdmissionContext& context,
                               http::Router& router) {
  return router.Add(
      "POST", kAdmissionPath,
      [context](const http::RoutedRequest& routed,
                http::ResponseWriter& writer) {
        // Cancelled: the client has gone.
        const auto review = json::Parse(routed.request.body);
        if (!review.ok()) {
          writer.SendError(400, review.status().message()).IgnoreError();
          return;
        }
        const auto answer = ReviewAdmission(*review, context);
        if (!answer.ok()) {
          writer.SendError(400, answer.status().message()).IgnoreError();
          return;
        }
        writer
            .Send({.code = 200,
                   .headers = {{"Content-Type", "application/json"}},
                   .body = json::Write(*answer)})
            .IgnoreError();
      });
}

}  // namespace kaito::controller

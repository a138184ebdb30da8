#ifndef KAITO_OPERATOR_WEBHOOK_ADMISSION_H_
#define KAITO_OPERATOR_WEBHOOK_ADMISSION_H_

// Admission of Workspaces: what an API server asks before it stores one. Pure.
// The embedded server calls Admit(); a cluster's posts an AdmissionReview to
// kAdmissionPath (AddAdmissionRoute).
//
//   const AdmissionVerdict verdict = Admit(&before, after, context);
//   if (!verdict.errors.empty()) ...  // All of them, with their fields.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/base/http/router.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/presets/catalog.h"

namespace kaito::controller {

inline constexpr absl::string_view kAdmissionPath =
    "/validate/workspace.kaito.sh";

struct AdmissionContext {
  api::ValidationFacts facts;        // `presets` is not looked at.
  const Catalog* catalog = nullptr;  // nullptr: the one that is built in.
};

struct AdmissionVerdict {
  api::FieldErrors errors;            // Empty: it may be stored.
  std::vector<std::string> warnings;  // For the user to read.
};

// `before`: nullptr for a creation.
AdmissionVerdict Admit(const json::Value* before, const json::Value& after,
                       const AdmissionContext& context);

// The answer to an AdmissionReview (admission.k8s.io/v1). InvalidArgument where
// it is none.
absl::StatusOr<json::Value> ReviewAdmission(const json::Value& review,
                                            const AdmissionContext& context);

// Answers POSTs to kAdmissionPath. The catalogue outlives the router.
absl::Status AddAdmissionRoute(const AdmissionContext& context,
                               http::Router& router);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_WEBHOOK_ADMISSION_H_

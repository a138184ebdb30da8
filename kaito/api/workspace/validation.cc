#include "kaito/api/workspace/validation.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/annotation_rules.h"
#include "kaito/api/workspace/credential.h"
#include "kaito/api/workspace/inference_rules.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/partition.h"
#include "kaito/api/workspace/resource_rules.h"
#include "kaito/api/workspace/tuning_rules.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {
namespace {

void CheckName(const ObjectMeta& metadata, FieldErrors& errors) {
  std::string problem;
  if (metadata.name.empty() && metadata.generate_name.empty()) {
    return errors.Required("name", "give the Workspace a name");
  }
  if (metadata.name.empty()) {
    // The server appends letters and digits to it.
    problem = ValidateDnsLabel(absl::StripSuffix(metadata.generate_name, "-"));
  } else {
    problem = ValidateDnsLabel(metadata.name);
  }
  if (!problem.empty()) errors.Invalid("name", problem);
}

// Everything that is asked for, whatever was there before.
FieldErrors ContentErrors(const Workspace& workspace,
                          const ValidationFacts& facts) {
  FieldErrors errors;
  if (!workspace.inference && !workspace.tuning) {
    errors.Required("spec",
                    "set inference, to serve a model, or tuning, to tune one");
  }
  if (workspace.inference && workspace.tuning) {
    errors.Forbidden("spec",
                     "inference and tuning exclude each other: leave one of "
                     "them out, and make a second Workspace for it");
  }
  CheckAnnotations(workspace.metadata, facts, errors);
  CheckResource(workspace, facts, errors);
  CheckPartition(workspace, facts, errors);
  if (workspace.inference) {
    CheckInference(workspace, facts, errors);
    CheckNoCredentials(Encode(*workspace.inference), "inference", errors);
  }
  if (workspace.tuning) {
    CheckTuning(*workspace.tuning, facts, errors);
    CheckNoCredentials(Encode(*workspace.tuning), "tuning", errors);
  }
  return errors;
}

bool SameLabels(const std::optional<LabelSelector>& a,
                const std::optional<LabelSelector>& b) {
  if (a == b) return true;
  if (!a || !b) return false;
  const auto labels_a = a->ToLabels();
  const auto labels_b = b->ToLabels();
  return labels_a.ok() && labels_b.ok() && *labels_a == *labels_b;
}

// Where nodes are created, an instance type may be added and not be changed;
// where they are the user's own, it may be taken away.
bool MayChangeInstanceType(const Workspace& before, const Workspace& after,
                           const ValidationFacts& facts) {
  const std::string& old_type = before.resource.instance_type;
  const std::string& new_type = after.resource.instance_type;
  if (old_type == new_type || HasInstanceTypeByDefault(after)) return true;
  return facts.node_auto_provisioning ? old_type.empty() : new_type.empty();
}

void CheckResourceChange(const Workspace& before, const Workspace& after,
                         const ValidationFacts& facts, FieldErrors& errors) {
  constexpr absl::string_view kAdvice =
      "cannot be changed: create another Workspace";
  if (before.resource.count != after.resource.count) {
    errors.Forbidden("resource.count", absl::StrCat("count ", kAdvice));
  }
  if (!MayChangeInstanceType(before, after, facts)) {
    errors.Forbidden("resource.instanceType",
                     absl::StrCat("instanceType ", kAdvice));
  }
  if (!SameLabels(before.resource.label_selector,
                  after.resource.label_selector)) {
    errors.Forbidden("resource.labelSelector",
                     absl::StrCat("labelSelector ", kAdvice));
  }
  if (before.resource.partition != after.resource.partition) {
    errors.Forbidden("resource.partition", absl::StrCat("partition ", kAdvice));
  }
}

void CheckInferenceChange(const InferenceSpec& before,
                          const InferenceSpec& after, FieldErrors& errors) {
  if (before.preset != after.preset) {
    errors.Forbidden("inference.preset",
                     "preset cannot be changed: create another Workspace");
  }
  if (before.pod_template.has_value() != after.pod_template.has_value()) {
    errors.Forbidden("inference.template",
                     "template can be changed, and neither added nor removed: "
                     "create another Workspace");
  }
}

void CheckTuningChange(const TuningSpec& before, const TuningSpec& after,
                       FieldErrors& errors) {
  if (before.preset != after.preset) {
    errors.Forbidden("tuning.Preset",
                     "preset cannot be changed: create another Workspace");
  }
  if (before.method != after.method) {
    errors.Forbidden("tuning.Method",
                     "method cannot be changed: create another Workspace");
  }
  if (before.input && after.input && before.input->name != after.input->name) {
    errors.Forbidden("tuning.Input.Name",
                     "the data's name cannot be changed: create another "
                     "Workspace");
  }
}

void CheckChange(const Workspace& before, const Workspace& after,
                 const ValidationFacts& facts, FieldErrors& errors) {
  if (before.inference.has_value() != after.inference.has_value()) {
    errors.Forbidden("spec.inference",
                     "inference can be neither added nor removed: create "
                     "another Workspace");
  }
  if (before.tuning.has_value() != after.tuning.has_value()) {
    errors.Forbidden("spec.tuning",
                     "tuning can be neither added nor removed: create another "
                     "Workspace");
  }
  CheckResourceChange(before, after, facts, errors);
  if (before.inference && after.inference) {
    CheckInferenceChange(*before.inference, *after.inference, errors);
  }
  if (before.tuning && after.tuning) {
    CheckTuningChange(*before.tuning, *after.tuning, errors);
  }
  constexpr absl::string_view kStreaming = annotation::kModelStreaming;
  if (facts.gates.model_streaming &&
      before.metadata.annotation(kStreaming) !=
          after.metadata.annotation(kStreaming)) {
    errors.Forbidden(AnnotationPath(kStreaming),
                     "the annotation cannot be changed: create another "
                     "Workspace");
  }
}

// Whatever a field holds, no message repeats a token.
FieldErrors WithoutCredentials(const FieldErrors& errors) {
  FieldErrors hidden;
  for (const FieldError& e : errors.errors()) {
    hidden.Add({e.kind, HideCredentials(e.path), HideCredentials(e.message)});
  }
  return hidden;
}

}  // namespace

FieldErrors ValidateCreate(const Workspace& workspace,
                           const ValidationFacts& facts) {
  FieldErrors errors;
  CheckName(workspace.metadata, errors);
  errors.Append(ContentErrors(workspace, facts));
  return WithoutCredentials(errors);
}

FieldErrors ValidateUpdate(const Workspace& before, const Workspace& after,
                           const ValidationFacts& facts) {
  FieldErrors errors;
  if (after.metadata.deletion_timestamp) return errors;
  if (before.SameSpec(after) &&
      before.metadata.annotations == after.metadata.annotations) {
    return errors;
  }
  CheckChange(before, after, facts, errors);
  const FieldErrors old_errors = ContentErrors(before, facts);
  const std::vector<FieldError>& known = old_errors.errors();
  const FieldErrors new_errors = ContentErrors(after, facts);
  for (const FieldError& e : new_errors.errors()) {
    if (std::find(known.begin(), known.end(), e) == known.end()) errors.Add(e);
  }
  return WithoutCredentials(errors);
}

}  // namespace kaito::api

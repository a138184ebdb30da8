#include "kaito/standalone/apiserver/rest/prepare.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/request_info.h"
#include "kaito/standalone/apiserver/schema/validate.h"

namespace kaito::apiserver {
namespace {

using api::MakeApiStatus;
using api::ToStatus;

absl::Status BadRequest(absl::string_view message) {
  return ToStatus(MakeApiStatus(400, message));
}

// Of all labels and annotations of an object together.
constexpr size_t kMaxAnnotationBytes = 256 << 10;

void Erase(json::Value& object, absl::string_view name) {
  if (object.is_object()) object.object()->Erase(name);
}

// object's member becomes what it is in `from`.
void Keep(const json::Value* from, absl::string_view name,
          json::Value& object) {
  const json::Value* value = from != nullptr ? from->Find(name) : nullptr;
  if (value != nullptr) {
    object[name] = *value;
  } else {
    Erase(object, name);
  }
}

absl::Status FillOrCheck(json::Value& at, absl::string_view name,
                         absl::string_view wanted, absl::string_view message) {
  json::Value* value = at.Find(name);
  if (value == nullptr || value->is_null() || *value == json::Value("")) {
    at[name] = wanted;
  } else if (*value != json::Value(wanted)) {
    return BadRequest(message);
  }
  return absl::OkStatus();
}

// What the kind's names look like.
std::string NameProblem(const ResourceDefinition& resource,
                        absl::string_view name) {
  if (resource.group.empty() && resource.plural == "namespaces") {
    return api::ValidateDnsLabel(name);
  }
  if (resource.group.empty() && resource.plural == "services") {
    return api::ValidateDns1035Label(name);
  }
  return api::ValidateDnsSubdomain(name);
}

void CheckLabels(const json::Value& metadata, api::FieldErrors& errors) {
  if (const json::Value* labels = metadata.Find("labels");
      labels != nullptr && labels->is_object()) {
    for (const json::Member& label : *labels->object()) {
      std::string problem = api::ValidateQualifiedName(label.name);
      if (problem.empty() && label.value.string() != nullptr) {
        problem = api::ValidateLabelValue(*label.value.string());
      }
      if (!problem.empty()) errors.Invalid("metadata.labels", problem);
    }
  }
  size_t bytes = 0;
  if (const json::Value* annotations = metadata.Find("annotations");
      annotations != nullptr && annotations->is_object()) {
    for (const json::Member& annotation : *annotations->object()) {
      const std::string problem = api::ValidateQualifiedName(annotation.name);
      if (!problem.empty()) errors.Invalid("metadata.annotations", problem);
      bytes += annotation.name.size();
      if (annotation.value.string() != nullptr) {
        bytes += annotation.value.string()->size();
      }
    }
  }
  if (bytes > kMaxAnnotationBytes) {
    errors.Add({api::FieldError::Kind::kTooLong, "metadata.annotations",
                absl::StrCat("may have at most ", kMaxAnnotationBytes,
                             " bytes, not ", bytes)});
  }
}

void CheckOwners(const json::Value& metadata, api::FieldErrors& errors) {
  const json::Value* owners = metadata.Find("ownerReferences");
  if (owners == nullptr || !owners->is_array()) return;
  int controllers = 0;
  for (const json::Value& owner : *owners->array()) {
    const json::Value* controller = owner.Find("controller");
    if (controller != nullptr && controller->boolean().value_or(false)) {
      ++controllers;
    }
    for (const char* name : {"apiVersion", "kind", "name", "uid"}) {
      if (owner.StringAt({name}).empty()) {
        errors.Invalid("metadata.ownerReferences",
                       absl::StrCat(name, " must not be empty"));
      }
    }
  }
  if (controllers > 1) {
    errors.Invalid("metadata.ownerReferences",
                   "only one owner may be the controller");
  }
}

void CheckFinalizers(const json::Value* before, const json::Value& object,
                     api::FieldErrors& errors) {
  const json::Value* after = object.FindPath({"metadata", "finalizers"});
  if (after == nullptr || !after->is_array()) return;
  const json::Value* old = before != nullptr
                               ? before->FindPath({"metadata", "finalizers"})
                               : nullptr;
  for (const json::Value& finalizer : *after->array()) {
    if (finalizer.string() == nullptr) continue;
    const std::string problem = api::ValidateQualifiedName(*finalizer.string());
    if (!problem.empty()) errors.Invalid("metadata.finalizers", problem);
    const bool had = old != nullptr && old->is_array() &&
                     std::find(old->array()->begin(), old->array()->end(),
                               finalizer) != old->array()->end();
    if (before != nullptr && IsBeingDeleted(*before) && !had) {
      errors.Forbidden("metadata.finalizers",
                       "no new finalizers can be added if the object is being "
                       "deleted");
    }
  }
}

// Empty says the same as absent, and is kept as that.
void DropEmptyMetadata(json::Value& metadata) {
  for (const char* name :
       {"labels", "annotations", "finalizers", "ownerReferences"}) {
    const json::Value* value = metadata.Find(name);
    if (value != nullptr && ((value->is_object() && value->object()->empty()) ||
                             (value->is_array() && value->array()->empty()))) {
      metadata.object()->Erase(name);
    }
  }
}

// Both without what the server changes by itself.
json::Value Content(const json::Value& object, bool with_metadata,
                    bool with_status) {
  json::Value content = object;
  if (!with_status) Erase(content, "status");
  if (!with_metadata) {
    Erase(content, "metadata");
  } else {
    Erase(content["metadata"], "resourceVersion");
    Erase(content["metadata"], "managedFields");
    Erase(content["metadata"], "generation");
  }
  return content;
}

}  // namespace

absl::Status CheckIdentity(const ResourceDefinition& resource,
                           absl::string_view ns, absl::string_view name,
                           json::Value& object) {
  if (!object.is_object()) {
    return BadRequest(absl::StrCat("the body is not a ", resource.kind,
                                   " but of type ", object.type_name()));
  }
  const std::string wanted = resource.gvk().ToString();
  KAITO_RETURN_IF_ERROR(
      FillOrCheck(object, "apiVersion", resource.api_version(),
                  absl::StrCat("the API version in the data (",
                               object.StringAt({"apiVersion"}),
                               ") does not match the expected API version (",
                               resource.api_version(), ")")));
  KAITO_RETURN_IF_ERROR(FillOrCheck(
      object, "kind", resource.kind,
      absl::StrCat("the kind in the data (", object.StringAt({"kind"}),
                   ") does not match the expected kind (", resource.kind,
                   ")")));
  json::Value& metadata = object["metadata"];
  if (metadata.is_null()) metadata = json::Object();
  if (!metadata.is_object()) return BadRequest("metadata is no object");
  if (resource.namespaced) {
    KAITO_RETURN_IF_ERROR(
        FillOrCheck(metadata, "namespace", ns,
                    "the namespace of the provided object does not match the "
                    "namespace sent on the request"));
  } else {
    Erase(metadata, "namespace");
  }
  if (name.empty()) return absl::OkStatus();
  return FillOrCheck(
      metadata, "name", name,
      absl::StrCat("the name of the object (", metadata.StringAt({"name"}),
                   ") does not match the name on the URL (", name, ")"));
}

absl::Status RemoveUnknown(const ResourceDefinition& resource,
                           FieldValidation validation, json::Value& object,
                           std::vector<std::string>& warnings) {
  std::vector<std::string> unknown;
  Prune(*resource.schema, object, unknown);
  if (unknown.empty() || validation == FieldValidation::kIgnore) {
    return absl::OkStatus();
  }
  for (std::string& path : unknown) {
    path = absl::StrCat("unknown field \"", path, "\"");
  }
  if (validation == FieldValidation::kWarn) {
    warnings.insert(warnings.end(), unknown.begin(), unknown.end());
    return absl::OkStatus();
  }
  return BadRequest(
      absl::StrCat(resource.kind, " in version \"", resource.version,
                   "\" cannot be handled as a ", resource.kind,
                   ": strict decoding error: ", absl::StrJoin(unknown, ", ")));
}

absl::Status PrepareCreate(const ResourceDefinition& resource,
                           const NewObject& facts, json::Value& object) {
  json::Value& metadata = object["metadata"];
  if (!metadata.StringAt({"resourceVersion"}).empty()) {
    return BadRequest(
        "resourceVersion should not be set on objects to be created");
  }
  if (metadata.StringAt({"name"}).empty()) {
    const absl::string_view prefix = metadata.StringAt({"generateName"});
    if (prefix.empty()) {
      api::FieldErrors errors;
      errors.Required("metadata.name", "name or generateName is required");
      return ToStatus(api::InvalidStatus(resource.gvk(), "", errors));
    }
    // The name has room for the suffix.
    metadata["name"] = absl::StrCat(prefix.substr(0, 58), facts.name_suffix);
  }
  for (const char* name : {"deletionTimestamp", "deletionGracePeriodSeconds",
                           "selfLink", "resourceVersion"}) {
    Erase(metadata, name);
  }
  metadata["uid"] = facts.uid;
  metadata["creationTimestamp"] = api::FormatTimestamp(facts.now);
  if (resource.counts_generations) {
    metadata["generation"] = 1;
  } else {
    Erase(metadata, "generation");
  }
  if (resource.status) Erase(object, "status");
  return absl::OkStatus();
}

absl::Status PrepareUpdate(const ResourceDefinition& resource,
                           absl::string_view subresource,
                           const json::Value& old, json::Value& object) {
  const absl::string_view name = old.StringAt({"metadata", "name"});
  const absl::string_view uid = object.StringAt({"metadata", "uid"});
  if (!uid.empty() && uid != old.StringAt({"metadata", "uid"})) {
    return ToStatus(api::ConflictStatus(
        resource.gvr(), name,
        absl::StrCat(
            "Precondition failed: UID in precondition: ", uid,
            ", UID in object meta: ", old.StringAt({"metadata", "uid"}))));
  }
  const absl::string_view version =
      object.StringAt({"metadata", "resourceVersion"});
  if (!version.empty() &&
      version != old.StringAt({"metadata", "resourceVersion"})) {
    return ToStatus(api::ConflictStatus(resource.gvr(), name, ""));
  }
  if (subresource == "status") {
    json::Value sent = std::move(object);
    object = old;
    Keep(&sent, "status", object);
    Keep(sent.Find("metadata"), "managedFields", object["metadata"]);
    return absl::OkStatus();
  }
  if (resource.status) Keep(&old, "status", object);
  for (const char* field : {"uid", "creationTimestamp", "deletionTimestamp",
                            "deletionGracePeriodSeconds", "generation",
                            "generateName", "resourceVersion", "selfLink"}) {
    Keep(old.Find("metadata"), field, object["metadata"]);
  }
  return absl::OkStatus();
}

absl::Status Admit(const ResourceDefinition& resource,
                   const json::Value* before, json::Value& object,
                   std::vector<std::string>& warnings) {
  DropEmptyMetadata(object["metadata"]);
  ApplyDefaults(*resource.schema, object);
  api::FieldErrors errors = Validate(*resource.schema, object);
  const std::string name(object.StringAt({"metadata", "name"}));
  if (errors.empty()) {
    if (resource.set_defaults != nullptr) resource.set_defaults(object);
    const json::Value& metadata = object["metadata"];
    if (const std::string problem = NameProblem(resource, name);
        before == nullptr && !problem.empty()) {
      errors.Invalid("metadata.name", problem);
    }
    CheckLabels(metadata, errors);
    CheckOwners(metadata, errors);
    CheckFinalizers(before, object, errors);
    if (resource.validate != nullptr) {
      AdmissionVerdict verdict = resource.validate(before, object);
      errors.Append(verdict.errors);
      warnings.insert(warnings.end(), verdict.warnings.begin(),
                      verdict.warnings.end());
    }
  }
  if (errors.empty()) return absl::OkStatus();
  return ToStatus(api::InvalidStatus(resource.gvk(), name, errors));
}

void CountGeneration(const ResourceDefinition& resource, const json::Value& old,
                     json::Value& object) {
  if (!resource.counts_generations) return;
  if (Content(old, false, !resource.status) ==
      Content(object, false, !resource.status)) {
    return;
  }
  const json::Value* generation = old.FindPath({"metadata", "generation"});
  object["metadata"]["generation"] =
      (generation != nullptr ? generation->integer().value_or(0) : 0) + 1;
}

bool SameContent(const json::Value& a, const json::Value& b) {
  return Content(a, true, true) == Content(b, true, true);
}

bool IsBeingDeleted(const json::Value& object) {
  return !object.StringAt({"metadata", "deletionTimestamp"}).empty();
}

bool HasFinalizers(const json::Value& object) {
  const json::Value* list = object.FindPath({"metadata", "finalizers"});
  if (list != nullptr && list->is_array() && !list->array()->empty()) {
    return true;
  }
  // A namespace has a second list: of those who empty it.
  list = object.FindPath({"spec", "finalizers"});
  return object.StringAt({"kind"}) == "Namespace" && list != nullptr &&
         list->is_array() && !list->array()->empty();
}

}  // namespace kaito::apiserver

#include "kaito/standalone/apiserver/rest/verbs.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/object/json_patch.h"
#include "kaito/standalone/apiserver/object/managed_fields.h"
#include "kaito/standalone/apiserver/object/strategic_merge.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/deletion.h"
#include "kaito/standalone/apiserver/rest/prepare.h"
#include "kaito/standalone/apiserver/rest/scale.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/schema.h"
#include "kaito/standalone/apiserver/store/store.h"

// The half of the verbs that changes what is there: update, patch, apply.

namespace kaito::apiserver {
namespace {

using api::MakeApiStatus;
using api::ToStatus;

absl::Status Unprocessable(const Call& call, absl::string_view message) {
  api::FieldErrors errors;
  errors.Invalid("patch", message);
  return ToStatus(
      api::InvalidStatus(call.resource->gvk(), call.info.name, errors));
}

// 409 with a cause for each field.
absl::Status ConflictOf(const std::vector<Conflict>& conflicts) {
  api::ApiStatus status = MakeApiStatus(
      409, absl::StrCat("Apply failed with ", conflicts.size(),
                        conflicts.size() == 1 ? " conflict" : " conflicts"));
  status.reason = std::string(api::api_reason::kConflict);
  status.details.emplace();
  std::string last;
  for (const Conflict& conflict : conflicts) {
    const std::string with =
        absl::StrCat("conflict with \"", conflict.manager, "\"", conflict.how);
    absl::StrAppend(&status.message, last == with ? "" : ": ",
                    last == with ? "" : with, last == with ? ", " : ": ",
                    conflict.field);
    last = with;
    status.details->causes.push_back(
        {.reason = std::string(api::api_reason::kFieldManagerConflict),
         .message = with,
         .field = conflict.field});
  }
  return ToStatus(status);
}

bool SameManagers(const json::Value& a, const json::Value& b) {
  const json::Value* before = a.FindPath({"metadata", "managedFields"});
  const json::Value* after = b.FindPath({"metadata", "managedFields"});
  return before == nullptr || after == nullptr ? before == after
                                               : *before == *after;
}

absl::Status BadBody(const absl::Status& status) {
  return ToStatus(MakeApiStatus(400, status.message()));
}

}  // namespace

absl::StatusOr<Answer> Verbs::Modify(const Call& call, Change change) {
  Answer answer;
  KAITO_RETURN_IF_ERROR(store_.Write(
      {.dry_run = call.options.dry_run},
      [&](Transaction& transaction) -> absl::Status {
        KAITO_ASSIGN_OR_RETURN(const json::Value old, Read(transaction, call));
        KAITO_ASSIGN_OR_RETURN(json::Value object, change(old));
        return ModifyIn(transaction, call, old, std::move(object), answer);
      }));
  KAITO_RETURN_IF_ERROR(Refresh(call));
  return answer;
}

absl::Status Verbs::ModifyIn(Transaction& transaction, const Call& call,
                             const json::Value& old, json::Value object,
                             Answer& answer) {
  const ResourceDefinition& resource = *call.resource;
  KAITO_RETURN_IF_ERROR(
      CheckIdentity(resource, call.info.ns, call.info.name, object));
  KAITO_RETURN_IF_ERROR(RemoveUnknown(resource, call.options.field_validation,
                                      object, answer.warnings));
  KAITO_RETURN_IF_ERROR(
      PrepareUpdate(resource, call.info.subresource, old, object));
  KAITO_RETURN_IF_ERROR(Admit(resource, &old, object, answer.warnings));
  CountGeneration(resource, old, object);
  TrackUpdate(*resource.schema, resource.status, WriterOf(call), &old, object);
  if (SameContent(old, object) && SameManagers(old, object)) {
    answer.object = old;
  } else {
    KAITO_RETURN_IF_ERROR(PutOrRemove(transaction, resource, object));
    answer.object = std::move(object);
  }
  if (call.info.subresource == "scale") {
    answer.object = ScaleOf(*resource.scale, answer.object);
  }
  return absl::OkStatus();
}

absl::StatusOr<Answer> Verbs::Update(const Call& call, json::Value object) {
  if (call.info.subresource == "scale") {
    return Modify(call,
                  [&](const json::Value& old) -> absl::StatusOr<json::Value> {
                    json::Value changed = old;
                    const absl::Status status =
                        SetScale(*call.resource->scale, object, changed);
                    if (!status.ok()) return BadBody(status);
                    return changed;
                  });
  }
  return Modify(
      call, [&](const json::Value& old) -> absl::StatusOr<json::Value> {
        if (call.resource->custom &&
            object.StringAt({"metadata", "resourceVersion"}).empty()) {
          api::FieldErrors errors;
          errors.Invalid("metadata.resourceVersion",
                         "must be specified for an update");
          return ToStatus(
              api::InvalidStatus(call.resource->gvk(), call.info.name, errors));
        }
        if (call.info.subresource == "finalize") {
          json::Value changed = old;
          const json::Value* list = object.FindPath({"spec", "finalizers"});
          changed["spec"]["finalizers"] =
              list != nullptr ? *list : json::Value(json::Array());
          return changed;
        }
        return object;
      });
}

absl::StatusOr<json::Value> Verbs::Patched(const Call& call, PatchKind kind,
                                           const json::Value& patch,
                                           const json::Value& old) {
  json::Value object = old;
  if (kind == PatchKind::kMerge) {
    if (!patch.is_object()) {
      return BadBody(absl::InvalidArgumentError("merge patch: want an object"));
    }
    ApplyMergePatch(patch, object);
    return object;
  }
  absl::Status status;
  if (kind == PatchKind::kJson) {
    status = ApplyJsonPatch(patch, object);
  } else {
    if (call.resource->custom) {
      return ToStatus(MakeApiStatus(
          415,
          "the body of the request was in an unknown format - accepted media "
          "types include: application/json-patch+json, "
          "application/merge-patch+json, application/apply-patch+yaml"));
    }
    const Schema& schema = call.info.subresource == "scale"
                               ? *BuiltinTypes()->by_name.at("Scale")
                               : *call.resource->schema;
    status = ApplyStrategicMerge(schema, patch, object);
  }
  if (absl::IsFailedPrecondition(status)) {
    return Unprocessable(call, status.message());
  }
  if (!status.ok()) return BadBody(status);
  return object;
}

absl::StatusOr<Answer> Verbs::Apply(const Call& call, json::Value applied) {
  Answer answer;
  if (call.options.field_manager.empty()) {
    api::FieldErrors errors;
    errors.Required("fieldManager", "an apply says who applies");
    return ToStatus(
        api::InvalidStatus(call.resource->gvk(), call.info.name, errors));
  }
  KAITO_RETURN_IF_ERROR(
      CheckIdentity(*call.resource, call.info.ns, call.info.name, applied));
  if (applied.FindPath({"metadata", "managedFields"}) != nullptr) {
    return BadBody(
        absl::InvalidArgumentError("metadata.managedFields must be nil"));
  }
  KAITO_RETURN_IF_ERROR(RemoveUnknown(
      *call.resource, call.options.field_validation, applied, answer.warnings));
  KAITO_RETURN_IF_ERROR(store_.Write(
      {.dry_run = call.options.dry_run}, [&](Transaction& transaction) {
        return ApplyIn(transaction, call, applied, answer);
      }));
  KAITO_RETURN_IF_ERROR(Refresh(call));
  return answer;
}

absl::Status Verbs::ApplyIn(Transaction& transaction, const Call& call,
                            const json::Value& applied, Answer& answer) {
  const ResourceDefinition& resource = *call.resource;
  absl::StatusOr<json::Value> old = Read(transaction, call);
  const bool create =
      absl::IsNotFound(old.status()) && call.info.subresource.empty();
  if (!old.ok() && !create) return old.status();
  const absl::Time now = clock_.Now();
  absl::StatusOr<Applied> made =
      ApplyObject(*resource.schema, resource.status, WriterOf(call),
                  call.options.force, create ? nullptr : &*old, applied);
  if (!made.ok()) return BadBody(made.status());
  if (!made->conflicts.empty()) return ConflictOf(made->conflicts);
  json::Value object = std::move(made->object);
  if (create) {
    answer.code = 201;
    KAITO_RETURN_IF_ERROR(
        PrepareCreate(resource, {.uid = ids_.Uid(), .now = now}, object));
    KAITO_RETURN_IF_ERROR(Admit(resource, nullptr, object, answer.warnings));
    KAITO_RETURN_IF_ERROR(Insert(transaction, call, object));
    answer.object = std::move(object);
    return absl::OkStatus();
  }
  // The applied ones: the live object's are in place of them by now.
  for (const char* name : {"uid", "resourceVersion"}) {
    if (const json::Value* value = applied.FindPath({"metadata", name})) {
      object["metadata"][name] = *value;
    }
  }
  KAITO_RETURN_IF_ERROR(
      PrepareUpdate(resource, call.info.subresource, *old, object));
  KAITO_RETURN_IF_ERROR(Admit(resource, &*old, object, answer.warnings));
  CountGeneration(resource, *old, object);
  if (SameContent(*old, object) && SameManagers(*old, object)) {
    answer.object = *std::move(old);
    return absl::OkStatus();
  }
  KAITO_RETURN_IF_ERROR(PutOrRemove(transaction, resource, object));
  answer.object = std::move(object);
  return absl::OkStatus();
}

absl::StatusOr<Answer> Verbs::Patch(const Call& call, PatchKind kind,
                                    const json::Value& patch) {
  if (kind == PatchKind::kApply) {
    if (call.info.subresource == "scale") {
      return ToStatus(MakeApiStatus(415, "a Scale is patched, not applied"));
    }
    return Apply(call, patch);
  }
  return Modify(
      call, [&](const json::Value& old) -> absl::StatusOr<json::Value> {
        if (call.info.subresource != "scale") {
          return Patched(call, kind, patch, old);
        }
        KAITO_ASSIGN_OR_RETURN(
            const json::Value scale,
            Patched(call, kind, patch, ScaleOf(*call.resource->scale, old)));
        json::Value changed = old;
        const absl::Status status =
            SetScale(*call.resource->scale, scale, changed);
        if (!status.ok()) return BadBody(status);
        return changed;
      });
}

}  // namespace kaito::apiserver

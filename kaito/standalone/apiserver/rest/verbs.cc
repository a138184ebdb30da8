#include "kaito/standalone/apiserver/rest/verbs.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/object/json_patch.h"
#include "kaito/standalone/apiserver/object/managed_fields.h"
#include "kaito/standalone/apiserver/object/selector.h"
#include "kaito/standalone/apiserver/object/strategic_merge.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/deletion.h"
#include "kaito/standalone/apiserver/rest/prepare.h"
#include "kaito/standalone/apiserver/rest/request_info.h"
#include "kaito/standalone/apiserver/rest/scale.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/schema.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

using api::MakeApiStatus;
using api::ToStatus;

// Ends of generated names that are tried before giving up.
constexpr int kNameTries = 8;

constexpr absl::string_view kDefinitions =
    "customresourcedefinitions.apiextensions.k8s.io";

absl::Status NotFound(const Call& call) {
  return ToStatus(api::NotFoundStatus(call.resource->gvr(), call.info.name));
}

// 404 where the namespace is not there, 403 where it is about to go.
absl::Status CheckNamespace(Transaction& transaction, const Call& call,
                            absl::string_view name) {
  KAITO_ASSIGN_OR_RETURN(const std::optional<StoredObject> ns,
                         transaction.Get({"namespaces", "", call.info.ns}));
  if (!ns.has_value()) {
    return ToStatus(
        api::NotFoundStatus({"", "v1", "namespaces"}, call.info.ns));
  }
  if (!absl::StrContains(ns->body, "\"deletionTimestamp\":")) {
    return absl::OkStatus();
  }
  api::ApiStatus status = MakeApiStatus(
      403, absl::StrCat(call.resource->gvr().qualified_resource(), " \"", name,
                        "\" is forbidden: unable to create new content in "
                        "namespace ",
                        call.info.ns, " because it is being terminated"));
  status.details = api::StatusDetails{
      .name = std::string(name),
      .group = call.resource->group,
      .kind = call.resource->plural,
      .causes = {{.reason = "NamespaceTerminating",
                  .message = absl::StrCat("namespace ", call.info.ns,
                                          " is being terminated"),
                  .field = "metadata.namespace"}}};
  return ToStatus(status);
}

absl::Status Unprocessable(const Call& call, absl::string_view message) {
  api::FieldErrors errors;
  errors.Invalid("patch", message);
  return ToStatus(
      api::InvalidStatus(call.resource->gvk(), call.info.name, errors));
}

Writer WriterOf(const Call& call, absl::Time now) {
  return {.manager = call.manager,
          .api_version = call.resource->api_version(),
          .subresource = call.info.subresource,
          .now = now};
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

absl::StatusOr<json::Value> Verbs::Read(Snapshot& snapshot, const Call& call) {
  KAITO_ASSIGN_OR_RETURN(
      const std::optional<StoredObject> stored,
      snapshot.Get(KeyOf(*call.resource, call.info.ns, call.info.name)));
  if (!stored.has_value()) return NotFound(call);
  return FromStored(*call.resource, stored->body);
}

absl::StatusOr<Answer> Verbs::Get(const Call& call) {
  Answer answer;
  KAITO_RETURN_IF_ERROR(store_.Read([&](Snapshot& snapshot) -> absl::Status {
    KAITO_ASSIGN_OR_RETURN(answer.object, Read(snapshot, call));
    return absl::OkStatus();
  }));
  if (call.info.subresource == "scale") {
    answer.object = ScaleOf(*call.resource->scale, answer.object);
  }
  return answer;
}

absl::StatusOr<Answer> Verbs::Create(const Call& call, json::Value object) {
  if (!call.info.subresource.empty()) return CreateSubresource(call, object);
  const ResourceDefinition& resource = *call.resource;
  Answer answer;
  answer.code = 201;
  KAITO_RETURN_IF_ERROR(
      CheckIdentity(resource, call.info.ns, call.info.name, object));
  KAITO_RETURN_IF_ERROR(RemoveUnknown(resource, call.options.field_validation,
                                      object, answer.warnings));
  if (resource.answer != nullptr) {
    resource.answer(object);
    answer.object = std::move(object);
    return answer;
  }
  const bool generated = object.StringAt({"metadata", "name"}).empty();
  for (int tries = 1;; ++tries) {
    json::Value attempt = object;
    KAITO_RETURN_IF_ERROR(PrepareCreate(resource,
                                        {.uid = ids_.Uid(),
                                         .name_suffix = ids_.NameSuffix(),
                                         .now = clock_.Now()},
                                        attempt));
    std::vector<std::string> warnings;
    KAITO_RETURN_IF_ERROR(Admit(resource, nullptr, attempt, warnings));
    TrackUpdate(*resource.schema, resource.status, WriterOf(call, clock_.Now()),
                nullptr, attempt);
    const absl::Status status = store_.Write(
        {.dry_run = call.options.dry_run}, [&](Transaction& transaction) {
          return Insert(transaction, call, attempt);
        });
    if (generated && tries < kNameTries && absl::IsAlreadyExists(status)) {
      continue;
    }
    KAITO_RETURN_IF_ERROR(status);
    answer.warnings.insert(answer.warnings.end(), warnings.begin(),
                           warnings.end());
    answer.object = std::move(attempt);
    break;
  }
  KAITO_RETURN_IF_ERROR(Refresh(call));
  return answer;
}

absl::Status Verbs::Insert(Transaction& transaction, const Call& call,
                           json::Value& object) {
  const ResourceDefinition& resource = *call.resource;
  const std::string name(object.StringAt({"metadata", "name"}));
  if (resource.namespaced) {
    KAITO_RETURN_IF_ERROR(CheckNamespace(transaction, call, name));
  }
  const ObjectKey key = KeyOf(resource, call.info.ns, name);
  KAITO_ASSIGN_OR_RETURN(const std::optional<StoredObject> old,
                         transaction.Get(key));
  if (old.has_value()) {
    return ToStatus(api::AlreadyExistsStatus(resource.gvr(), name));
  }
  if (key.resource == "services") {
    KAITO_RETURN_IF_ERROR(GiveServiceAddress(transaction, ids_, object));
  }
  json::Value stored = object;
  ToStored(resource, stored);
  KAITO_RETURN_IF_ERROR(transaction.Put(key, stored));
  object["metadata"]["resourceVersion"] =
      *stored.FindPath({"metadata", "resourceVersion"});
  return absl::OkStatus();
}

// pods/binding, the only one that kubectl and schedulers post.
absl::StatusOr<Answer> Verbs::CreateSubresource(const Call& call,
                                                const json::Value& body) {
  if (call.info.subresource != "binding" || call.resource->plural != "pods") {
    return ToStatus(MakeApiStatus(
        405, absl::StrCat("POST is not served on ", call.resource->plural, "/",
                          call.info.subresource)));
  }
  const std::string node(body.StringAt({"target", "name"}));
  KAITO_RETURN_IF_ERROR(store_.Write(
      {.dry_run = call.options.dry_run},
      [&](Transaction& transaction) -> absl::Status {
        KAITO_ASSIGN_OR_RETURN(json::Value pod, Read(transaction, call));
        if (!pod.StringAt({"spec", "nodeName"}).empty()) {
          return ToStatus(api::ConflictStatus(
              call.resource->gvr(), call.info.name,
              absl::StrCat("pod is already assigned to node ",
                           pod.StringAt({"spec", "nodeName"}))));
        }
        pod["spec"]["nodeName"] = node;
        return PutOrRemove(transaction, *call.resource, pod);
      }));
  Answer answer;
  answer.code = 201;
  answer.object = json::Object{{"apiVersion", "v1"},
                               {"kind", "Status"},
                               {"status", "Success"},
                               {"code", 201}};
  return answer;
}

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
  TrackUpdate(*resource.schema, resource.status, WriterOf(call, clock_.Now()),
              &old, object);
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
      ApplyObject(*resource.schema, resource.status, WriterOf(call, now),
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

absl::StatusOr<Answer> Verbs::Delete(const Call& call,
                                     const DeletionOptions& options) {
  Deletion deletion;
  KAITO_RETURN_IF_ERROR(store_.Write(
      {.dry_run = options.dry_run},
      [&](Transaction& transaction) -> absl::Status {
        KAITO_ASSIGN_OR_RETURN(json::Value object, Read(transaction, call));
        KAITO_ASSIGN_OR_RETURN(
            deletion, DeleteObject(transaction, *call.resource,
                                   std::move(object), options, clock_.Now()));
        return absl::OkStatus();
      }));
  KAITO_RETURN_IF_ERROR(Refresh(call));
  Answer answer;
  if (deletion.removed) {
    answer.object = api::Encode(
        api::DeletedStatus(call.resource->gvr(), call.info.name,
                           deletion.object.StringAt({"metadata", "uid"})));
  } else {
    answer.object = std::move(deletion.object);
  }
  return answer;
}

absl::StatusOr<Answer> Verbs::DeleteCollection(const Call& call,
                                               const DeletionOptions& options) {
  const absl::StatusOr<LabelQuery> labels =
      LabelQuery::Parse(call.options.label_selector);
  if (!labels.ok()) return BadBody(labels.status());
  const absl::StatusOr<FieldQuery> fields = FieldQuery::Parse(
      call.options.field_selector, call.resource->selectable_fields);
  if (!fields.ok()) return BadBody(fields.status());
  Answer answer;
  answer.object =
      json::Object{{"apiVersion", call.resource->api_version()},
                   {"kind", call.resource->list_kind},
                   {"metadata", json::Object{{"resourceVersion", ""}}},
                   {"items", json::Array()}};
  const absl::Status status = store_.Write(
      {.dry_run = options.dry_run},
      [&](Transaction& transaction) -> absl::Status {
        std::vector<json::Value> objects;
        absl::Status bad;
        KAITO_RETURN_IF_ERROR(transaction.ForEach(
            {.resource = call.resource->storage_resource, .ns = call.info.ns},
            [&](const StoredObject& stored) {
              absl::StatusOr<json::Value> object =
                  FromStored(*call.resource, stored.body);
              bad.Update(object.status());
              if (object.ok() && labels->Matches(*object) &&
                  fields->Matches(*object)) {
                objects.push_back(*std::move(object));
              }
              return bad.ok();
            }));
        KAITO_RETURN_IF_ERROR(bad);
        for (json::Value& object : objects) {
          KAITO_ASSIGN_OR_RETURN(
              Deletion deletion,
              DeleteObject(transaction, *call.resource, std::move(object),
                           options, clock_.Now()));
          answer.object["items"].Append(std::move(deletion.object));
        }
        return absl::OkStatus();
      });
  KAITO_RETURN_IF_ERROR(status);
  KAITO_RETURN_IF_ERROR(Refresh(call));
  return answer;
}

absl::Status Verbs::Refresh(const Call& call) {
  if (call.resource->storage_resource != kDefinitions || call.options.dry_run) {
    return absl::OkStatus();
  }
  return LoadDefinitions(store_, registry_);
}

absl::Status LoadDefinitions(Store& store, Registry& registry) {
  std::vector<json::Value> definitions;
  absl::Status bad;
  KAITO_RETURN_IF_ERROR(store.Read([&](Snapshot& snapshot) {
    return snapshot.ForEach({.resource = std::string(kDefinitions)},
                            [&](const StoredObject& stored) {
                              absl::StatusOr<json::Value> value =
                                  json::Parse(stored.body);
                              bad.Update(value.status());
                              if (value.ok())
                                definitions.push_back(*std::move(value));
                              return bad.ok();
                            });
  }));
  KAITO_RETURN_IF_ERROR(bad);
  return registry.SetCustom(definitions);
}

}  // namespace kaito::apiserver

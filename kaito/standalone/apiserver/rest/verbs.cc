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
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/object/managed_fields.h"
#include "kaito/standalone/apiserver/object/selector.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/deletion.h"
#include "kaito/standalone/apiserver/rest/prepare.h"
#include "kaito/standalone/apiserver/rest/request_info.h"
#include "kaito/standalone/apiserver/rest/scale.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
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

absl::Status BadBody(const absl::Status& status) {
  return ToStatus(MakeApiStatus(400, status.message()));
}

}  // namespace

Writer Verbs::WriterOf(const Call& call) const {
  return {.manager = call.manager,
          .api_version = call.resource->api_version(),
          .subresource = call.info.subresource,
          .now = clock_.Now()};
}

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
    TrackUpdate(*resource.schema, resource.status, WriterOf(call), nullptr,
                attempt);
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
    KAITO_RETURN_IF_ERROR(
        GiveServiceAddress(transaction, ids_, services_, object));
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

#include "kaito/standalone/apiserver/rest/deletion.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/prepare.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

absl::Status BadRequest(absl::string_view message) {
  return api::ToStatus(api::MakeApiStatus(400, message));
}

void AddFinalizer(json::Value& object, absl::string_view finalizer) {
  json::Value& list = object["metadata"]["finalizers"];
  if (!list.is_array()) list = json::Array();
  json::Array& items = *list.array();
  if (std::find(items.begin(), items.end(), json::Value(finalizer)) ==
      items.end()) {
    items.emplace_back(finalizer);
  }
}

void RemoveFinalizer(json::Value& object, absl::string_view finalizer) {
  json::Value* list = object["metadata"].Find("finalizers");
  if (list == nullptr || !list->is_array()) return;
  json::Array& items = *list->array();
  items.erase(std::remove(items.begin(), items.end(), json::Value(finalizer)),
              items.end());
}

absl::Status CheckPreconditions(const ResourceDefinition& resource,
                                const json::Value& object,
                                const DeletionOptions& options) {
  const std::pair<absl::string_view, absl::string_view> wanted[] = {
      {"uid", options.uid}, {"resourceVersion", options.resource_version}};
  for (const auto& [field, value] : wanted) {
    const absl::string_view has = object.StringAt({"metadata", field});
    if (!value.empty() && value != has) {
      return api::ToStatus(api::ConflictStatus(
          resource.gvr(), object.StringAt({"metadata", "name"}),
          absl::StrCat("Precondition failed: ", field, " in precondition: ",
                       value, ", in object meta: ", has)));
    }
  }
  return absl::OkStatus();
}

// How long the object may take to end.
int64_t GraceOf(const ResourceDefinition& resource, const json::Value& object,
                const DeletionOptions& options) {
  if (!resource.graceful_deletion) return 0;
  const absl::string_view phase = object.StringAt({"status", "phase"});
  // Nothing runs, so nobody would tell that it has ended.
  if (object.StringAt({"spec", "nodeName"}).empty() || phase == "Succeeded" ||
      phase == "Failed") {
    return 0;
  }
  if (options.grace_seconds.has_value()) return *options.grace_seconds;
  const json::Value* own =
      object.FindPath({"spec", "terminationGracePeriodSeconds"});
  return own != nullptr ? own->integer().value_or(30) : 30;
}

int64_t GraceUnderWay(const json::Value& object) {
  const json::Value* grace =
      object.FindPath({"metadata", "deletionGracePeriodSeconds"});
  return grace != nullptr ? grace->integer().value_or(0) : 0;
}

void Mark(const ResourceDefinition& resource, json::Value& object,
          int64_t grace, absl::Time now) {
  json::Value& metadata = object["metadata"];
  const bool first = !IsBeingDeleted(object);
  if (first || grace < GraceUnderWay(object)) {
    metadata["deletionTimestamp"] =
        api::FormatTimestamp(now + absl::Seconds(grace));
    metadata["deletionGracePeriodSeconds"] = grace;
  }
  if (!first) return;
  if (resource.counts_generations) {
    const json::Value* generation = metadata.Find("generation");
    metadata["generation"] =
        (generation != nullptr ? generation->integer().value_or(0) : 0) + 1;
  }
  if (resource.kind == "Namespace" && resource.group.empty()) {
    object["status"]["phase"] = "Terminating";
  }
}

}  // namespace

absl::StatusOr<DeletionOptions> ParseDeletionOptions(
    const json::Value& body, const QueryParameters& query) {
  DeletionOptions options;
  if (const json::Value* grace = body.Find("gracePeriodSeconds")) {
    options.grace_seconds = grace->integer();
  }
  options.propagation = std::string(body.StringAt({"propagationPolicy"}));
  const json::Value* orphan = body.Find("orphanDependents");
  if (options.propagation.empty() && orphan != nullptr) {
    options.propagation =
        orphan->boolean().value_or(false) ? "Orphan" : "Background";
  }
  options.uid = std::string(body.StringAt({"preconditions", "uid"}));
  options.resource_version =
      std::string(body.StringAt({"preconditions", "resourceVersion"}));
  const json::Value* dry_run = body.Find("dryRun");
  options.dry_run =
      dry_run != nullptr && dry_run->is_array() && !dry_run->array()->empty();
  if (FindParameter(query, "dryRun") != nullptr) options.dry_run = true;
  if (const std::string* text = FindParameter(query, "gracePeriodSeconds")) {
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(*text, &seconds)) {
      return BadRequest("gracePeriodSeconds: want a whole number");
    }
    options.grace_seconds = seconds;
  }
  if (const std::string* text = FindParameter(query, "propagationPolicy")) {
    options.propagation = *text;
  }
  if (options.grace_seconds.value_or(0) < 0) {
    return BadRequest("gracePeriodSeconds: must not be negative");
  }
  const std::string& p = options.propagation;
  if (!p.empty() && p != "Background" && p != "Foreground" && p != "Orphan") {
    return BadRequest(
        absl::StrCat("propagationPolicy: ", api::QuoteForMessage(p),
                     ": use Background, Foreground or Orphan"));
  }
  return options;
}

absl::StatusOr<Deletion> DeleteObject(Transaction& transaction,
                                      const ResourceDefinition& resource,
                                      json::Value object,
                                      const DeletionOptions& options,
                                      absl::Time now) {
  KAITO_RETURN_IF_ERROR(CheckPreconditions(resource, object, options));
  const json::Value before = object;
  if (options.propagation == "Foreground") {
    RemoveFinalizer(object, kOrphanFinalizer);
    AddFinalizer(object, kForegroundFinalizer);
  } else if (options.propagation == "Orphan") {
    RemoveFinalizer(object, kForegroundFinalizer);
    AddFinalizer(object, kOrphanFinalizer);
  } else if (options.propagation == "Background") {
    RemoveFinalizer(object, kForegroundFinalizer);
    RemoveFinalizer(object, kOrphanFinalizer);
  }
  if (resource.kind == "CustomResourceDefinition" && !IsBeingDeleted(object)) {
    AddFinalizer(object, kDefinitionFinalizer);
  }
  const int64_t grace = GraceOf(resource, object, options);
  Mark(resource, object, grace, now);
  Deletion deletion;
  const ObjectKey key =
      KeyOf(resource, object.StringAt({"metadata", "namespace"}),
            object.StringAt({"metadata", "name"}));
  const bool ends_now = GraceUnderWay(object) == 0 || grace == 0;
  json::Value stored = object;
  if (ends_now && !HasFinalizers(object)) {
    ToStored(resource, stored);
    KAITO_RETURN_IF_ERROR(transaction.Delete(key, stored));
    deletion.removed = true;
  } else if (object != before) {
    ToStored(resource, stored);
    KAITO_RETURN_IF_ERROR(transaction.Put(key, stored));
  }
  if (const json::Value* version =
          stored.FindPath({"metadata", "resourceVersion"})) {
    object["metadata"]["resourceVersion"] = *version;
  }
  deletion.object = std::move(object);
  return deletion;
}

absl::Status PutOrRemove(Transaction& transaction,
                         const ResourceDefinition& resource,
                         json::Value& object) {
  const ObjectKey key =
      KeyOf(resource, object.StringAt({"metadata", "namespace"}),
            object.StringAt({"metadata", "name"}));
  const bool remove = IsBeingDeleted(object) && !HasFinalizers(object) &&
                      GraceUnderWay(object) == 0;
  json::Value stored = object;
  ToStored(resource, stored);
  KAITO_RETURN_IF_ERROR(remove ? transaction.Delete(key, stored)
                               : transaction.Put(key, stored));
  object["metadata"]["resourceVersion"] =
      *stored.FindPath({"metadata", "resourceVersion"});
  return absl::OkStatus();
}

}  // namespace kaito::apiserver

#include "kaito/kube/fake/fake_api_client.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/json_patch.h"

namespace kaito::kube {
namespace {

std::string Text(const json::Value& object,
                 std::initializer_list<absl::string_view> path) {
  return std::string(object.StringAt(path));
}

ObjectKey KeyOf(const json::Value& object) {
  return {Text(object, {"metadata", "namespace"}),
          Text(object, {"metadata", "name"})};
}

absl::Status NotFound(const FakeCall& call) {
  return api::ToStatus(api::NotFoundStatus(call.gvr, call.key.name));
}

bool HasFinalizers(const json::Value& object) {
  const json::Value* list = object.FindPath({"metadata", "finalizers"});
  return list != nullptr && list->array() != nullptr && !list->array()->empty();
}

bool IsDeleting(const json::Value& object) {
  return !object.StringAt({"metadata", "deletionTimestamp"}).empty();
}

// Takes out of `object` what `before` has and `after` lacks.
void RemoveDropped(const json::Value& before, const json::Value& after,
                   json::Value& object) {
  if (before.object() == nullptr || object.object() == nullptr) return;
  for (const json::Member& member : *before.object()) {
    const json::Value* kept = after.Find(member.name);
    if (kept == nullptr) {
      object.object()->Erase(member.name);
    } else if (json::Value* inner = object.Find(member.name)) {
      RemoveDropped(member.value, *kept, *inner);
    }
  }
}

// All but metadata and status.
json::Value SpecOf(json::Value object) {
  object.object()->Erase("metadata");
  object.object()->Erase("status");
  return object;
}

void CopyMember(const json::Value& from, absl::string_view name,
                json::Value& to) {
  if (const json::Value* value = from.Find(name)) {
    to[name] = *value;
  } else if (to.object() != nullptr) {
    to.object()->Erase(name);
  }
}

}  // namespace

void FakeApiClient::OnCall(Fault fault) {
  MutexLock lock(mutex_);
  on_call_ = std::move(fault);
}

void FakeApiClient::OnAnswer(Fault fault) {
  MutexLock lock(mutex_);
  on_answer_ = std::move(fault);
}

absl::Status FakeApiClient::Begin(const FakeCall& call, const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  Fault fault;
  {
    MutexLock lock(mutex_);
    ++calls_[call.verb];
    fault = on_call_;
  }
  return fault ? fault(call) : absl::OkStatus();
}

absl::StatusOr<json::Value> FakeApiClient::Answer(const FakeCall& call,
                                                  json::Value object) {
  Fault fault;
  {
    MutexLock lock(mutex_);
    fault = on_answer_;
  }
  if (fault) KAITO_RETURN_IF_ERROR(fault(call));
  return object;
}

void FakeApiClient::Record(const FakeCall& call) {
  if (call.verb.empty()) return;
  writes_.push_back(
      absl::StrCat(call.verb, " ", call.gvr.qualified_resource(), " ",
                   call.key.ns, call.key.ns.empty() ? "" : "/", call.key.name,
                   call.subresource.empty() ? "" : "/", call.subresource));
}

void FakeApiClient::Append(const FakeCall& call, WatchEventType type,
                           json::Value object) {
  history_.push_back({.gvr = call.gvr,
                      .key = call.key,
                      .event = {.type = type, .object = std::move(object)},
                      .version = version_});
  changed_.NotifyAll();
}

json::Value FakeApiClient::Store(const FakeCall& call, json::Value object) {
  Objects& objects = objects_[call.gvr];
  const auto found = objects.find(call.key);
  if (found != objects.end() && found->second == object) return object;
  Record(call);
  object["metadata"]["resourceVersion"] = absl::StrCat(++version_);
  const bool is_new = found == objects.end();
  objects[call.key] = object;
  if (IsDeleting(object) && !HasFinalizers(object)) {
    FakeCall silent = call;
    silent.verb.clear();
    Erase(silent);
  } else {
    Append(call, is_new ? WatchEventType::kAdded : WatchEventType::kModified,
           object);
  }
  return object;
}

void FakeApiClient::Erase(const FakeCall& call) {
  Objects& objects = objects_[call.gvr];
  json::Value last = std::move(objects[call.key]);
  objects.erase(call.key);
  Record(call);
  last["metadata"]["resourceVersion"] = absl::StrCat(++version_);
  const std::string uid = Text(last, {"metadata", "uid"});
  Append(call, WatchEventType::kDeleted, std::move(last));
  EraseDependents(uid);
}

void FakeApiClient::EraseDependents(absl::string_view uid) {
  std::vector<FakeCall> dependents;
  for (const auto& [gvr, objects] : objects_) {
    for (const auto& [key, object] : objects) {
      const json::Value* owners =
          object.FindPath({"metadata", "ownerReferences"});
      if (owners == nullptr || owners->array() == nullptr) continue;
      for (const json::Value& owner : *owners->array()) {
        if (owner.StringAt({"uid"}) != uid) continue;
        dependents.push_back({.gvr = gvr, .key = key});
        break;
      }
    }
  }
  for (const FakeCall& call : dependents) {
    Objects& objects = objects_[call.gvr];
    const auto found = objects.find(call.key);
    if (found == objects.end()) continue;
    if (!HasFinalizers(found->second)) {
      Erase(call);
    } else if (!IsDeleting(found->second)) {
      json::Value object = found->second;
      object["metadata"]["deletionTimestamp"] =
          api::FormatTimestamp(clock_.Now());
      Store(call, std::move(object));
    }
  }
}

absl::StatusOr<json::Value> FakeApiClient::CreateLocked(const FakeCall& call) {
  json::Value object = call.body;
  FakeCall named = call;
  json::Value& metadata = object["metadata"];
  if (named.key.name.empty()) {
    named.key.name =
        absl::StrCat(metadata.StringAt({"generateName"}), "x", last_uid_ + 1);
  }
  if (objects_[call.gvr].contains(named.key)) {
    return api::ToStatus(api::AlreadyExistsStatus(call.gvr, named.key.name));
  }
  metadata["name"] = named.key.name;
  if (!named.key.ns.empty()) metadata["namespace"] = named.key.ns;
  metadata["uid"] = absl::StrCat("uid-", ++last_uid_);
  metadata["creationTimestamp"] = api::FormatTimestamp(clock_.Now());
  metadata["generation"] = 1;
  object.object()->Erase("status");
  return Store(named, std::move(object));
}

absl::StatusOr<json::Value> FakeApiClient::Rewrite(const FakeCall& call,
                                                   json::Value changed) {
  Objects& objects = objects_[call.gvr];
  const auto found = objects.find(call.key);
  if (found == objects.end()) return NotFound(call);
  const json::Value& stored = found->second;
  const std::string asked = Text(changed, {"metadata", "resourceVersion"});
  if (!asked.empty() &&
      asked != stored.StringAt({"metadata", "resourceVersion"})) {
    return api::ToStatus(api::ConflictStatus(call.gvr, call.key.name, ""));
  }
  if (call.subresource == "status") {
    json::Value next = stored;
    CopyMember(changed, "status", next);
    return Store(call, std::move(next));
  }
  CopyMember(stored, "status", changed);
  json::Value& metadata = changed["metadata"];
  const json::Value before = *stored.Find("metadata");
  for (const char* name :
       {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
        "generation", "resourceVersion"}) {
    CopyMember(before, name, metadata);
  }
  if (SpecOf(changed) != SpecOf(stored)) {
    metadata["generation"] =
        before.Find("generation")->integer().value_or(0) + 1;
  }
  return Store(call, std::move(changed));
}

void FakeApiClient::Put(const api::GroupVersionResource& gvr,
                        json::Value object) {
  const FakeCall call{.gvr = gvr, .key = KeyOf(object), .body = object};
  MutexLock lock(mutex_);
  const json::Value* status = object.Find("status");
  json::Value kept = status == nullptr ? json::Value() : *status;
  object["metadata"].object()->Erase("resourceVersion");
  const auto found = objects_[gvr].find(call.key);
  if (found == objects_[gvr].end()) {
    CreateLocked(call).status().IgnoreError();
  } else {
    Rewrite(call, object).status().IgnoreError();
  }
  if (kept.is_null()) return;
  FakeCall status_call = call;
  status_call.subresource = "status";
  Rewrite(status_call, std::move(object)).status().IgnoreError();
}

void FakeApiClient::Remove(const api::GroupVersionResource& gvr,
                           const ObjectKey& key) {
  MutexLock lock(mutex_);
  if (objects_[gvr].contains(key)) Erase({.gvr = gvr, .key = key});
}

std::vector<std::string> FakeApiClient::writes() const {
  MutexLock lock(mutex_);
  return writes_;
}

int64_t FakeApiClient::calls(absl::string_view verb) const {
  MutexLock lock(mutex_);
  const auto found = calls_.find(std::string(verb));
  return found == calls_.end() ? 0 : found->second;
}

absl::StatusOr<json::Value> FakeApiClient::Create(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const json::Value& object, const WriteOptions& options,
    const StopToken& stop) {
  const FakeCall call{
      .verb = "create",
      .gvr = gvr,
      .key = {std::string(ns), Text(object, {"metadata", "name"})},
      .body = object};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  if (options.dry_run) return object;
  absl::StatusOr<json::Value> created;
  {
    MutexLock lock(mutex_);
    created = CreateLocked(call);
  }
  if (!created.ok()) return created;
  return Answer(call, *std::move(created));
}

absl::StatusOr<json::Value> FakeApiClient::Update(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const json::Value& object, const WriteOptions& options,
    const StopToken& stop) {
  const FakeCall call{.verb = "update",
                      .gvr = gvr,
                      .key = key,
                      .subresource = options.subresource,
                      .body = object};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  if (object.StringAt({"metadata", "resourceVersion"}).empty()) {
    return absl::InvalidArgumentError("update: without a resourceVersion");
  }
  if (options.dry_run) return object;
  absl::StatusOr<json::Value> stored;
  {
    MutexLock lock(mutex_);
    stored = Rewrite(call, object);
  }
  if (!stored.ok()) return stored;
  return Answer(call, *std::move(stored));
}

absl::StatusOr<json::Value> FakeApiClient::Patch(
    const api::GroupVersionResource& gvr, const ObjectKey& key, PatchType type,
    const json::Value& patch, const WriteOptions& options,
    const StopToken& stop) {
  const FakeCall call{.verb = type == PatchType::kApply ? "apply" : "patch",
                      .gvr = gvr,
                      .key = key,
                      .subresource = options.subresource,
                      .body = patch};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  const std::string applier =
      absl::StrCat(gvr.qualified_resource(), " ", key.ns, "/", key.name, " ",
                   options.field_manager, " ", options.subresource);
  const auto patched = [&]() -> absl::StatusOr<json::Value> {
    MutexLock lock(mutex_);
    const auto found = objects_[gvr].find(key);
    if (found == objects_[gvr].end()) {
      if (type != PatchType::kApply || !options.subresource.empty()) {
        return NotFound(call);
      }
      if (options.dry_run) return patch;
      applied_[applier] = patch;
      return CreateLocked(call);
    }
    json::Value object = found->second;
    if (type == PatchType::kJson) {
      KAITO_RETURN_IF_ERROR(JsonPatch(patch, object));
    } else {
      if (type == PatchType::kApply) {
        json::Value& before = applied_[applier];
        RemoveDropped(before, patch, object);
        before = patch;
      }
      MergePatch(patch, object);
    }
    if (options.dry_run) return object;
    return Rewrite(call, std::move(object));
  };
  absl::StatusOr<json::Value> result = patched();
  if (!result.ok()) return result;
  return Answer(call, *std::move(result));
}

absl::Status FakeApiClient::Delete(const api::GroupVersionResource& gvr,
                                   const ObjectKey& key,
                                   const DeleteOptions& options,
                                   const StopToken& stop) {
  const FakeCall call{.verb = "delete", .gvr = gvr, .key = key};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  {
    MutexLock lock(mutex_);
    const auto found = objects_[gvr].find(key);
    if (found == objects_[gvr].end()) return NotFound(call);
    json::Value object = found->second;
    const json::Value& metadata = *object.Find("metadata");
    if ((!options.uid.empty() && options.uid != metadata.StringAt({"uid"})) ||
        (!options.resource_version.empty() &&
         options.resource_version != metadata.StringAt({"resourceVersion"}))) {
      return api::ToStatus(
          api::ConflictStatus(gvr, key.name, "a precondition failed"));
    }
    if (!HasFinalizers(object)) {
      Erase(call);
    } else if (!IsDeleting(object)) {
      object["metadata"]["deletionTimestamp"] =
          api::FormatTimestamp(clock_.Now());
      object["metadata"]["generation"] =
          metadata.Find("generation")->integer().value_or(0) + 1;
      Store(call, std::move(object));
    }
  }
  return Answer(call, {}).status();
}

}  // namespace kaito::kube

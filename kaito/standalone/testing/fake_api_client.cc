#include "kaito/standalone/testing/fake_api_client.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/check/check.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::standalone {
namespace {

constexpr absl::Duration kAwaitTimeout = absl::Seconds(30);

// The only plurals that are not the kind, in lower case, with an s.
std::string PluralOf(absl::string_view kind) {
  std::string plural = absl::AsciiStrToLower(kind);
  return kind == "Endpoints" ? plural : plural + "s";
}

// RFC 7386.
void MergePatch(const json::Value& patch, json::Value& target) {
  if (patch.object() == nullptr) {
    target = patch;
    return;
  }
  if (target.object() == nullptr) target = json::Object();
  for (const json::Member& member : *patch.object()) {
    if (member.value.is_null()) {
      (void)target.object()->Erase(member.name);
    } else {
      MergePatch(member.value, target[member.name]);
    }
  }
}

std::string FieldAt(const json::Value& object, absl::string_view path) {
  const json::Value* value = &object;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    value = value == nullptr ? nullptr : value->Find(name);
  }
  return value == nullptr || value->string() == nullptr ? "" : *value->string();
}

// "a=b,c!=d" over what `get` finds.
bool Matches(absl::string_view selector,
             absl::FunctionRef<std::string(absl::string_view)> get) {
  for (const absl::string_view term :
       absl::StrSplit(selector, ',', absl::SkipEmpty())) {
    const size_t equals = term.find('=');
    KAITO_CHECK(equals != absl::string_view::npos && equals > 0);
    const bool negated = term[equals - 1] == '!';
    const absl::string_view key = term.substr(0, equals - (negated ? 1 : 0));
    if ((get(key) == term.substr(equals + 1)) == negated) return false;
  }
  return true;
}

bool Selected(const json::Value& object, absl::string_view ns,
              absl::string_view labels, absl::string_view fields) {
  if (!ns.empty() && object.StringAt({"metadata", "namespace"}) != ns) {
    return false;
  }
  return Matches(
             labels,
             [&object](absl::string_view key) {
               return std::string(object.StringAt({"metadata", "labels", key}));
             }) &&
         Matches(fields, [&object](absl::string_view path) {
           return FieldAt(object, path);
         });
}

bool HasFinalizers(const json::Value& object) {
  const json::Value* list = object.FindPath({"metadata", "finalizers"});
  return list != nullptr && list->array() != nullptr && !list->array()->empty();
}

}  // namespace

json::Value FakeApiClient::Store(const Key& key, json::Value object,
                                 kube::WatchEventType type) {
  ++version_;
  object["metadata"]["resourceVersion"] = absl::StrCat(version_);
  history_.push_back({version_, std::get<0>(key), {type, object}});
  if (type == kube::WatchEventType::kDeleted) {
    objects_.erase(key);
  } else {
    objects_[key] = object;
  }
  changed_.NotifyAll();
  return object;
}

void FakeApiClient::Remove(const Key& key) {
  const auto found = objects_.find(key);
  if (found == objects_.end()) return;
  (void)Store(key, found->second, kube::WatchEventType::kDeleted);
}

void FakeApiClient::Put(const json::Value& object) {
  MutexLock lock(mutex_);
  const Key key = {PluralOf(object.StringAt({"kind"})),
                   std::string(object.StringAt({"metadata", "namespace"})),
                   std::string(object.StringAt({"metadata", "name"}))};
  json::Value copy = object;
  if (copy.StringAt({"metadata", "uid"}).empty()) {
    copy["metadata"]["uid"] = absl::StrCat("uid-", ++last_uid_);
  }
  if (copy.StringAt({"metadata", "creationTimestamp"}).empty()) {
    copy["metadata"]["creationTimestamp"] = api::FormatTimestamp(clock_.Now());
  }
  (void)Store(key, std::move(copy),
              objects_.contains(key) ? kube::WatchEventType::kModified
                                     : kube::WatchEventType::kAdded);
}

json::Value FakeApiClient::At(absl::string_view resource, absl::string_view ns,
                              absl::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = objects_.find(
      {std::string(resource), std::string(ns), std::string(name)});
  return found == objects_.end() ? json::Value() : found->second;
}

std::vector<json::Value> FakeApiClient::All(absl::string_view resource) const {
  MutexLock lock(mutex_);
  std::vector<json::Value> all;
  for (const auto& [key, object] : objects_) {
    if (std::get<0>(key) == resource) all.push_back(object);
  }
  return all;
}

int64_t FakeApiClient::writes() const {
  MutexLock lock(mutex_);
  return version_;
}

bool FakeApiClient::Await(absl::string_view resource, absl::string_view ns,
                          absl::string_view name,
                          absl::FunctionRef<bool(const json::Value&)> holds) {
  const absl::Time deadline = absl::Now() + kAwaitTimeout;
  const Key key = {std::string(resource), std::string(ns), std::string(name)};
  MutexLock lock(mutex_);
  while (true) {
    const auto found = objects_.find(key);
    if (holds(found == objects_.end() ? json::Value() : found->second)) {
      return true;
    }
    if (changed_.WaitForRealTime(mutex_, deadline - absl::Now())) return false;
  }
}

absl::StatusOr<json::Value> FakeApiClient::Get(
    const api::GroupVersionResource& gvr, const kube::ObjectKey& key,
    const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  MutexLock lock(mutex_);
  const auto found = objects_.find({gvr.resource, key.ns, key.name});
  if (found == objects_.end()) {
    return api::ToStatus(api::NotFoundStatus(gvr, key.name));
  }
  return found->second;
}

absl::StatusOr<kube::ObjectList> FakeApiClient::List(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const kube::ListOptions& options, const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  MutexLock lock(mutex_);
  kube::ObjectList list = {.resource_version = absl::StrCat(version_)};
  for (const auto& [key, object] : objects_) {
    if (std::get<0>(key) == gvr.resource &&
        Selected(object, ns, options.label_selector, options.field_selector)) {
      list.items.push_back(object);
    }
  }
  return list;
}

absl::Status FakeApiClient::Watch(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const kube::WatchOptions& options,
    absl::FunctionRef<absl::Status(kube::WatchEvent)> on_event,
    const StopToken& stop) {
  int64_t seen = 0;
  KAITO_CHECK(absl::SimpleAtoi(options.resource_version, &seen));
  const StopCallback wake = stop.OnStop([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  while (true) {
    std::vector<kube::WatchEvent> events;
    {
      MutexLock lock(mutex_);
      while (version_ <= seen && !stop.stopped()) changed_.Wait(mutex_);
      if (stop.stopped()) return stop.status();
      for (const Change& change : history_) {
        if (change.version > seen && change.resource == gvr.resource &&
            Selected(change.event.object, ns, options.label_selector,
                     options.field_selector)) {
          events.push_back(change.event);
        }
      }
      seen = version_;
    }
    for (kube::WatchEvent& event : events) {
      KAITO_RETURN_IF_ERROR(on_event(std::move(event)));
    }
  }
}

absl::StatusOr<json::Value> FakeApiClient::Create(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const json::Value& object, const kube::WriteOptions& options,
    const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  MutexLock lock(mutex_);
  if (options.subresource == "binding") {
    const auto pod =
        objects_.find({gvr.resource, std::string(ns),
                       std::string(object.StringAt({"metadata", "name"}))});
    if (pod == objects_.end()) {
      return api::ToStatus(api::NotFoundStatus(gvr, "pod"));
    }
    json::Value bound = pod->second;
    bound["spec"]["nodeName"] = object.StringAt({"target", "name"});
    return Store(pod->first, std::move(bound), kube::WatchEventType::kModified);
  }
  json::Value copy = object;
  json::Value& metadata = copy["metadata"];
  ++last_uid_;
  if (metadata.StringAt({"name"}).empty()) {
    metadata["name"] =
        absl::StrCat(metadata.StringAt({"generateName"}), last_uid_);
  }
  const Key key = {gvr.resource, std::string(ns),
                   std::string(metadata.StringAt({"name"}))};
  if (objects_.contains(key)) {
    return api::ToStatus(api::AlreadyExistsStatus(gvr, std::get<2>(key)));
  }
  if (!ns.empty()) metadata["namespace"] = ns;
  metadata["uid"] = absl::StrCat("uid-", last_uid_);
  metadata["generation"] = 1;
  metadata["creationTimestamp"] = api::FormatTimestamp(clock_.Now());
  return Store(key, std::move(copy), kube::WatchEventType::kAdded);
}

absl::StatusOr<json::Value> FakeApiClient::Write(
    const api::GroupVersionResource& gvr, const Key& key, json::Value object,
    absl::string_view subresource) {
  const auto found = objects_.find(key);
  if (found == objects_.end()) {
    return api::ToStatus(api::NotFoundStatus(gvr, std::get<2>(key)));
  }
  const json::Value& old = found->second;
  const absl::string_view uid = object.StringAt({"metadata", "uid"});
  const absl::string_view version =
      object.StringAt({"metadata", "resourceVersion"});
  if ((!uid.empty() && uid != old.StringAt({"metadata", "uid"})) ||
      (!version.empty() &&
       version != old.StringAt({"metadata", "resourceVersion"}))) {
    return api::ToStatus(api::ConflictStatus(gvr, std::get<2>(key), ""));
  }
  json::Value merged = subresource == "status" ? old : std::move(object);
  if (subresource == "status") {
    const json::Value* status = object.Find("status");
    merged["status"] = status == nullptr ? json::Value() : *status;
  } else {
    const json::Value* status = old.Find("status");
    if (status != nullptr) {
      merged["status"] = *status;
    } else {
      (void)merged.object()->Erase("status");
    }
    for (const absl::string_view name :
         {"uid", "creationTimestamp", "deletionTimestamp", "generation"}) {
      const json::Value* value = old.FindPath({"metadata", name});
      if (value != nullptr) merged["metadata"][name] = *value;
    }
    const json::Value* before = old.Find("spec");
    const json::Value* after = merged.Find("spec");
    if ((before == nullptr) != (after == nullptr) ||
        (before != nullptr && *before != *after)) {
      const json::Value* generation = old.FindPath({"metadata", "generation"});
      merged["metadata"]["generation"] =
          (generation == nullptr ? 0 : generation->integer().value_or(0)) + 1;
    }
  }
  merged["metadata"]["resourceVersion"] =
      old.StringAt({"metadata", "resourceVersion"});
  if (merged == old) return merged;  // Nothing changed: no new version.
  if (!merged.StringAt({"metadata", "deletionTimestamp"}).empty() &&
      gvr.resource != "pods" && !HasFinalizers(merged)) {
    return Store(key, std::move(merged), kube::WatchEventType::kDeleted);
  }
  return Store(key, std::move(merged), kube::WatchEventType::kModified);
}

absl::StatusOr<json::Value> FakeApiClient::Update(
    const api::GroupVersionResource& gvr, const kube::ObjectKey& key,
    const json::Value& object, const kube::WriteOptions& options,
    const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  MutexLock lock(mutex_);
  return Write(gvr, {gvr.resource, key.ns, key.name}, object,
               options.subresource);
}

absl::StatusOr<json::Value> FakeApiClient::Patch(
    const api::GroupVersionResource& gvr, const kube::ObjectKey& key,
    kube::PatchType type, const json::Value& patch,
    const kube::WriteOptions& options, const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  if (type != kube::PatchType::kMerge) {
    return absl::UnimplementedError("fake API client: merge patches only");
  }
  MutexLock lock(mutex_);
  const Key full = {gvr.resource, key.ns, key.name};
  const auto found = objects_.find(full);
  if (found == objects_.end()) {
    return api::ToStatus(api::NotFoundStatus(gvr, key.name));
  }
  json::Value merged = found->second;
  MergePatch(patch, merged);
  return Write(gvr, full, std::move(merged), options.subresource);
}

absl::Status FakeApiClient::Delete(const api::GroupVersionResource& gvr,
                                   const kube::ObjectKey& key,
                                   const kube::DeleteOptions& options,
                                   const StopToken& stop) {
  if (stop.stopped()) return stop.status();
  MutexLock lock(mutex_);
  const Key full = {gvr.resource, key.ns, key.name};
  const auto found = objects_.find(full);
  if (found == objects_.end()) {
    return api::ToStatus(api::NotFoundStatus(gvr, key.name));
  }
  json::Value object = found->second;
  if (!options.uid.empty() &&
      options.uid != object.StringAt({"metadata", "uid"})) {
    return api::ToStatus(api::ConflictStatus(gvr, key.name, ""));
  }
  int64_t grace = 0;
  if (gvr.resource == "pods" &&
      !object.StringAt({"spec", "nodeName"}).empty()) {
    const json::Value* own =
        object.FindPath({"spec", "terminationGracePeriodSeconds"});
    grace = options.grace_period_seconds.value_or(
        own == nullptr ? 30 : own->integer().value_or(30));
  }
  if (grace == 0 && !HasFinalizers(object)) {
    Remove(full);
    return absl::OkStatus();
  }
  object["metadata"]["deletionTimestamp"] =
      api::FormatTimestamp(clock_.Now() + absl::Seconds(grace));
  object["metadata"]["deletionGracePeriodSeconds"] = grace;
  (void)Store(full, std::move(object), kube::WatchEventType::kModified);
  return absl::OkStatus();
}

absl::StatusOr<std::string> FakeApiClient::Log(const kube::ObjectKey&,
                                               const kube::LogOptions&,
                                               const StopToken&) {
  return absl::UnimplementedError("fake API client: has no logs");
}

}  // namespace kaito::standalone

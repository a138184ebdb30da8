// The reading half of FakeApiClient: lists, watches, selectors.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"

namespace kaito::kube {
namespace {

// "a=b,a==b,a!=b,a": no more is needed here.
bool MatchesLabels(const json::Value& object, absl::string_view selector) {
  const json::Value* labels = object.FindPath({"metadata", "labels"});
  for (const absl::string_view term :
       absl::StrSplit(selector, ',', absl::SkipEmpty())) {
    const size_t at = term.find_first_of("!=");
    const absl::string_view key = term.substr(0, at);
    const json::Value* value = labels == nullptr ? nullptr : labels->Find(key);
    if (at == absl::string_view::npos) {
      if (value == nullptr) return false;
      continue;
    }
    const size_t wanted = term.find_first_not_of("!=", at);
    const bool equal =
        value != nullptr && value->string() != nullptr &&
        *value->string() ==
            (wanted == absl::string_view::npos ? "" : term.substr(wanted));
    if (equal == (term[at] == '!')) return false;
  }
  return true;
}

// "metadata.name=x,spec.nodeName=y".
bool MatchesFields(const json::Value& object, absl::string_view selector) {
  for (const absl::string_view term :
       absl::StrSplit(selector, ',', absl::SkipEmpty())) {
    const std::vector<absl::string_view> sides =
        absl::StrSplit(term, absl::MaxSplits('=', 1));
    const json::Value* value = &object;
    for (const absl::string_view name : absl::StrSplit(sides[0], '.')) {
      value = value == nullptr ? nullptr : value->Find(name);
    }
    // A field that is not there is empty.
    const std::string* text = value == nullptr ? nullptr : value->string();
    if (sides.size() < 2 || (text == nullptr ? "" : *text) !=
                                std::string(absl::StripPrefix(sides[1], "="))) {
      return false;
    }
  }
  return true;
}

bool Selected(const ObjectKey& key, const json::Value& object,
              absl::string_view ns, absl::string_view labels,
              absl::string_view fields) {
  return (ns.empty() || key.ns == ns) && MatchesLabels(object, labels) &&
         MatchesFields(object, fields);
}

}  // namespace

json::Value FakeApiClient::Read(const api::GroupVersionResource& gvr,
                                const ObjectKey& key) const {
  MutexLock lock(mutex_);
  const auto objects = objects_.find(gvr);
  if (objects == objects_.end()) return {};
  const auto found = objects->second.find(key);
  return found == objects->second.end() ? json::Value() : found->second;
}

std::vector<json::Value> FakeApiClient::ReadAll(
    const api::GroupVersionResource& gvr) const {
  MutexLock lock(mutex_);
  std::vector<json::Value> all;
  const auto objects = objects_.find(gvr);
  if (objects == objects_.end()) return all;
  for (const auto& [key, object] : objects->second) all.push_back(object);
  return all;
}

void FakeApiClient::SetLog(const ObjectKey& pod, absl::string_view text) {
  MutexLock lock(mutex_);
  logs_[pod] = std::string(text);
}

absl::StatusOr<json::Value> FakeApiClient::Get(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const StopToken& stop) {
  const FakeCall call{.verb = "get", .gvr = gvr, .key = key};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  json::Value object = Read(gvr, key);
  if (object.is_null())
    return api::ToStatus(api::NotFoundStatus(gvr, key.name));
  return object;
}

absl::StatusOr<std::string> FakeApiClient::Log(const ObjectKey& pod,
                                               const LogOptions&,
                                               const StopToken& stop) {
  const FakeCall call{.verb = "log", .gvr = {"", "v1", "pods"}, .key = pod};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  MutexLock lock(mutex_);
  const auto found = logs_.find(pod);
  if (found == logs_.end())
    return api::ToStatus(api::NotFoundStatus(call.gvr, pod.name));
  return found->second;
}

absl::StatusOr<ObjectList> FakeApiClient::List(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const ListOptions& options, const StopToken& stop) {
  FakeCall call{.verb = "list", .gvr = gvr, .key = {std::string(ns), ""}};
  // For faults: what page, of which version.
  call.body = json::Object{{"resourceVersion", options.resource_version},
                           {"continue", options.continue_token},
                           {"limit", options.limit}};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  MutexLock lock(mutex_);
  // The token of a page is "version:how many came before".
  const std::vector<std::string> token =
      absl::StrSplit(options.continue_token, ':');
  int64_t skip = 0;
  ObjectList list{.resource_version = absl::StrCat(version_)};
  if (token.size() == 2) {
    int64_t of = 0;
    if (!absl::SimpleAtoi(token[0], &of) ||
        !absl::SimpleAtoi(token[1], &skip)) {
      return absl::InvalidArgumentError("invalid continue token");
    }
    if (of < compacted_) return api::ToStatus(api::ExpiredStatus(""));
    list.resource_version = token[0];
  }
  int64_t place = 0;
  for (const auto& [key, object] : objects_[gvr]) {
    if (!Selected(key, object, ns, options.label_selector,
                  options.field_selector)) {
      continue;
    }
    if (place++ < skip) continue;
    if (options.limit > 0 &&
        static_cast<int64_t>(list.items.size()) == options.limit) {
      list.continue_token =
          absl::StrCat(list.resource_version, ":", skip + options.limit);
      break;
    }
    list.items.push_back(object);
  }
  return list;
}

absl::Status FakeApiClient::Watch(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const WatchOptions& options,
    absl::FunctionRef<absl::Status(WatchEvent)> on_event,
    const StopToken& stop) {
  FakeCall call{.verb = "watch", .gvr = gvr, .key = {std::string(ns), ""}};
  call.body = json::Object{{"resourceVersion", options.resource_version}};
  KAITO_RETURN_IF_ERROR(Begin(call, stop));
  int64_t from = 0;
  if (!absl::SimpleAtoi(options.resource_version, &from)) from = 0;

  const StopCallback wake = stop.OnStop([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  if (from < compacted_) {
    return api::ToStatus(
        api::ExpiredStatus(absl::StrCat("too old resource version: ", from)));
  }
  const int64_t round = watch_round_;
  const int64_t id = ++last_watch_;
  while (true) {
    const auto next = std::upper_bound(
        history_.begin(), history_.end(), from,
        [](int64_t version, const Change& c) { return version < c.version; });
    if (next != history_.end()) {
      from = next->version;
      if (next->event.type != WatchEventType::kBookmark &&
          (next->gvr != gvr ||
           !Selected(next->key, next->event.object, ns, options.label_selector,
                     options.field_selector))) {
        continue;
      }
      WatchEvent event = next->event;
      mutex_.Unlock();
      const absl::Status status = on_event(std::move(event));
      mutex_.Lock();
      if (!status.ok()) return status;
      continue;
    }
    if (stop.stopped()) return stop.status();
    if (watch_round_ != round) return watch_end_;
    idle_watches_[id] = version_;
    changed_.NotifyAll();
    changed_.Wait(mutex_);
    idle_watches_.erase(id);
  }
}

void FakeApiClient::EndWatches(absl::Status how) {
  MutexLock lock(mutex_);
  ++watch_round_;
  watch_end_ = std::move(how);
  changed_.NotifyAll();
}

void FakeApiClient::SendBookmarks() {
  MutexLock lock(mutex_);
  json::Value object;
  object["metadata"]["resourceVersion"] = absl::StrCat(++version_);
  Append({}, WatchEventType::kBookmark, std::move(object));
}

void FakeApiClient::Compact() {
  MutexLock lock(mutex_);
  compacted_ = ++version_;
  history_.clear();
}

void FakeApiClient::AwaitWatches(int64_t count) {
  MutexLock lock(mutex_);
  while (true) {
    const int64_t last = history_.empty() ? 0 : history_.back().version;
    int64_t caught_up = 0;
    for (const auto& [id, version] : idle_watches_) {
      if (version >= last) ++caught_up;
    }
    if (caught_up >= count) return;
    changed_.Wait(mutex_);
  }
}

}  // namespace kaito::kube

#include "kaito/standalone/apiserver/object/managed_fields.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/object/field_set.h"
#include "kaito/standalone/apiserver/object/owned_fields.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

constexpr absl::string_view kApply = "Apply";
constexpr absl::string_view kUpdate = "Update";
// As real servers bound it: more managers that only update are merged.
constexpr int kMaxUpdaters = 10;
constexpr absl::string_view kAncient = "ancient-changes";

struct Entry {
  std::string manager;
  std::string operation;
  std::string api_version;
  std::string subresource;
  std::string time;
  FieldSet fields;

  bool IsOf(const Writer& writer, absl::string_view op) const {
    return manager == writer.manager && operation == op &&
           api_version == writer.api_version &&
           subresource == writer.subresource;
  }
};

using Entries = std::vector<Entry>;

absl::StatusOr<Entries> Read(const json::Value& object) {
  Entries entries;
  const json::Value* list = object.FindPath({"metadata", "managedFields"});
  if (list == nullptr || !list->is_array()) return entries;
  for (const json::Value& item : *list->array()) {
    Entry entry = {.manager = std::string(item.StringAt({"manager"})),
                   .operation = std::string(item.StringAt({"operation"})),
                   .api_version = std::string(item.StringAt({"apiVersion"})),
                   .subresource = std::string(item.StringAt({"subresource"})),
                   .time = std::string(item.StringAt({"time"}))};
    const json::Value* fields = item.Find("fieldsV1");
    if (fields == nullptr) continue;
    KAITO_ASSIGN_OR_RETURN(entry.fields, FromFieldsV1(*fields));
    entries.push_back(std::move(entry));
  }
  return entries;
}

void Write(const Entries& entries, json::Value& object) {
  json::Array list;
  for (const Entry& entry : entries) {
    if (entry.fields.empty()) continue;
    json::Value item = json::Object{{"manager", entry.manager},
                                    {"operation", entry.operation},
                                    {"apiVersion", entry.api_version},
                                    {"time", entry.time},
                                    {"fieldsType", "FieldsV1"},
                                    {"fieldsV1", ToFieldsV1(entry.fields)}};
    if (!entry.subresource.empty()) item["subresource"] = entry.subresource;
    list.push_back(std::move(item));
  }
  if (list.empty()) {
    object["metadata"].object()->Erase("managedFields");
  } else {
    object["metadata"]["managedFields"] = std::move(list);
  }
}

// What nobody owns: identity, and what is the server's.
void StripUnowned(FieldSet& set, bool has_status, const Writer& writer) {
  if (has_status && writer.subresource == "status") {
    FieldSet only;
    if (const FieldSet* status = set.Find("f:status")) {
      only.below["f:status"] = *status;
    }
    set = std::move(only);
    return;
  }
  if (has_status) set.below.erase("f:status");
  set.below.erase("f:apiVersion");
  set.below.erase("f:kind");
  const auto metadata = set.below.find("f:metadata");
  if (metadata == set.below.end()) return;
  metadata->second.member = false;
  for (const char* name :
       {"f:name", "f:namespace", "f:uid", "f:creationTimestamp", "f:generation",
        "f:resourceVersion", "f:selfLink", "f:managedFields",
        "f:deletionTimestamp", "f:deletionGracePeriodSeconds", "f:generateName",
        "f:clusterName"}) {
    metadata->second.below.erase(name);
  }
  if (metadata->second.empty()) set.below.erase(metadata);
}

Entry* FindEntry(Entries& entries, const Writer& writer,
                 absl::string_view operation) {
  for (Entry& entry : entries) {
    if (entry.IsOf(writer, operation)) return &entry;
  }
  return nullptr;
}

Entry& EntryOf(Entries& entries, const Writer& writer,
               absl::string_view operation) {
  if (Entry* entry = FindEntry(entries, writer, operation)) return *entry;
  return entries.emplace_back(Entry{.manager = writer.manager,
                                    .operation = std::string(operation),
                                    .api_version = writer.api_version,
                                    .subresource = writer.subresource});
}

// Leaves in `set` what `all` has not.
void KeepGone(const FieldSet& all, FieldSet& set) {
  set.member = set.member && all.empty();
  for (auto it = set.below.begin(); it != set.below.end();) {
    const FieldSet* twin = all.Find(it->first);
    if (twin != nullptr) {
      KeepGone(*twin, it->second);
      if (it->second.empty()) {
        it = set.below.erase(it);
        continue;
      }
    }
    ++it;
  }
}

// Fields that are no more belong to nobody. An owned object stays owned while
// anything is in it.
void DropGone(const Schema& schema, const json::Value& object,
              Entries& entries) {
  const FieldSet all = FieldsOf(schema, object);
  for (Entry& entry : entries) {
    FieldSet gone = entry.fields;
    KeepGone(all, gone);
    entry.fields.Remove(gone);
  }
}

void MergeOldest(Entries& entries, const Writer& writer) {
  while (true) {
    std::vector<size_t> updaters;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].operation == kUpdate && entries[i].subresource.empty()) {
        updaters.push_back(i);
      }
    }
    if (static_cast<int>(updaters.size()) <= kMaxUpdaters) return;
    std::sort(updaters.begin(), updaters.end(), [&](size_t a, size_t b) {
      return entries[a].time < entries[b].time;
    });
    Entry oldest = std::move(entries[updaters[0]]);
    Entry& second = entries[updaters[1]];
    second.manager = std::string(kAncient);
    second.api_version = writer.api_version;
    second.fields.Add(oldest.fields);
    entries.erase(entries.begin() + static_cast<int64_t>(updaters[0]));
  }
}

std::string HowOf(const Entry& entry) {
  std::string how;
  if (!entry.subresource.empty()) {
    how = absl::StrCat(" with subresource \"", entry.subresource, "\"");
  }
  if (entry.operation == kUpdate) {
    absl::StrAppend(&how, " using ", entry.api_version);
  }
  return how;
}

}  // namespace

void TrackUpdate(const Schema& schema, bool has_status, const Writer& writer,
                 const json::Value* before, json::Value& after) {
  absl::StatusOr<Entries> read = Read(after);
  Entries entries;
  if (read.ok() && (before == nullptr || !read->empty())) {
    entries = *std::move(read);
  } else if (before != nullptr) {
    // A client that leaves them out means no change of them.
    absl::StatusOr<Entries> old = Read(*before);
    if (old.ok()) entries = *std::move(old);
  }
  if (before == nullptr) entries.clear();
  FieldSet changed = before != nullptr ? ChangedFields(schema, *before, after)
                                       : FieldsOf(schema, after);
  StripUnowned(changed, has_status, writer);
  if (!changed.empty()) {
    Entry& own = EntryOf(entries, writer, kUpdate);
    for (Entry& entry : entries) {
      if (&entry != &own) entry.fields.Remove(changed);
    }
    own.fields.Add(changed);
    own.time = api::FormatTimestamp(writer.now);
  }
  if (before != nullptr) DropGone(schema, after, entries);
  MergeOldest(entries, writer);
  Write(entries, after);
}

absl::StatusOr<Applied> ApplyObject(const Schema& schema, bool has_status,
                                    const Writer& writer, bool force,
                                    const json::Value* live,
                                    const json::Value& applied) {
  json::Value intent = applied;
  json::Value* metadata = intent.Find("metadata");
  if (metadata == nullptr || !metadata->is_object()) {
    return absl::InvalidArgumentError("apply: metadata is no object");
  }
  if (live != nullptr) {
    // The server's own; resourceVersion was compared.
    metadata->object()->Erase("resourceVersion");
    metadata->object()->Erase("uid");
    metadata->object()->Erase("creationTimestamp");
  }
  Entries entries;
  if (live != nullptr) {
    KAITO_ASSIGN_OR_RETURN(entries, Read(*live));
  }
  FieldSet wanted = FieldsOf(schema, intent);
  StripUnowned(wanted, has_status, writer);
  Applied result;
  result.object =
      live != nullptr ? MergeApplied(schema, *live, intent) : intent;

  FieldSet others;
  for (const Entry& entry : entries) {
    if (!entry.IsOf(writer, kApply)) others.Add(entry.fields);
  }
  if (const Entry* own = FindEntry(entries, writer, kApply)) {
    FieldSet given_up = own->fields;
    given_up.Remove(wanted);
    FieldSet kept = others;
    kept.Add(wanted);
    TakeOut(schema, given_up, kept, result.object);
  }
  const json::Value nothing = json::Object();
  FieldSet changed =
      ChangedFields(schema, live != nullptr ? *live : nothing, result.object);
  for (Entry& entry : entries) {
    if (entry.IsOf(writer, kApply)) continue;
    const FieldSet contested = entry.fields.Common(changed).Common(wanted);
    if (contested.empty()) continue;
    if (force) {
      entry.fields.Remove(contested);
      continue;
    }
    for (const std::string& path : PathsOf(contested)) {
      result.conflicts.push_back({entry.manager, HowOf(entry), path});
    }
  }
  Entry& own = EntryOf(entries, writer, kApply);
  if (own.fields != wanted || own.time.empty() || !changed.empty()) {
    own.time = api::FormatTimestamp(writer.now);
  }
  own.fields = std::move(wanted);
  DropGone(schema, result.object, entries);
  Write(entries, result.object);
  return result;
}

}  // namespace kaito::apiserver

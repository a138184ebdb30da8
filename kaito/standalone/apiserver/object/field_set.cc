#include "kaito/standalone/apiserver/object/field_set.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::apiserver {
namespace {

// "name" of "f:name"; "[port=80]" of "k:{"port":80}".
std::string StepText(absl::string_view step) {
  if (absl::ConsumePrefix(&step, "f:")) return absl::StrCat(".", step);
  if (absl::ConsumePrefix(&step, "k:")) {
    const absl::StatusOr<json::Value> keys = json::Parse(step);
    if (keys.ok() && keys->is_object()) {
      std::string text;
      for (const json::Member& key : *keys->object()) {
        absl::StrAppend(&text, text.empty() ? "[" : ",", key.name, "=",
                        json::Write(key.value));
      }
      return text + "]";
    }
  }
  absl::ConsumePrefix(&step, "v:");
  return absl::StrCat("[=", step, "]");
}

void AddPaths(const FieldSet& set, const std::string& path,
              std::vector<std::string>& paths) {
  if (set.member) paths.push_back(path);
  for (const auto& [step, child] : set.below) {
    AddPaths(child, absl::StrCat(path, StepText(step)), paths);
  }
}

absl::StatusOr<FieldSet> Read(const json::Value& fields, bool root) {
  const json::Object* members = fields.object();
  if (members == nullptr) {
    return absl::InvalidArgumentError("fieldsV1: want objects all the way");
  }
  FieldSet set;
  // An empty object marks the place itself.
  set.member = !root && members->empty();
  for (const json::Member& member : *members) {
    if (member.name == ".") {
      set.member = true;
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(set.below[member.name], Read(member.value, false));
  }
  return set;
}

}  // namespace

const FieldSet* FieldSet::Find(const std::string& step) const {
  const auto it = below.find(step);
  return it != below.end() ? &it->second : nullptr;
}

void FieldSet::Add(const FieldSet& other) {
  member |= other.member;
  for (const auto& [step, child] : other.below) below[step].Add(child);
}

void FieldSet::Remove(const FieldSet& other) {
  member &= !other.member;
  for (const auto& [step, child] : other.below) {
    const auto it = below.find(step);
    if (it == below.end()) continue;
    it->second.Remove(child);
    if (it->second.empty()) below.erase(it);
  }
}

FieldSet FieldSet::Common(const FieldSet& other) const {
  FieldSet common;
  common.member = member && other.member;
  for (const auto& [step, child] : below) {
    const FieldSet* twin = other.Find(step);
    if (twin == nullptr) continue;
    FieldSet shared = child.Common(*twin);
    if (!shared.empty()) common.below[step] = std::move(shared);
  }
  return common;
}

json::Value ToFieldsV1(const FieldSet& set) {
  json::Value out = json::Object();
  if (set.member && !set.below.empty()) out["."] = json::Object();
  for (const auto& [step, child] : set.below) out[step] = ToFieldsV1(child);
  return out;
}

absl::StatusOr<FieldSet> FromFieldsV1(const json::Value& fields) {
  return Read(fields, /*root=*/true);
}

std::vector<std::string> PathsOf(const FieldSet& set) {
  std::vector<std::string> paths;
  AddPaths(set, "", paths);
  return paths;
}

}  // namespace kaito::apiserver

#include "kaito/kube/cache/object_index.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/json/reader.h"
#include "kaito/kube/cache/object_summary.h"

namespace kaito::kube {
namespace {

absl::Status AddStringAt(const json::Cursor& value,
                         const std::vector<std::string>& path, size_t depth,
                         std::vector<std::string>* values) {
  if (depth == path.size()) {
    std::string text;
    if (absl::Status status = value.ReadString(&text); !status.ok()) {
      return status;
    }
    if (!text.empty()) values->push_back(std::move(text));
    return absl::OkStatus();
  }
  return value.ForEachField(
      [&](absl::string_view name, const json::Cursor& field) {
        return name == path[depth] ? AddStringAt(field, path, depth + 1, values)
                                   : absl::OkStatus();
      });
}

}  // namespace

IndexFunction IndexByLabel(absl::string_view label) {
  return IndexByField({"metadata", "labels", std::string(label)});
}

IndexFunction IndexByField(std::vector<std::string> path) {
  return
      [path = std::move(path)](const json::Cursor& object, const ObjectSummary&,
                               std::vector<std::string>* values) {
        return AddStringAt(object, path, 0, values);
      };
}

IndexFunction IndexByController() {
  return [](const json::Cursor&, const ObjectSummary& summary,
            std::vector<std::string>* values) {
    if (const api::OwnerReference* owner = summary.controller()) {
      values->push_back(owner->uid);
    }
    return absl::OkStatus();
  };
}

IndexFunction IndexByOwner() {
  return [](const json::Cursor&, const ObjectSummary& summary,
            std::vector<std::string>* values) {
    for (const api::OwnerReference& owner : summary.owners) {
      values->push_back(owner.uid);
    }
    return absl::OkStatus();
  };
}

}  // namespace kaito::kube

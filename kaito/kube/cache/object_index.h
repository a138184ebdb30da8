#ifndef KAITO_KUBE_CACHE_OBJECT_INDEX_H_
#define KAITO_KUBE_CACHE_OBJECT_INDEX_H_

// Indexes of a cache: a name, and what values an object has under it. They look
// at the JSON as it comes in, so that what is indexed need not be kept.
//
//   {.indexes = {{"node", IndexByField({"spec", "nodeName"})},
//                {"workspace", IndexByLabel("kaito.sh/workspace")},
//                {"owner", IndexByController()}}}
//
//   cache.ByIndex("node", "worker-1")

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/kube/cache/object_summary.h"

namespace kaito::kube {

// Adds the object's values, any number of them. An error keeps the object out
// of the cache.
using IndexFunction = std::function<absl::Status(
    const json::Cursor& object, const ObjectSummary& summary,
    std::vector<std::string>* values)>;

struct ObjectIndex {
  std::string name;
  IndexFunction values;
};

// The label's value, where the object has the label.
IndexFunction IndexByLabel(absl::string_view label);
// The string at a path, where it is there and not empty.
IndexFunction IndexByField(std::vector<std::string> path);
// The uid of the controller; of every owner.
IndexFunction IndexByController();
IndexFunction IndexByOwner();

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CACHE_OBJECT_INDEX_H_

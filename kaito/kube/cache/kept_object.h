#ifndef KAITO_KUBE_CACHE_KEPT_OBJECT_H_
#define KAITO_KUBE_CACHE_KEPT_OBJECT_H_

// KeptObject: as much of an object as its readers look at, as one line of JSON.
// For caches of thousands of objects whose readers want them as JSON now and
// then: the text of a pod takes a fiftieth of what its json::Value takes, and
// some ten microseconds to parse.
//
//   Cache<KeptObject> jobs(clock, client, options, KeepAll());
//   Cache<KeptObject> pods(clock, client, options,
//                          KeepFields({"metadata.labels", "status.phase"}));
//   KAITO_ASSIGN_OR_RETURN(
//       const json::Value pod,
//       ParseKept(*pods.core().store().Get(key), api::Pod::kKind));
//
// Not for what is written back: a kept object lacks fields.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/object_store.h"

namespace kaito::kube {

struct KeptObject {
  // Without apiVersion, kind and resourceVersion: the cache knows them. So the
  // texts of two versions are equal where nothing has changed that is kept.
  std::string json;
};

// The object, with apiVersion, kind and resourceVersion; `object` is of a
// Cache<KeptObject>.
absl::StatusOr<json::Value> ParseKept(const CachedObject& object,
                                      const api::KindInfo& kind);

// Whether something has changed that is kept; true for what is new or gone.
bool KeptChanged(const ObjectChange& change);

// All but who manages which field, and the copy of itself that `kubectl apply`
// leaves in an annotation.
Cache<KeptObject>::Reader KeepAll();

// The fields at these paths ("status.conditions.type"), each with all that is
// below it; arrays are looked through. Of metadata always name, namespace, uid
// and deletionTimestamp.
Cache<KeptObject>::Reader KeepFields(const std::vector<std::string>& paths);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CACHE_KEPT_OBJECT_H_

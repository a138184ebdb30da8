#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_REGISTRY_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_REGISTRY_H_

// The kinds that the server knows at a moment. Requests work with one immutable
// Catalog from begin to end; Registry replaces it when custom kinds come and
// go.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

class Catalog {
 public:
  explicit Catalog(std::vector<ResourcePtr> resources);

  // In the order of groups (core first), versions as they are preferred, and
  // plurals.
  const std::vector<ResourcePtr>& resources() const { return resources_; }
  // Null where there is none.
  ResourcePtr Find(absl::string_view group, absl::string_view version,
                   absl::string_view plural) const;
  ResourcePtr FindStored(absl::string_view storage_resource) const;
  bool HasGroupVersion(absl::string_view group,
                       absl::string_view version) const;
  // Grows with each catalogue: for ETags.
  int64_t number() const { return number_; }

 private:
  std::vector<ResourcePtr> resources_;
  std::map<std::tuple<std::string, std::string, std::string>, ResourcePtr>
      by_name_;
  std::map<std::string, ResourcePtr> by_storage_;
  int64_t number_;
};

using CatalogPtr = std::shared_ptr<const Catalog>;

class Registry {
 public:
  // Hooks by the name of the definition: "workspaces.kaito.sh".
  Registry(std::vector<ResourcePtr> builtin,
           std::map<std::string, ResourceHooks> hooks);

  CatalogPtr catalog() const KAITO_EXCLUDES(mutex_);

  // Replaces the custom kinds by those of these CustomResourceDefinitions.
  // Those that can't be served are left out, and the status names the first.
  absl::Status SetCustom(const std::vector<json::Value>& definitions)
      KAITO_EXCLUDES(mutex_);

 private:
  const std::vector<ResourcePtr> builtin_;
  const std::map<std::string, ResourceHooks> hooks_;
  mutable Mutex mutex_;
  CatalogPtr catalog_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_REGISTRY_H_

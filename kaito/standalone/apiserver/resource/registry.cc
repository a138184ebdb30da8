#include "kaito/standalone/apiserver/resource/registry.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/standalone/apiserver/resource/custom_resources.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

Catalog::Catalog(std::vector<ResourcePtr> resources)
    : resources_(std::move(resources)) {
  static std::atomic<int64_t> made = 0;
  number_ = ++made;
  for (const ResourcePtr& resource : resources_) {
    by_name_[{resource->group, resource->version, resource->plural}] = resource;
    // The version that is stored describes what is stored.
    if (resource->answer == nullptr &&
        (resource->storage_api_version.empty() ||
         !by_storage_.contains(resource->storage_resource))) {
      by_storage_[resource->storage_resource] = resource;
    }
  }
}

ResourcePtr Catalog::Find(absl::string_view group, absl::string_view version,
                          absl::string_view plural) const {
  const auto it = by_name_.find(
      {std::string(group), std::string(version), std::string(plural)});
  return it != by_name_.end() ? it->second : nullptr;
}

ResourcePtr Catalog::FindStored(absl::string_view storage_resource) const {
  const auto it = by_storage_.find(std::string(storage_resource));
  return it != by_storage_.end() ? it->second : nullptr;
}

bool Catalog::HasGroupVersion(absl::string_view group,
                              absl::string_view version) const {
  for (const ResourcePtr& resource : resources_) {
    if (resource->group == group && resource->version == version) return true;
  }
  return false;
}

Registry::Registry(std::vector<ResourcePtr> builtin,
                   std::map<std::string, ResourceHooks> hooks)
    : builtin_(std::move(builtin)),
      hooks_(std::move(hooks)),
      catalog_(std::make_shared<const Catalog>(builtin_)) {}

CatalogPtr Registry::catalog() const {
  MutexLock lock(mutex_);
  return catalog_;
}

absl::Status Registry::SetCustom(const std::vector<json::Value>& definitions) {
  std::vector<ResourcePtr> resources = builtin_;
  absl::Status first;
  for (const json::Value& definition : definitions) {
    const auto hooks =
        hooks_.find(std::string(definition.StringAt({"metadata", "name"})));
    absl::StatusOr<std::vector<ResourcePtr>> custom = CustomResources(
        definition, hooks != hooks_.end() ? hooks->second : ResourceHooks());
    if (!custom.ok()) {
      if (first.ok()) first = custom.status();
      continue;
    }
    resources.insert(resources.end(), custom->begin(), custom->end());
  }
  auto catalog = std::make_shared<const Catalog>(std::move(resources));
  MutexLock lock(mutex_);
  catalog_ = std::move(catalog);
  return first;
}

}  // namespace kaito::apiserver

#include "kaito/runtime/serve/http/model_catalog.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/check/check.h"
#include "kaito/base/sync/mutex.h"

namespace kaito::runtime::serve {
namespace {

absl::Status Unknown(absl::string_view name) {
  return absl::NotFoundError(
      absl::StrCat("model: the model `", name, "` does not exist"));
}

}  // namespace

ModelCatalog::ModelCatalog(std::vector<std::string> base_names)
    : base_names_(std::move(base_names)) {
  KAITO_CHECK(!base_names_.empty());
  default_ = base_names_[0];
}

bool ModelCatalog::IsBase(absl::string_view name) const {
  return std::find(base_names_.begin(), base_names_.end(), name) !=
         base_names_.end();
}

absl::Status ModelCatalog::Add(absl::string_view name, ServedAdapter adapter) {
  MutexLock lock(mutex_);
  if (IsBase(name) ||
      !adapters_.try_emplace(std::string(name), std::move(adapter)).second) {
    return absl::AlreadyExistsError(absl::StrCat("lora_name: a model `", name,
                                                 "` has already been loaded"));
  }
  return absl::OkStatus();
}

absl::Status ModelCatalog::Remove(absl::string_view name) {
  MutexLock lock(mutex_);
  if (adapters_.erase(std::string(name)) == 0) {
    return absl::NotFoundError(
        absl::StrCat("lora_name: no adapter `", name, "` is loaded"));
  }
  if (default_ == name) default_ = base_names_[0];
  return absl::OkStatus();
}

absl::Status ModelCatalog::SetDefault(absl::string_view name) {
  MutexLock lock(mutex_);
  if (!IsBase(name) && !adapters_.contains(std::string(name))) {
    return Unknown(name);
  }
  default_ = std::string(name);
  return absl::OkStatus();
}

absl::StatusOr<ChosenModel> ModelCatalog::Find(absl::string_view name) const {
  MutexLock lock(mutex_);
  const std::string wanted = name.empty() ? default_ : std::string(name);
  if (IsBase(wanted)) return ChosenModel{.name = wanted, .adapter = nullptr};
  const auto found = adapters_.find(wanted);
  if (found == adapters_.end()) return Unknown(wanted);
  return ChosenModel{.name = wanted, .adapter = found->second.adapter};
}

std::map<std::string, ServedAdapter> ModelCatalog::adapters() const {
  MutexLock lock(mutex_);
  return adapters_;
}

}  // namespace kaito::runtime::serve

#ifndef KAITO_RUNTIME_SERVE_HTTP_MODEL_CATALOG_H_
#define KAITO_RUNTIME_SERVE_HTTP_MODEL_CATALOG_H_

// The names that a request's "model" may have: those of the base, and one for
// each adapter.
//
//   ModelCatalog models({"phi-3-mini-4k-instruct"});
//   KAITO_RETURN_IF_ERROR(models.Add("acme", {.adapter = ..., .path = dir}));
//   KAITO_RETURN_IF_ERROR(models.SetDefault("acme"));
//   KAITO_ASSIGN_OR_RETURN(const ChosenModel model, models.Find(""));
//
// Thread-safe.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/runtime/adapter/lora_adapter.h"

namespace kaito::runtime::serve {

struct ServedAdapter {
  // Shared with the requests that use it.
  std::shared_ptr<const LoraAdapter> adapter;
  std::string path;
};

struct ChosenModel {
  std::string name;
  std::shared_ptr<const LoraAdapter> adapter;  // Null: the bare base.
};

class ModelCatalog {
 public:
  // The base's names, at least one; the first is shown.
  explicit ModelCatalog(std::vector<std::string> base_names);

  // AlreadyExists where the name is taken.
  absl::Status Add(absl::string_view name, ServedAdapter adapter)
      KAITO_EXCLUDES(mutex_);
  // NotFound where no adapter has the name. Requests that use it go on.
  absl::Status Remove(absl::string_view name) KAITO_EXCLUDES(mutex_);
  // What an empty name means; the base, until then. NotFound.
  absl::Status SetDefault(absl::string_view name) KAITO_EXCLUDES(mutex_);

  // NotFound: "the model `x` does not exist".
  absl::StatusOr<ChosenModel> Find(absl::string_view name) const
      KAITO_EXCLUDES(mutex_);

  const std::vector<std::string>& base_names() const { return base_names_; }
  std::map<std::string, ServedAdapter> adapters() const KAITO_EXCLUDES(mutex_);

 private:
  bool IsBase(absl::string_view name) const;

  const std::vector<std::string> base_names_;
  mutable Mutex mutex_;
  std::string default_ KAITO_GUARDED_BY(mutex_);
  std::map<std::string, ServedAdapter> adapters_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_MODEL_CATALOG_H_

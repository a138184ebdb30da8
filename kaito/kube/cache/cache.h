#ifndef KAITO_KUBE_CACHE_CACHE_H_
#define KAITO_KUBE_CACHE_CACHE_H_

// Cache<T>: the objects of one kind as T, kept up to date by list and watch.
// Reads are from memory and never block; what they give never changes.
//
//   // As much of a pod as we look at.
//   struct SlimPod { std::string phase; };
//   absl::StatusOr<SlimPod> ReadSlimPod(const json::Cursor& pod);
//
//   Cache<SlimPod> pods(clock, client,
//                       {.gvr = api::Pod::kKind.gvr(),
//                        .indexes = {{"node", IndexByField({"spec",
//                                                           "nodeName"})}}},
//                       ReadSlimPod);
//   KAITO_RETURN_IF_ERROR(pods.core().Start(stop));
//   for (const auto& pod : pods.ByIndex("node", "worker-1")) {
//     if (pod->phase == "Running") ...
//
// Few and small kinds are kept whole: Typed<api::Workspace>(), or as
// json::Value by WholeObject(). A slim struct must never be written back by
// Update: the fields it lacks would be lost. Patch or apply instead.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/kube/cache/object_cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

template <typename T>
class Cache {
 public:
  using Reader = std::function<absl::StatusOr<T>(const json::Cursor& object)>;

  Cache(Clock& clock, ApiClient& client, CacheOptions options, Reader reader)
      : core_(clock, client, std::move(options),
              [reader = std::move(reader)](const json::Cursor& object)
                  -> absl::StatusOr<std::shared_ptr<const void>> {
                absl::StatusOr<T> read = reader(object);
                if (!read.ok()) return read.status();
                return std::make_shared<const T>(*std::move(read));
              }) {}

  // nullptr where there is none.
  std::shared_ptr<const T> Get(const ObjectKey& key) const {
    return As(core_.store().Get(key));
  }
  // In the order of their keys. `ns` empty: of all namespaces.
  std::vector<std::shared_ptr<const T>> List(absl::string_view ns = "") const {
    return As(core_.store().List(ns));
  }
  // The index must be declared in the options.
  std::vector<std::shared_ptr<const T>> ByIndex(absl::string_view index,
                                                absl::string_view value) const {
    return As(core_.store().ByIndex(core_.IndexOf(index), value));
  }

  // The T of what the store or a handler gave; nullptr for nullptr.
  static std::shared_ptr<const T> As(const ObjectPtr& object) {
    if (object == nullptr) return nullptr;
    return std::static_pointer_cast<const T>(object->projection);
  }

  // Start, stop, handlers, summaries.
  ObjectCache& core() { return core_; }
  const ObjectCache& core() const { return core_; }

 private:
  static std::vector<std::shared_ptr<const T>> As(
      const std::vector<ObjectPtr>& objects) {
    std::vector<std::shared_ptr<const T>> typed;
    typed.reserve(objects.size());
    for (const ObjectPtr& object : objects) typed.push_back(As(object));
    return typed;
  }

  ObjectCache core_;
};

// Keeps the whole object, but for metadata.managedFields.
inline absl::StatusOr<json::Value> WholeObject(const json::Cursor& object) {
  json::Value value;
  if (absl::Status status = object.ReadValue(&value); !status.ok()) {
    return status;
  }
  if (json::Value* metadata = value.Find("metadata");
      metadata != nullptr && metadata->object() != nullptr) {
    metadata->object()->Erase("managedFields");
  }
  return value;
}

// As WholeObject(), decoded into a type of kaito/api.
template <typename T>
absl::StatusOr<T> Typed(const json::Cursor& object) {
  absl::StatusOr<json::Value> value = WholeObject(object);
  if (!value.ok()) return value.status();
  return api::DecodeOrError<T>(*value, T::kKind.kind);
}

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CACHE_CACHE_H_

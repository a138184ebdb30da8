#ifndef KAITO_STANDALONE_APISERVER_STORE_OBJECT_KEY_H_
#define KAITO_STANDALONE_APISERVER_STORE_OBJECT_KEY_H_

// What names a stored object, and what has happened to one: the vocabulary of
// the store, the verbs and the watches.

#include <cstdint>
#include <memory>
#include <string>

namespace kaito::apiserver {

struct ObjectKey {
  std::string resource;  // "pods", "jobs.batch": one for all versions.
  std::string ns;        // Empty: cluster-scoped.
  std::string name;

  auto operator<=>(const ObjectKey& other) const = default;
};

struct StoredObject {
  ObjectKey key;
  int64_t version = 0;  // As metadata.resourceVersion says it.
  std::string body;     // JSON.
};

enum class EventType : uint8_t { kAdded = 0, kModified = 1, kDeleted = 2 };

struct StoreEvent {
  int64_t version = 0;
  EventType type = EventType::kAdded;
  ObjectKey key;
  std::string body;      // Of a deletion: the last state, with the version of
                         // the deletion.
  std::string previous;  // The state before; empty for kAdded.
};

// Shared by all watches that send it.
using StoreEventPtr = std::shared_ptr<const StoreEvent>;

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_STORE_OBJECT_KEY_H_

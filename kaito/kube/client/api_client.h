#ifndef KAITO_KUBE_CLIENT_API_CLIENT_H_
#define KAITO_KUBE_CLIENT_API_CLIENT_H_

// ApiClient: what controllers ask of a Kubernetes API server, object by object.
// The HTTP one is http_api_client.h; tests use fake_api_client.h.
// Typed structs come and go through api/schema's codec at the caller. For many
// objects that are watched see the cache.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const json::Value job,
//       client.Get(api::Job::kKind.gvr(), {"default", "tune"}, stop));
//
// Those who read many objects into small structs (the cache) use ReadList() and
// ReadWatch(), which build no json::Value.
//
// Errors are api/meta/api_status.h's: NotFound, AlreadyExists, Aborted for a
// conflict, OutOfRange for an expired version, Unavailable, ...; ApiStatusOf()
// gives the whole. Calls block until answered or stopped; safe from any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::kube {

struct ObjectKey {
  std::string ns;  // Empty: cluster-scoped; in a list: all namespaces.
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;
};

struct WriteOptions {
  std::string field_manager;
  std::string subresource;  // "status", "scale"; empty: the object.
  bool dry_run = false;
  bool force = false;  // Of an apply: takes fields from other managers.
};

enum class PatchType : uint8_t { kJson, kMerge, kStrategic, kApply };

enum class Propagation : uint8_t { kBackground, kForeground, kOrphan };

struct DeleteOptions {
  Propagation propagation = Propagation::kBackground;
  std::string uid;               // Precondition, where not empty.
  std::string resource_version;  // As above.
  std::optional<int64_t> grace_period_seconds;
};

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  int64_t limit = 0;  // 0: all at once.
  std::string continue_token;
};

struct ObjectList {
  std::string resource_version;
  std::string continue_token;  // Empty: the last page.
  std::vector<json::Value> items;
};

enum class WatchEventType : uint8_t { kAdded, kModified, kDeleted, kBookmark };

struct WatchEvent {
  WatchEventType type = WatchEventType::kAdded;
  json::Value object;
};

struct WatchOptions {
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  // How long the server should keep the stream; it also ends when silent for
  // longer than bookmarks allow.
  absl::Duration timeout = absl::Minutes(5);
};

struct LogOptions {
  std::string container;
  std::optional<int64_t> tail_lines;
  bool previous = false;
  int64_t limit_bytes = 1 << 20;
};

class ApiClient {
 public:
  virtual ~ApiClient() = default;

  virtual absl::StatusOr<json::Value> Get(const api::GroupVersionResource& gvr,
                                          const ObjectKey& key,
                                          const StopToken& stop) = 0;
  virtual absl::StatusOr<ObjectList> List(const api::GroupVersionResource& gvr,
                                          absl::string_view ns,
                                          const ListOptions& options,
                                          const StopToken& stop) = 0;
  // Calls `on_event` in the calling thread until the stream ends (OK), is
  // stopped, fails (OutOfRange: list again) or on_event returns an error, which
  // it then returns.
  virtual absl::Status Watch(
      const api::GroupVersionResource& gvr, absl::string_view ns,
      const WatchOptions& options,
      absl::FunctionRef<absl::Status(WatchEvent)> on_event,
      const StopToken& stop) = 0;

  // As List() and Watch(), but shows each object as the reader has it; it is
  // gone when the call returns. ReadList() returns a list without items; an
  // error of `on_item` ends it. Unless overridden they go through the other
  // two, which costs what a json::Value costs.
  virtual absl::StatusOr<ObjectList> ReadList(
      const api::GroupVersionResource& gvr, absl::string_view ns,
      const ListOptions& options,
      absl::FunctionRef<absl::Status(const json::Cursor& item)> on_item,
      const StopToken& stop);
  virtual absl::Status ReadWatch(
      const api::GroupVersionResource& gvr, absl::string_view ns,
      const WatchOptions& options,
      absl::FunctionRef<absl::Status(WatchEventType type,
                                     const json::Cursor& object)>
          on_event,
      const StopToken& stop);

  // All return the object as the server has it then. A name may be left to
  // metadata.generateName in Create. With a subresource ("binding") it posts to
  // that of the object with this name.
  virtual absl::StatusOr<json::Value> Create(
      const api::GroupVersionResource& gvr, absl::string_view ns,
      const json::Value& object, const WriteOptions& options,
      const StopToken& stop) = 0;
  virtual absl::StatusOr<json::Value> Update(
      const api::GroupVersionResource& gvr, const ObjectKey& key,
      const json::Value& object, const WriteOptions& options,
      const StopToken& stop) = 0;
  virtual absl::StatusOr<json::Value> Patch(
      const api::GroupVersionResource& gvr, const ObjectKey& key,
      PatchType type, const json::Value& patch, const WriteOptions& options,
      const StopToken& stop) = 0;
  // OK also where the object only began to go (finalizers).
  virtual absl::Status Delete(const api::GroupVersionResource& gvr,
                              const ObjectKey& key,
                              const DeleteOptions& options,
                              const StopToken& stop) = 0;

  // Of a pod: what its container printed.
  virtual absl::StatusOr<std::string> Log(const ObjectKey& pod,
                                          const LogOptions& options,
                                          const StopToken& stop) = 0;
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_API_CLIENT_H_

#ifndef KAITO_KUBE_FAKE_FAKE_API_CLIENT_H_
#define KAITO_KUBE_FAKE_FAKE_API_CLIENT_H_

// FakeApiClient: an API server's memory behind the ApiClient seam, without HTTP,
// and with faults on demand. For tests of controllers; what only a real server
// shows is tested against one.
//
//   FakeApiClient api(clock);
//   api.Put(api::Job::kKind.gvr(), job);
//   api.OnCall([](const FakeCall& call) {             // 409 on each update.
//     return call.verb == "update" ? absl::AbortedError("") : absl::OkStatus();
//   });
//
// It has what controllers depend on: versions and conflicts, generations, uids,
// generateName, a status subresource on every kind, finalizers, preconditions,
// deletion of dependents in the background, selectors, pages, watches that
// resume, bookmarks on demand and expired versions. Patches: JSON (add, remove,
// replace, test), merge; strategic ones are merged like merge patches; apply
// merges, takes away what the same manager applied before and now leaves out,
// and knows no conflicts between managers.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

// What a fault is decided by.
struct FakeCall {
  std::string verb;  // get, list, watch, create, update, patch, delete, log.
  api::GroupVersionResource gvr;
  ObjectKey key;            // Without a name for list, watch and generateName.
  std::string subresource;  // "status", or empty.
  json::Value body;         // Of a write.
};

// Thread-safe.
class FakeApiClient final : public ApiClient {
 public:
  using Fault = std::function<absl::Status(const FakeCall& call)>;

  explicit FakeApiClient(Clock& clock) : clock_(clock) {}

  // Called before each call is carried out; an error is its answer. Without the
  // lock, so that it may change objects.
  void OnCall(Fault fault) KAITO_EXCLUDES(mutex_);
  // Called after each write was carried out: an error loses its answer.
  void OnAnswer(Fault fault) KAITO_EXCLUDES(mutex_);

  // As kubectl apply --force, and delete, without faults or a record: what
  // others do. Put replaces the object, status included.
  void Put(const api::GroupVersionResource& gvr, json::Value object)
      KAITO_EXCLUDES(mutex_);
  void Remove(const api::GroupVersionResource& gvr, const ObjectKey& key)
      KAITO_EXCLUDES(mutex_);
  // The object as it is; null where there is none.
  json::Value Read(const api::GroupVersionResource& gvr,
                   const ObjectKey& key) const KAITO_EXCLUDES(mutex_);
  std::vector<json::Value> ReadAll(const api::GroupVersionResource& gvr) const
      KAITO_EXCLUDES(mutex_);
  void SetLog(const ObjectKey& pod, absl::string_view text)
      KAITO_EXCLUDES(mutex_);

  // Ends all watches: OK as at their time's end, or an error.
  void EndWatches(absl::Status how) KAITO_EXCLUDES(mutex_);
  // Sends the present version to all watches.
  void SendBookmarks() KAITO_EXCLUDES(mutex_);
  // Forgets all history: older versions have expired.
  void Compact() KAITO_EXCLUDES(mutex_);
  // Waits, in real time, until so many watches are open and have sent all.
  void AwaitWatches(int64_t count) KAITO_EXCLUDES(mutex_);

  // "create jobs.batch default/tune" and so on, of the writes that were carried
  // out and changed something, in order; with "/status" at the end where that
  // was written.
  std::vector<std::string> writes() const KAITO_EXCLUDES(mutex_);
  // Of calls by verb, refused ones included.
  int64_t calls(absl::string_view verb) const KAITO_EXCLUDES(mutex_);

  absl::StatusOr<json::Value> Get(const api::GroupVersionResource& gvr,
                                  const ObjectKey& key,
                                  const StopToken& stop) override;
  absl::StatusOr<ObjectList> List(const api::GroupVersionResource& gvr,
                                  absl::string_view ns,
                                  const ListOptions& options,
                                  const StopToken& stop) override;
  absl::Status Watch(const api::GroupVersionResource& gvr, absl::string_view ns,
                     const WatchOptions& options,
                     absl::FunctionRef<absl::Status(WatchEvent)> on_event,
                     const StopToken& stop) override;
  absl::StatusOr<json::Value> Create(const api::GroupVersionResource& gvr,
                                     absl::string_view ns,
                                     const json::Value& object,
                                     const WriteOptions& options,
                                     const StopToken& stop) override;
  absl::StatusOr<json::Value> Update(const api::GroupVersionResource& gvr,
                                     const ObjectKey& key,
                                     const json::Value& object,
                                     const WriteOptions& options,
                                     const StopToken& stop) override;
  absl::StatusOr<json::Value> Patch(const api::GroupVersionResource& gvr,
                                    const ObjectKey& key, PatchType type,
                                    const json::Value& patch,
                                    const WriteOptions& options,
                                    const StopToken& stop) override;
  absl::Status Delete(const api::GroupVersionResource& gvr,
                      const ObjectKey& key, const DeleteOptions& options,
                      const StopToken& stop) override;
  absl::StatusOr<std::string> Log(const ObjectKey& pod,
                                  const LogOptions& options,
                                  const StopToken& stop) override;

 private:
  struct Change {
    api::GroupVersionResource gvr;
    ObjectKey key;
    WatchEvent event;
    int64_t version = 0;
  };
  using Objects = std::map<ObjectKey, json::Value>;

  absl::Status Begin(const FakeCall& call, const StopToken& stop)
      KAITO_EXCLUDES(mutex_);
  // The answer to a write that went well, unless it gets lost.
  absl::StatusOr<json::Value> Answer(const FakeCall& call, json::Value object)
      KAITO_EXCLUDES(mutex_);

  // Stores it with a new version, unless nothing changed; completes a deletion
  // where the last finalizer is gone. Records the write where `verb` is set.
  json::Value Store(const FakeCall& call, json::Value object)
      KAITO_REQUIRES(mutex_);
  void Append(const FakeCall& call, WatchEventType type, json::Value object)
      KAITO_REQUIRES(mutex_);
  void Erase(const FakeCall& call) KAITO_REQUIRES(mutex_);
  void EraseDependents(absl::string_view uid) KAITO_REQUIRES(mutex_);
  absl::StatusOr<json::Value> CreateLocked(const FakeCall& call)
      KAITO_REQUIRES(mutex_);
  // `changed` in place of what is stored, as a write to this (sub)resource may.
  absl::StatusOr<json::Value> Rewrite(const FakeCall& call, json::Value changed)
      KAITO_REQUIRES(mutex_);
  void Record(const FakeCall& call) KAITO_REQUIRES(mutex_);

  Clock& clock_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  Fault on_call_ KAITO_GUARDED_BY(mutex_);
  Fault on_answer_ KAITO_GUARDED_BY(mutex_);
  std::map<api::GroupVersionResource, Objects> objects_
      KAITO_GUARDED_BY(mutex_);
  std::vector<Change> history_ KAITO_GUARDED_BY(mutex_);
  std::map<ObjectKey, std::string> logs_ KAITO_GUARDED_BY(mutex_);
  // What each manager applied last: by resource, key and manager.
  std::map<std::string, json::Value> applied_ KAITO_GUARDED_BY(mutex_);
  int64_t version_ KAITO_GUARDED_BY(mutex_) = 1000;
  int64_t compacted_ KAITO_GUARDED_BY(mutex_) = 0;
  int64_t last_uid_ KAITO_GUARDED_BY(mutex_) = 0;
  int64_t watch_round_ KAITO_GUARDED_BY(mutex_) = 0;
  absl::Status watch_end_ KAITO_GUARDED_BY(mutex_);
  int64_t last_watch_ KAITO_GUARDED_BY(mutex_) = 0;
  // Watches that wait, and the version up to which they have sent.
  std::map<int64_t, int64_t> idle_watches_ KAITO_GUARDED_BY(mutex_);
  std::vector<std::string> writes_ KAITO_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> calls_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_FAKE_FAKE_API_CLIENT_H_

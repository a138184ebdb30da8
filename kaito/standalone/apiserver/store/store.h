#ifndef KAITO_STANDALONE_APISERVER_STORE_STORE_H_
#define KAITO_STANDALONE_APISERVER_STORE_STORE_H_

// The objects of the API server in one SQLite file, and the history of their
// changes. Every change gets the next version; versions order all changes of
// all kinds. Knows JSON text, versions and owners, and nothing else of kinds.
//
//   KAITO_RETURN_IF_ERROR(store.Write({}, [&](Transaction& txn) {
//     KAITO_ASSIGN_OR_RETURN(std::optional<StoredObject> old, txn.Get(key));
//     …
//     return txn.Put(key, object);         // Sets object's resourceVersion.
//   }));
//
// What Write() has returned OK for outlives a kill of the process. It is
// not synced to the disk (synchronous = NORMAL): a loss of power may take the
// last changes with it, never more, and leaves the file sound. A sync for each
// change would cost 2 to 20 ms; a real cluster pays that, one machine's
// playground need not.
//
// Safe from any thread. Writers run one after the other; readers see the state
// of a moment and wait for nobody.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/directory_lock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/standalone/apiserver/store/database.h"
#include "kaito/standalone/apiserver/store/object_key.h"

namespace kaito::apiserver {

struct StoreOptions {
  // History that is kept for watches and for the pages of lists; older
  // versions are gone (410). etcd keeps five minutes; a count bounds the file.
  int64_t max_history_events = 10000;
  int64_t max_history_bytes = int64_t{64} << 20;
  // Of these, the newest in memory, so that a live watch reads no file.
  int64_t max_recent_events = 1024;
  int64_t max_recent_bytes = int64_t{4} << 20;
};

struct ListRange {
  std::string resource;
  std::string ns;        // Empty: all.
  std::string after_ns;  // Begins after this object, where not empty.
  std::string after_name;
  int64_t at_version = 0;  // 0: now. OutOfRange where it is gone.
};

// The connection of one user with its statements. See store.cc.
class StoreConnection;

// The state of one moment.
class Snapshot {
 public:
  explicit Snapshot(StoreConnection& connection) : connection_(connection) {}

  absl::StatusOr<int64_t> Version();
  absl::StatusOr<std::optional<StoredObject>> Get(const ObjectKey& key);
  // In the order of namespace and name, until `visit` returns false. The
  // object is valid during the call.
  absl::Status ForEach(const ListRange& range,
                       absl::FunctionRef<bool(const StoredObject&)> visit);
  // Keys of objects whose ownerReferences hold the uid.
  absl::StatusOr<std::vector<ObjectKey>> OwnedBy(absl::string_view uid);
  absl::StatusOr<bool> UidExists(absl::string_view uid);

 protected:
  StoreConnection& connection_;
};

// Reads see what the transaction has written.
class Transaction : public Snapshot {
 public:
  Transaction(StoreConnection& connection, int64_t version)
      : Snapshot(connection), version_(version) {}

  // Creates or replaces; sets metadata.resourceVersion.
  absl::Status Put(const ObjectKey& key, json::Value& object);
  // `object` is the last state; its resourceVersion becomes the deletion's.
  // Nothing happens where there is no such object.
  absl::Status Delete(const ObjectKey& key, json::Value& object);

 private:
  friend class Store;
  absl::Status Record(EventType type, const ObjectKey& key, std::string body,
                      std::string previous);

  int64_t version_;
  std::vector<StoreEventPtr> events_;
};

class Store {
 public:
  // Makes the directory's file where there is none, and locks the directory.
  // FailedPrecondition where another process holds it.
  static absl::StatusOr<std::unique_ptr<Store>> Open(
      absl::string_view directory, const StoreOptions& options);
  ~Store();

  // Commits where `change` returns OK, else takes all back and returns its
  // status. With dry_run nothing is committed either way.
  struct WriteOptions {
    bool dry_run = false;
  };
  absl::Status Write(const WriteOptions& options,
                     absl::FunctionRef<absl::Status(Transaction&)> change)
      KAITO_EXCLUDES(write_mutex_, recent_mutex_);
  absl::Status Read(absl::FunctionRef<absl::Status(Snapshot&)> look)
      KAITO_EXCLUDES(pool_mutex_);

  // As Read() with one Get(), at half the cost.
  absl::Status ReadOne(const ObjectKey& key,
                       std::optional<StoredObject>& object)
      KAITO_EXCLUDES(pool_mutex_);

  // Of the last committed change.
  int64_t version() const { return version_.load(); }

  // At most `limit` events after `version`, in order, of all kinds. OutOfRange
  // where those are gone.
  absl::StatusOr<std::vector<StoreEventPtr>> EventsAfter(int64_t version,
                                                         int64_t limit)
      KAITO_EXCLUDES(recent_mutex_);

  // Called after each commit, by the thread that wrote, with no lock held; it
  // must be short. Set before the first Write().
  void OnCommit(std::function<void()> call) { on_commit_ = std::move(call); }

 private:
  Store(StoreOptions options, DirectoryLock lock, std::string path);
  absl::Status Prepare();
  absl::Status Compact() KAITO_REQUIRES(write_mutex_);
  void Publish(std::vector<StoreEventPtr> events) KAITO_EXCLUDES(recent_mutex_);
  std::unique_ptr<StoreConnection> TakeReader() KAITO_EXCLUDES(pool_mutex_);
  void GiveBack(std::unique_ptr<StoreConnection> reader)
      KAITO_EXCLUDES(pool_mutex_);

  const StoreOptions options_;
  const DirectoryLock lock_;
  const std::string path_;
  std::function<void()> on_commit_;
  std::atomic<int64_t> version_ = 1;
  std::atomic<int64_t> compacted_ = 0;

  Mutex write_mutex_;
  std::unique_ptr<StoreConnection> writer_ KAITO_GUARDED_BY(write_mutex_);
  int64_t writes_since_compaction_ KAITO_GUARDED_BY(write_mutex_) = 0;

  Mutex pool_mutex_;
  CondVar reader_free_;
  std::vector<std::unique_ptr<StoreConnection>> readers_
      KAITO_GUARDED_BY(pool_mutex_);

  Mutex recent_mutex_;
  std::deque<StoreEventPtr> recent_ KAITO_GUARDED_BY(recent_mutex_);
  int64_t recent_bytes_ KAITO_GUARDED_BY(recent_mutex_) = 0;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_STORE_STORE_H_

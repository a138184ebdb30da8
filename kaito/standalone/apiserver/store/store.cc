#include "kaito/standalone/apiserver/store/store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/directory_lock.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/standalone/apiserver/store/database.h"
#include "kaito/standalone/apiserver/store/expired.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store_connection.h"

namespace kaito::apiserver {
namespace {

// Reads overlap on two to four cores, and each connection costs some 600 KiB.
constexpr int kReaders = 3;
// A scan of the history's lengths reads no bodies; about 1 ms.
constexpr int64_t kWritesBetweenCompactions = 500;

void BindKey(Statement& statement, const ObjectKey& key, int first = 1) {
  statement.Bind(first, key.resource);
  statement.Bind(first + 1, key.ns);
  statement.Bind(first + 2, key.name);
}

int64_t Bytes(const StoreEvent& event) {
  return static_cast<int64_t>(event.body.size() + event.previous.size() +
                              sizeof(StoreEvent));
}

absl::StatusOr<int64_t> NumberOf(Statement& statement) {
  const ScopedReset reset(statement);
  KAITO_ASSIGN_OR_RETURN(const bool row, statement.Step());
  return row ? statement.Integer(0) : 0;
}

// Secrets are in it, and the directory may be open to others. SQLite gives the
// files beside it the mode of this one. Before it is opened: to close a second
// descriptor would drop SQLite's locks.
absl::Status MakePrivate(const std::string& path) {
  const UniqueFd fd(
      open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.valid() && fchmod(fd.get(), 0600) == 0) return absl::OkStatus();
  return ErrnoToStatus(errno, absl::StrCat("store ", path));
}

// Objects of a range that has changed since `at_version`, as they were then.
// Empty: it was not there then.
absl::StatusOr<std::deque<StoredObject>> ChangedSince(StoreConnection& c,
                                                      const ListRange& range) {
  const ScopedReset reset(c.changed_after);
  c.changed_after.Bind(1, range.resource);
  c.changed_after.Bind(2, range.after_ns);
  c.changed_after.Bind(3, range.after_name);
  c.changed_after.Bind(4, range.at_version);
  std::deque<StoredObject> changed;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool row, c.changed_after.Step());
    if (!row) return changed;
    const std::string ns(c.changed_after.Text(0));
    if (!range.ns.empty() && ns != range.ns) continue;
    changed.push_back(
        {{range.resource, ns, std::string(c.changed_after.Text(1))},
         range.at_version,
         std::string(c.changed_after.Text(3))});
  }
}

}  // namespace

absl::StatusOr<int64_t> Snapshot::Version() {
  KAITO_ASSIGN_OR_RETURN(const int64_t version, NumberOf(connection_.version));
  // A store that never held anything is at 1: 0 means "any" to clients.
  return std::max<int64_t>(version, 1);
}

absl::StatusOr<std::optional<StoredObject>> Snapshot::Get(
    const ObjectKey& key) {
  Statement& get = connection_.get;
  const ScopedReset reset(get);
  BindKey(get, key);
  KAITO_ASSIGN_OR_RETURN(const bool row, get.Step());
  if (!row) return std::optional<StoredObject>();
  return std::optional<StoredObject>(
      StoredObject{key, get.Integer(0), std::string(get.Text(1))});
}

absl::Status Snapshot::ForEach(
    const ListRange& range,
    absl::FunctionRef<bool(const StoredObject&)> visit) {
  std::deque<StoredObject> changed;
  if (range.at_version > 0) {
    KAITO_ASSIGN_OR_RETURN(const int64_t gone, NumberOf(connection_.compacted));
    if (range.at_version < gone) return Expired(range.at_version);
    KAITO_ASSIGN_OR_RETURN(changed, ChangedSince(connection_, range));
  }
  // Those up to `key` that are not among the current ones; false: enough.
  const auto visit_changed = [&](const ObjectKey* key) {
    while (!changed.empty() && (key == nullptr || changed.front().key < *key)) {
      const StoredObject object = std::move(changed.front());
      changed.pop_front();
      if (!object.body.empty() && !visit(object)) return false;
    }
    return true;
  };

  Statement& list =
      range.ns.empty() ? connection_.list : connection_.list_namespace;
  const ScopedReset reset(list);
  list.Bind(1, range.resource);
  list.Bind(2, range.ns.empty() ? range.after_ns : range.ns);
  list.Bind(3, range.after_name);
  StoredObject object;
  object.key.resource = range.resource;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool row, list.Step());
    if (!row) break;
    object.key.ns.assign(list.Text(0).data(), list.Text(0).size());
    object.key.name.assign(list.Text(1).data(), list.Text(1).size());
    object.version = list.Integer(2);
    if (range.at_version > 0) {
      if (!visit_changed(&object.key)) return absl::OkStatus();
      if (!changed.empty() && changed.front().key == object.key) continue;
    }
    object.body.assign(list.Text(3).data(), list.Text(3).size());
    if (!visit(object)) return absl::OkStatus();
  }
  visit_changed(nullptr);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ObjectKey>> Snapshot::OwnedBy(
    absl::string_view uid) {
  Statement& owned = connection_.owned_by;
  const ScopedReset reset(owned);
  owned.Bind(1, uid);
  std::vector<ObjectKey> keys;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool row, owned.Step());
    if (!row) return keys;
    keys.push_back({std::string(owned.Text(0)), std::string(owned.Text(1)),
                    std::string(owned.Text(2))});
  }
}

absl::StatusOr<bool> Snapshot::UidExists(absl::string_view uid) {
  const ScopedReset reset(connection_.uid_exists);
  connection_.uid_exists.Bind(1, uid);
  return connection_.uid_exists.Step();
}

absl::Status Transaction::Put(const ObjectKey& key, json::Value& object) {
  KAITO_ASSIGN_OR_RETURN(std::optional<StoredObject> old, Get(key));
  ++version_;
  object["metadata"]["resourceVersion"] = absl::StrCat(version_);
  std::string body = json::Write(object);
  StoreConnection& c = connection_;
  BindKey(c.put, key);
  c.put.Bind(4, version_);
  c.put.Bind(5, object.StringAt({"metadata", "uid"}));
  c.put.Bind(6, body);
  KAITO_RETURN_IF_ERROR(c.put.Run());
  if (old.has_value()) {
    BindKey(c.erase_owners, key);
    KAITO_RETURN_IF_ERROR(c.erase_owners.Run());
  }
  const json::Value* owners = object.FindPath({"metadata", "ownerReferences"});
  if (owners != nullptr && owners->is_array()) {
    for (const json::Value& owner : *owners->array()) {
      c.put_owner.Bind(1, owner.StringAt({"uid"}));
      BindKey(c.put_owner, key, 2);
      KAITO_RETURN_IF_ERROR(c.put_owner.Run());
    }
  }
  return Record(old.has_value() ? EventType::kModified : EventType::kAdded, key,
                std::move(body),
                old.has_value() ? std::move(old->body) : std::string());
}

absl::Status Transaction::Delete(const ObjectKey& key, json::Value& object) {
  KAITO_ASSIGN_OR_RETURN(std::optional<StoredObject> old, Get(key));
  if (!old.has_value()) return absl::OkStatus();
  ++version_;
  object["metadata"]["resourceVersion"] = absl::StrCat(version_);
  BindKey(connection_.erase, key);
  KAITO_RETURN_IF_ERROR(connection_.erase.Run());
  BindKey(connection_.erase_owners, key);
  KAITO_RETURN_IF_ERROR(connection_.erase_owners.Run());
  return Record(EventType::kDeleted, key, json::Write(object),
                std::move(old->body));
}

absl::Status Transaction::Record(EventType type, const ObjectKey& key,
                                 std::string body, std::string previous) {
  Statement& record = connection_.record;
  record.Bind(1, version_);
  record.Bind(2, static_cast<int64_t>(type));
  BindKey(record, key, 3);
  record.Bind(6, body);
  record.Bind(7, previous);
  record.Bind(8, static_cast<int64_t>(body.size() + previous.size()));
  KAITO_RETURN_IF_ERROR(record.Run());
  events_.push_back(std::make_shared<const StoreEvent>(
      StoreEvent{version_, type, key, std::move(body), std::move(previous)}));
  return absl::OkStatus();
}

Store::Store(StoreOptions options, DirectoryLock lock, std::string path)
    : options_(options), lock_(std::move(lock)), path_(std::move(path)) {}

Store::~Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    absl::string_view directory, const StoreOptions& options) {
  KAITO_ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::Acquire(directory));
  std::unique_ptr<Store> store(new Store(
      options, std::move(lock), absl::StrCat(directory, "/objects.db")));
  KAITO_RETURN_IF_ERROR(store->Prepare());
  return store;
}

absl::Status Store::Prepare() {
  int64_t version = 1;
  {
    MutexLock lock(write_mutex_);
    KAITO_RETURN_IF_ERROR(MakePrivate(path_));
    KAITO_ASSIGN_OR_RETURN(writer_, StoreConnection::OpenWriter(path_));
    KAITO_ASSIGN_OR_RETURN(version, Snapshot(*writer_).Version());
    KAITO_ASSIGN_OR_RETURN(const int64_t gone, NumberOf(writer_->compacted));
    compacted_ = gone;
  }
  version_ = version;
  MutexLock lock(pool_mutex_);
  for (int i = 0; i < kReaders; ++i) {
    KAITO_ASSIGN_OR_RETURN(std::unique_ptr<StoreConnection> reader,
                           StoreConnection::OpenReader(path_));
    readers_.push_back(std::move(reader));
  }
  return absl::OkStatus();
}

absl::Status Store::Write(
    const WriteOptions& options,
    absl::FunctionRef<absl::Status(Transaction&)> change) {
  bool changed = false;
  {
    MutexLock lock(write_mutex_);
    KAITO_RETURN_IF_ERROR(writer_->begin.Run());
    Transaction transaction(*writer_, version_.load());
    absl::Status status = change(transaction);
    if (status.ok() && !options.dry_run) status = writer_->commit.Run();
    if (!status.ok() || options.dry_run) {
      // What fails here has failed above already, and says so.
      writer_->rollback.Run().IgnoreError();
      return status;
    }
    changed = !transaction.events_.empty();
    if (changed) {
      // Inside the lock, so that events keep their order.
      version_ = transaction.version_;
      Publish(std::move(transaction.events_));
      if (++writes_since_compaction_ >= kWritesBetweenCompactions) {
        writes_since_compaction_ = 0;
        // The next one tries again.
        Compact().IgnoreError();
      }
    }
  }
  if (changed && on_commit_ != nullptr) on_commit_();
  return absl::OkStatus();
}

void Store::Publish(std::vector<StoreEventPtr> events) {
  MutexLock lock(recent_mutex_);
  for (StoreEventPtr& event : events) {
    recent_bytes_ += Bytes(*event);
    recent_.push_back(std::move(event));
  }
  while (static_cast<int64_t>(recent_.size()) > options_.max_recent_events ||
         (recent_.size() > 1 && recent_bytes_ > options_.max_recent_bytes)) {
    recent_bytes_ -= Bytes(*recent_.front());
    recent_.pop_front();
  }
}

absl::Status Store::Compact() {
  int64_t cut = 0;
  {
    const ScopedReset reset(writer_->newest_first);
    int64_t count = 0;
    int64_t bytes = 0;
    while (cut == 0) {
      KAITO_ASSIGN_OR_RETURN(const bool row, writer_->newest_first.Step());
      if (!row) return absl::OkStatus();
      bytes += writer_->newest_first.Integer(1);
      // The newest stays in any case: it holds the version.
      if (++count > 1 && (count > options_.max_history_events ||
                          bytes > options_.max_history_bytes)) {
        cut = writer_->newest_first.Integer(0);
      }
    }
  }
  KAITO_RETURN_IF_ERROR(writer_->begin.Run());
  absl::Cleanup undo = [this]() KAITO_NO_THREAD_SAFETY_ANALYSIS {
    writer_->rollback.Run().IgnoreError();
  };
  writer_->forget.Bind(1, cut);
  KAITO_RETURN_IF_ERROR(writer_->forget.Run());
  writer_->set_compacted.Bind(1, cut);
  KAITO_RETURN_IF_ERROR(writer_->set_compacted.Run());
  KAITO_RETURN_IF_ERROR(writer_->commit.Run());
  std::move(undo).Cancel();
  compacted_ = cut;
  return absl::OkStatus();
}

std::unique_ptr<StoreConnection> Store::TakeReader() {
  MutexLock lock(pool_mutex_);
  while (readers_.empty()) reader_free_.Wait(pool_mutex_);
  std::unique_ptr<StoreConnection> reader = std::move(readers_.back());
  readers_.pop_back();
  return reader;
}

void Store::GiveBack(std::unique_ptr<StoreConnection> reader) {
  MutexLock lock(pool_mutex_);
  readers_.push_back(std::move(reader));
  reader_free_.NotifyOne();
}

absl::Status Store::Read(absl::FunctionRef<absl::Status(Snapshot&)> look) {
  std::unique_ptr<StoreConnection> reader = TakeReader();
  absl::Status status = reader->begin.Run();
  if (status.ok()) {
    Snapshot snapshot(*reader);
    status = look(snapshot);
    // Ends a snapshot: nothing to lose.
    reader->commit.Run().IgnoreError();
  }
  GiveBack(std::move(reader));
  return status;
}

absl::Status Store::ReadOne(const ObjectKey& key,
                            std::optional<StoredObject>& object) {
  std::unique_ptr<StoreConnection> reader = TakeReader();
  absl::StatusOr<std::optional<StoredObject>> found =
      Snapshot(*reader).Get(key);
  GiveBack(std::move(reader));
  if (!found.ok()) return found.status();
  object = *std::move(found);
  return absl::OkStatus();
}

}  // namespace kaito::apiserver

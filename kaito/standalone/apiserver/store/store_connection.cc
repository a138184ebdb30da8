#include "kaito/standalone/apiserver/store/store_connection.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/store/database.h"

namespace kaito::apiserver {
namespace {

// `objects` is ordered as lists are. `history` holds the state before each
// change too: a watch with a selector must tell when an object leaves it, and
// the second page of a list shows the state of the first one's moment.
constexpr char kTables[] = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS objects(
  resource TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL,
  version INTEGER NOT NULL, uid TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY(resource, ns, name));
CREATE INDEX IF NOT EXISTS objects_uid ON objects(uid);
CREATE TABLE IF NOT EXISTS owners(
  uid TEXT NOT NULL, resource TEXT NOT NULL, ns TEXT NOT NULL,
  name TEXT NOT NULL, PRIMARY KEY(uid, resource, ns, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS owners_object ON owners(resource, ns, name);
CREATE TABLE IF NOT EXISTS history(
  version INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, type INTEGER NOT NULL,
  resource TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL,
  body TEXT NOT NULL, previous TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS compaction(
  id INTEGER PRIMARY KEY CHECK(id = 0), version INTEGER NOT NULL);
INSERT OR IGNORE INTO compaction VALUES(0, 0);
)";

// The writer keeps the hot pages of all tables; readers mostly meet those that
// the system's cache has.
constexpr int64_t kWriterCacheBytes = 4 << 20;
constexpr int64_t kReaderCacheBytes = 512 << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<StoreConnection>> StoreConnection::OpenReader(
    absl::string_view path) {
  auto connection = std::make_unique<StoreConnection>();
  KAITO_ASSIGN_OR_RETURN(
      connection->db, Database::Open(path, {.read_only = true,
                                            .cache_bytes = kReaderCacheBytes}));
  KAITO_RETURN_IF_ERROR(connection->PrepareReads());
  return connection;
}

absl::StatusOr<std::unique_ptr<StoreConnection>> StoreConnection::OpenWriter(
    absl::string_view path) {
  auto connection = std::make_unique<StoreConnection>();
  KAITO_ASSIGN_OR_RETURN(
      connection->db, Database::Open(path, {.cache_bytes = kWriterCacheBytes}));
  KAITO_RETURN_IF_ERROR(connection->db.Execute(kTables));
  KAITO_RETURN_IF_ERROR(connection->PrepareReads());
  KAITO_RETURN_IF_ERROR(connection->PrepareWrites());
  return connection;
}

absl::Status StoreConnection::PrepareReads() {
  const std::pair<Statement*, absl::string_view> statements[] = {
      {&begin, "BEGIN"},
      {&commit, "COMMIT"},
      {&version, "SELECT max(version) FROM history"},
      {&compacted, "SELECT version FROM compaction"},
      {&get,
       "SELECT version, body FROM objects"
       " WHERE resource = ? AND ns = ? AND name = ?"},
      {&list,
       "SELECT ns, name, version, body FROM objects"
       " WHERE resource = ?1 AND (ns, name) > (?2, ?3) ORDER BY ns, name"},
      {&list_namespace,
       "SELECT ns, name, version, body FROM objects"
       " WHERE resource = ?1 AND ns = ?2 AND name > ?3 ORDER BY name"},
      // Of each object that has changed since: its state before the first of
      // those changes.
      {&changed_after,
       "SELECT ns, name, min(version), previous FROM history"
       " WHERE version > ?4 AND resource = ?1 AND (ns, name) > (?2, ?3)"
       " GROUP BY ns, name ORDER BY ns, name"},
      {&owned_by, "SELECT resource, ns, name FROM owners WHERE uid = ?"},
      {&uid_exists, "SELECT 1 FROM objects WHERE uid = ? LIMIT 1"},
      {&events_after,
       "SELECT version, type, resource, ns, name, body, previous FROM history"
       " WHERE version > ? ORDER BY version LIMIT ?"},
  };
  for (const auto& [statement, sql] : statements) {
    KAITO_ASSIGN_OR_RETURN(*statement, db.Prepare(sql));
  }
  return absl::OkStatus();
}

absl::Status StoreConnection::PrepareWrites() {
  const std::pair<Statement*, absl::string_view> statements[] = {
      {&begin, "BEGIN IMMEDIATE"},
      {&rollback, "ROLLBACK"},
      {&put,
       "INSERT INTO objects(resource, ns, name, version, uid, body)"
       " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(resource, ns, name)"
       " DO UPDATE SET version = ?4, uid = ?5, body = ?6"},
      {&erase,
       "DELETE FROM objects WHERE resource = ? AND ns = ? AND name = ?"},
      {&record,
       "INSERT INTO history(version, type, resource, ns, name, body, previous,"
       " bytes) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"},
      {&put_owner, "INSERT OR IGNORE INTO owners VALUES(?, ?, ?, ?)"},
      {&erase_owners,
       "DELETE FROM owners WHERE resource = ? AND ns = ? AND name = ?"},
      {&newest_first,
       "SELECT version, bytes FROM history ORDER BY version DESC"},
      {&forget, "DELETE FROM history WHERE version <= ?"},
      {&set_compacted, "UPDATE compaction SET version = ?"},
  };
  for (const auto& [statement, sql] : statements) {
    KAITO_ASSIGN_OR_RETURN(*statement, db.Prepare(sql));
  }
  return absl::OkStatus();
}

}  // namespace kaito::apiserver

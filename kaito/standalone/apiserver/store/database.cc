#include "kaito/standalone/apiserver/store/database.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "sqlite3.h"

namespace kaito::apiserver {
namespace {

absl::Status ToStatus(int code, sqlite3* db) {
  const std::string message =
      absl::StrCat("store: ", db != nullptr ? sqlite3_errmsg(db) : "SQLite",
                   " (", sqlite3_errstr(code), ")");
  switch (code & 0xff) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(message, ": free space on the data directory's disk"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(message);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return absl::PermissionDeniedError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_IOERR:
      return absl::DataLossError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::Bind(int parameter, absl::string_view text) {
  // A null address would be NULL, not the empty text.
  sqlite3_bind_text64(statement_.get(), parameter,
                      text.data() != nullptr ? text.data() : "", text.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::Bind(int parameter, int64_t number) {
  sqlite3_bind_int64(statement_.get(), parameter, number);
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return ToStatus(code, sqlite3_db_handle(statement_.get()));
}

absl::Status Statement::Run() {
  const ScopedReset reset(*this);
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  if (statement_ != nullptr) sqlite3_reset(statement_.get());
}

absl::string_view Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(
      sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return absl::string_view();
  return absl::string_view(text, static_cast<size_t>(sqlite3_column_bytes(
                                     statement_.get(), column)));
}

int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

void Database::Close::operator()(sqlite3* db) const { sqlite3_close(db); }

absl::StatusOr<Database> Database::Open(absl::string_view path,
                                        const Options& options) {
  sqlite3* raw = nullptr;
  // NOMUTEX: a connection has one user at a time.
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (options.read_only ? SQLITE_OPEN_READONLY
                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code =
      sqlite3_open_v2(std::string(path).c_str(), &raw, flags, nullptr);
  Database db(raw);
  if (code != SQLITE_OK) return ToStatus(code, raw);
  sqlite3_extended_result_codes(raw, 1);
  // A reader may meet the moment at which the log is rewound.
  sqlite3_busy_timeout(raw, 5000);
  // Negative: in KiB.
  KAITO_RETURN_IF_ERROR(db.Execute(
      absl::StrCat("PRAGMA cache_size = -", options.cache_bytes >> 10)
          .c_str()));
  return db;
}

absl::Status Database::Execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : ToStatus(code, db_.get());
}

absl::StatusOr<Statement> Database::Prepare(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return ToStatus(code, db_.get());
  return Statement(statement);
}

}  // namespace kaito::apiserver

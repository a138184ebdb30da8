#ifndef KAITO_STANDALONE_APISERVER_STORE_DATABASE_H_
#define KAITO_STANDALONE_APISERVER_STORE_DATABASE_H_

// One connection to a SQLite file, and prepared statements on it: the wrapper
// that turns SQLite's codes into Status. For store.h only. One thread at a time.
//
//   KAITO_ASSIGN_OR_RETURN(Database db, Database::Open(path, {}));
//   KAITO_ASSIGN_OR_RETURN(Statement get,
//                          db.Prepare("SELECT body FROM t WHERE name = ?"));
//   get.Bind(1, name);
//   KAITO_ASSIGN_OR_RETURN(const bool found, get.Step());
//   if (found) Use(get.Text(0));
//   get.Reset();

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kaito::apiserver {

class Statement {
 public:
  Statement() = default;

  // Parameters count from 1. Texts are copied.
  void Bind(int parameter, absl::string_view text);
  void Bind(int parameter, int64_t number);

  // True with a row; false at the end.
  absl::StatusOr<bool> Step();
  // Steps to the end, ignoring rows, and resets.
  absl::Status Run();
  void Reset();

  // Columns of the row count from 0; a text is valid until the next Step() or
  // Reset(), and empty for NULL.
  absl::string_view Text(int column) const;
  int64_t Integer(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets a statement at the end of a scope, so that no read transaction stays
// open behind an early return.
class ScopedReset {
 public:
  explicit ScopedReset(Statement& statement) : statement_(statement) {}
  ~ScopedReset() { statement_.Reset(); }
  ScopedReset(const ScopedReset&) = delete;
  ScopedReset& operator=(const ScopedReset&) = delete;

 private:
  Statement& statement_;
};

class Database {
 public:
  struct Options {
    bool read_only = false;
    int64_t cache_bytes = 1 << 20;
  };

  static absl::StatusOr<Database> Open(absl::string_view path,
                                       const Options& options);

  Database() = default;

  // Several statements, separated by ";".
  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(absl::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit Database(sqlite3* db) : db_(db) {}

  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_STORE_DATABASE_H_

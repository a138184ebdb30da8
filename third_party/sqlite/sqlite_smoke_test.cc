// What the standalone store relies on: write-ahead logging with readers that
// keep their snapshot, transactions that roll back, and RETURNING.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sqlite3.h"

namespace kaito {
namespace {

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Db = std::unique_ptr<sqlite3, Close>;

Db Open(const std::string& path) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK) << sqlite3_errmsg(db);
  return Db(db);
}

int AppendRow(void* rows, int columns, char** values, char** /*names*/) {
  std::string row;
  for (int i = 0; i < columns; ++i) {
    row += (i > 0 ? "," : "") +
           std::string(values[i] != nullptr ? values[i] : "NULL");
  }
  static_cast<std::vector<std::string>*>(rows)->push_back(row);
  return 0;
}

// Rows as "a,b"; an error is a row of its own.
std::vector<std::string> Query(const Db& db, const std::string& sql) {
  std::vector<std::string> rows;
  if (sqlite3_exec(db.get(), sql.c_str(), AppendRow, &rows, nullptr) !=
      SQLITE_OK) {
    rows.push_back(std::string("error: ") + sqlite3_errmsg(db.get()));
  }
  return rows;
}

using Rows = std::vector<std::string>;

TEST(Sqlite, ReaderKeepsItsSnapshotWhileAWriterCommits) {
  const std::string path = std::string(getenv("TEST_TMPDIR")) + "/wal.db";
  const Db writer = Open(path);
  ASSERT_EQ(Query(writer, "PRAGMA journal_mode = WAL"), Rows{"wal"});
  ASSERT_EQ(
      Query(writer,
            "CREATE TABLE objects(name TEXT PRIMARY KEY, version INTEGER);"
            "INSERT INTO objects VALUES('a', 1)"),
      Rows{});
  const Db reader = Open(path);
  ASSERT_EQ(Query(reader, "BEGIN; SELECT version FROM objects"), Rows{"1"});
  EXPECT_EQ(Query(writer,
                  "INSERT INTO objects VALUES('a', 7) ON CONFLICT(name) DO "
                  "UPDATE SET version = version + 1 RETURNING name, version"),
            Rows{"a,2"});
  EXPECT_EQ(Query(reader, "SELECT version FROM objects"), Rows{"1"});
  EXPECT_EQ(Query(reader, "COMMIT; SELECT version FROM objects"), Rows{"2"});
}

TEST(Sqlite, RollbackLeavesNothingBehind) {
  const Db db = Open(":memory:");
  ASSERT_EQ(Query(db, "CREATE TABLE t(n INTEGER CHECK(n > 0))"), Rows{});
  ASSERT_EQ(Query(db, "BEGIN; INSERT INTO t VALUES(1)"), Rows{});
  EXPECT_EQ(Query(db, "INSERT INTO t VALUES(-1)"),
            Rows{"error: CHECK constraint failed: n > 0"});
  EXPECT_EQ(Query(db, "ROLLBACK; SELECT count(*) FROM t"), Rows{"0"});
}

}  // namespace
}  // namespace kaito

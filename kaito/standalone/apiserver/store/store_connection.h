#ifndef KAITO_STANDALONE_APISERVER_STORE_STORE_CONNECTION_H_
#define KAITO_STANDALONE_APISERVER_STORE_STORE_CONNECTION_H_

// A connection to the store's file with all statements that it needs prepared:
// preparing one costs more than running it. For store.cc only.

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/standalone/apiserver/store/database.h"

namespace kaito::apiserver {

class StoreConnection {
 public:
  static absl::StatusOr<std::unique_ptr<StoreConnection>> OpenReader(
      absl::string_view path);
  // Makes the tables too.
  static absl::StatusOr<std::unique_ptr<StoreConnection>> OpenWriter(
      absl::string_view path);

  Database db;
  Statement begin;
  Statement commit;
  Statement version;
  Statement compacted;
  Statement get;
  Statement list;
  Statement list_namespace;
  Statement changed_after;
  Statement owned_by;
  Statement uid_exists;
  Statement events_after;
  // Writer's only.
  Statement rollback;
  Statement put;
  Statement erase;
  Statement record;
  Statement put_owner;
  Statement erase_owners;
  Statement newest_first;
  Statement forget;
  Statement set_compacted;

 private:
  absl::Status PrepareReads();
  absl::Status PrepareWrites();
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_STORE_STORE_CONNECTION_H_

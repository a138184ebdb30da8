#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_ROWS_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_ROWS_H_

// Columns and rows of `kubectl get` for built-in kinds, as real API servers
// print them. Pure.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

struct TablePrinter {
  std::vector<TableColumn> columns;
  RowPrinter row;
};

// By the kind: "Pod". Name and age for kinds without a table of their own.
TablePrinter BuiltinTable(absl::string_view kind);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_ROWS_H_

#ifndef KAITO_BASE_STATUS_STATUS_MACROS_H_
#define KAITO_BASE_STATUS_STATUS_MACROS_H_

// Early returns for functions that return absl::Status or absl::StatusOr.
//
//   absl::StatusOr<Config> Load(absl::string_view path) {
//     KAITO_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
//     KAITO_RETURN_IF_ERROR(CheckSize(text));
//     return Parse(text);
//   }
//
// Context is added once, at the layer that knows something new, with Annotate()
// (status.h), not at every level.

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function where `expr`, an absl::Status, is not OK.
#define KAITO_RETURN_IF_ERROR(expr)                                   \
  do {                                                                \
    if (::absl::Status kaito_status_ = (expr); !kaito_status_.ok()) { \
      return kaito_status_;                                           \
    }                                                                 \
  } while (false)

// Evaluates `expr`, an absl::StatusOr; returns its status, or assigns its value
// to `lhs`, which may declare a variable.
#define KAITO_ASSIGN_OR_RETURN(lhs, expr)                                  \
  KAITO_ASSIGN_OR_RETURN_(KAITO_STATUS_CONCAT_(kaito_statusor_, __LINE__), \
                          lhs, expr)

#define KAITO_ASSIGN_OR_RETURN_(name, lhs, expr)   \
  auto name = (expr);                              \
  if (!name.ok()) return std::move(name).status(); \
  lhs = *std::move(name)

#define KAITO_STATUS_CONCAT_(a, b) KAITO_STATUS_CONCAT_INNER_(a, b)
#define KAITO_STATUS_CONCAT_INNER_(a, b) a##b

#endif  // KAITO_BASE_STATUS_STATUS_MACROS_H_

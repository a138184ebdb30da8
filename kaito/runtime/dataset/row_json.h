#ifndef KAITO_RUNTIME_DATASET_ROW_JSON_H_
#define KAITO_RUNTIME_DATASET_ROW_JSON_H_

// Makes a row's content of one record, a JSON object whose names are the
// columns. Every reader gives its records in this form, so names and checks are
// the same for all formats.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const ParsedRow row,
//       ParseRow(R"({"messages":[{"role":"user","content":"Hi"}]})", {}));
//
// The first of these that a record has wins; other columns are ignored:
//   messages, conversations        a list, or a string that holds it as JSON,
//                                  of {role, content} or {from, value}
//   prompt, completion             two strings, or two lists of messages
//   instruction [context|input] response|output
//   text
// and tools beside a list of messages.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/dataset/row.h"

namespace kaito::runtime {

// Columns of the user's own; "" for the names above.
struct ColumnNames {
  std::string messages;
  std::string prompt;
  std::string completion;
};

struct ParsedRow {
  RowContent content;
  // Why there is nothing to train on (null or no messages, a null prompt);
  // empty for a usable row.
  std::string unusable;
};

// InvalidArgument names the column and what is wrong with it: a file with such
// a record is rejected as a whole. Depth and size are bounded.
absl::StatusOr<ParsedRow> ParseRow(absl::string_view record,
                                   const ColumnNames& names);

// Names of the columns that ParseRow looks at.
std::vector<std::string> KnownColumns(const ColumnNames& names);

// A list of one user's and one assistant's message, as JSON.
std::string MessagesOf(const PromptCompletion& pair);

// What `runtime data --json` prints: {"row":index,"messages":[...],"tools":...}
// or {"row":index,"text":...}.
std::string FormatRow(const Row& row);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_ROW_JSON_H_

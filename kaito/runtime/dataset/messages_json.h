#ifndef KAITO_RUNTIME_DATASET_MESSAGES_JSON_H_
#define KAITO_RUNTIME_DATASET_MESSAGES_JSON_H_

// Reads a column of chat messages, and normalises each to {"role", "content"}
// and, where they are there, "tool_calls", "tool_call_id" and
// "reasoning_content". {from, value} becomes {role, content}: human is user,
// gpt is assistant. Other fields are dropped.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"

namespace kaito::runtime {

struct MessageList {
  bool null = false;
  int64_t count = 0;
  std::string items;  // JSON of the messages, with commas between them.
};

// `value` is a list or null. `column` begins the errors, which are
// InvalidArgument.
absl::Status ReadMessages(absl::string_view column, const json::Cursor& value,
                          MessageList* out);

// The same of a column of strings that hold JSON. Not while another text is
// being read: see json::Read().
absl::Status ParseMessages(absl::string_view column, absl::string_view text,
                           MessageList* out);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_MESSAGES_JSON_H_

#ifndef KAITO_RUNTIME_DATASET_ROW_H_
#define KAITO_RUNTIME_DATASET_ROW_H_

// Row: one example of a data set, in the one form that all file formats and
// column names come down to (row_json.h). Plain values; ids are made of them by
// row_encoder.h.

#include <cstdint>
#include <string>
#include <variant>

namespace kaito::runtime {

// A chat. Messages and tools stay JSON text, since templates print them in the
// order of the document.
struct Conversation {
  // A list of {"role", "content", ...}; content may be null.
  std::string messages;
  int64_t message_count = 0;
  // The first of them are a prompt that is never trained on; 0 where the row
  // was one list of messages.
  int64_t prompt_messages = 0;
  std::string tools;  // A JSON list; "" where the row has none.
};

// prompt and completion, or instruction, context and response, as strings.
struct PromptCompletion {
  std::string prompt;
  std::string completion;
};

struct PlainText {
  std::string text;
};

using RowContent = std::variant<Conversation, PromptCompletion, PlainText>;

struct Row {
  int64_t index = 0;   // In the data set, from 0; unusable rows count.
  int64_t file = 0;    // Index into Dataset::files.
  int64_t number = 0;  // In its file, from 1; see Dataset::Where().
  RowContent content;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_ROW_H_

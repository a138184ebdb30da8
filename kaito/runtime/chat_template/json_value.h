#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_JSON_VALUE_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_JSON_VALUE_H_

// JSON as values of templates: messages, tools, keyword arguments. Keys keep
// the order of the document, which json::Value would lose.
//
//   Arena arena(64 << 20);
//   KAITO_ASSIGN_OR_RETURN(Value messages, ParseJsonValue(text, arena));

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// A name that an object has twice keeps its place and its last value, as in
// Python. InvalidArgument for what isn't JSON, for integers beyond 64 bits, and
// ResourceExhausted where the arena's limit is reached.
absl::StatusOr<Value> ReadJsonValue(const json::Cursor& from, Arena& arena);
absl::StatusOr<Value> ParseJsonValue(absl::string_view text, Arena& arena);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_JSON_VALUE_H_

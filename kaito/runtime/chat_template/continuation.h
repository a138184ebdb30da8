#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_CONTINUATION_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_CONTINUATION_H_

// The option continue_final_message: the text ends where the content of the
// last message does. As in transformers, a mark is put behind the content, and
// the text is cut where the mark comes out. For chat_template.h.

#include <string>

#include "absl/status/status.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// The messages with the mark behind the last one's content, or behind the last
// text in it where the content is a list of parts.
Value MarkFinalMessage(Run& run, const Value& messages);

// Cuts the text at the mark; white space before it goes too where the template
// trims. Fails where the mark or the content isn't in the text.
absl::Status CutAtMark(const Value& messages, std::string* text);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_CONTINUATION_H_

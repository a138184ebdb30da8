#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_TOJSON_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_TOJSON_H_

// The filter `tojson` as transformers defines it: Python's json.dumps, without
// escapes for HTML, and not only ASCII.

#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// Arguments: ensure_ascii, indent (a number of spaces, or the text itself),
// separators (a pair), sort_keys.
Value ToJson(Run& run, const Value& self, const Args& args);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_TOJSON_H_

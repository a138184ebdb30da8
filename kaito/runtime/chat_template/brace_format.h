#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_BRACE_FORMAT_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_BRACE_FORMAT_H_

// Python's str.format, in the sandbox: '{} of {name:>5}'.format(1, name='x').

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// How '{0.name[key]}' gets at parts: as templates do (attributes.h, which
// depends on this).
struct FieldLookup {
  Value (*attribute)(Run& run, const Value& of, absl::string_view name);
  Value (*item)(Run& run, const Value& of, const Value& key);
};

Value BraceFormat(Run& run, const Value& format, const Args& args,
                  const FieldLookup& lookup);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_BRACE_FORMAT_H_

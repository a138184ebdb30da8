#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_PERCENT_FORMAT_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_PERCENT_FORMAT_H_

// Python's text % values: '%s is %05.2f' % ('pi', 3.14).

#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// `values` is a tuple, a dict for '%(name)s', or the one value.
Value PercentFormat(Run& run, const Value& format, const Value& values);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_PERCENT_FORMAT_H_

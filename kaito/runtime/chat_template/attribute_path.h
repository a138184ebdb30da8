#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_ATTRIBUTE_PATH_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_ATTRIBUTE_PATH_H_

// The `attribute` of filters: map(attribute='function.name'), sort(attribute=
// 'age,name'). Parts are separated by dots; digits are places in a list.

#include <vector>

#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

class AttributePath {
 public:
  // None gives the item itself; `fallback` stands for what is undefined on the
  // way, unless it is missing.
  AttributePath(Run& run, const Value& attribute,
                const Value& fallback = Value::Missing());

  Value Of(Run& run, Value item) const;

 private:
  std::vector<Value> parts_;
  Value fallback_;
};

// A text in lower case, anything else as it is: how filters ignore case.
Value FoldCase(Run& run, const Value& value);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_ATTRIBUTE_PATH_H_

#include "kaito/runtime/chat_template/attribute_path.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/attributes.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

AttributePath::AttributePath(Run& run, const Value& attribute,
                             const Value& fallback)
    : fallback_(fallback) {
  if (attribute.is_none()) return;
  if (!attribute.is_string()) {
    parts_.push_back(attribute);
    return;
  }
  for (const absl::string_view part : Split(attribute.text(), ".", -1)) {
    int64_t index = 0;
    const bool digits =
        !part.empty() && std::ranges::all_of(part, absl::ascii_isdigit);
    parts_.push_back(digits && absl::SimpleAtoi(part, &index)
                         ? Value::Int(index)
                         : Value::String(part));
  }
}

Value AttributePath::Of(Run& run, Value item) const {
  for (const Value& part : parts_) {
    if (!run.Work(1)) return Value::Failed();
    item = GetItem(run, item, part);
    if (item.failed()) return item;
    if (item.is_undefined() && !fallback_.missing()) item = fallback_;
  }
  return item;
}

Value FoldCase(Run& run, const Value& value) {
  if (!value.is_string()) return value;
  return run.CopyText(MapCase(value.text(), CaseMap::kLower));
}

}  // namespace kaito::runtime::jinja

#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_COMPARE_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_COMPARE_H_

// Python's ==, <, in, and sorting.

#include <cstdint>
#include <vector>

#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// Each says false with run.failed() where it fails: types without an order, or
// a limit.
bool Equal(Run& run, const Value& a, const Value& b);
bool Less(Run& run, const Value& a, const Value& b);
bool LessOrEqual(Run& run, const Value& a, const Value& b);
bool Contains(Run& run, const Value& container, const Value& item);

// The places 0..keys.size()-1 in the order of their keys; equal ones keep
// theirs, in both directions. Where the keys have no order, run fails.
std::vector<int64_t> SortedPlaces(Run& run, const std::vector<Value>& keys,
                                  bool reverse);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_COMPARE_H_

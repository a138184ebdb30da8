#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_OPERATORS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_OPERATORS_H_

// Python's arithmetic on values. Integers have 64 bits; what would need more is
// an error.

#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

Value Add(Run& run, const Value& a, const Value& b);
Value Subtract(Run& run, const Value& a, const Value& b);
Value Multiply(Run& run, const Value& a, const Value& b);
Value Divide(Run& run, const Value& a, const Value& b);       // Always a float.
Value FloorDivide(Run& run, const Value& a, const Value& b);  // Towards -inf.
Value Modulo(Run& run, const Value& a, const Value& b);  // Or formats a text.
Value Power(Run& run, const Value& a, const Value& b);
Value Negate(Run& run, const Value& a);
Value Plus(Run& run, const Value& a);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_OPERATORS_H_

#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_NUMBERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_NUMBERS_H_

// Numbers as Python writes and reads them.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

// repr(value): the shortest digits that give the same double; "1e+16", "1.0",
// "nan", "inf".
std::string FloatRepr(double value);

// int(text, base) and float(text): white space around, a sign, and single
// underscores between digits are fine. Base 0 and the bases 2, 8 and 16 take
// Python's prefixes. nullopt also where an int exceeds 64 bits.
std::optional<int64_t> ParseInt(absl::string_view text, int base);
std::optional<double> ParseFloat(absl::string_view text);

// round(value, digits), half to even on the decimal digits.
double RoundFloat(double value, int64_t digits);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_NUMBERS_H_

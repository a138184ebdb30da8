#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_SPAN_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_SPAN_H_

// A part of a rendered text, in bytes: [begin, end).

#include <cstdint>

namespace kaito::runtime {

struct TextSpan {
  int64_t begin = 0;
  int64_t end = 0;

  bool operator==(const TextSpan&) const = default;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_SPAN_H_

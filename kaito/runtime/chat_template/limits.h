#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_LIMITS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_LIMITS_H_

// What one rendering may take. Templates come with models from strangers; with
// these every one of them ends within about a second and 200 MiB.

#include <cstdint>

namespace kaito::runtime {

struct TemplateLimits {
  // Released templates have up to 40 KB.
  int64_t max_template_bytes = int64_t{1} << 20;

  // One for each node evaluated, item or 16 bytes of text handled: 10 to 40 ns
  // each. A conversation of 1,000 messages takes about 100,000.
  int64_t max_work = 10'000'000;

  // Of all values made on the way; none is freed before the end.
  int64_t max_memory_bytes = int64_t{64} << 20;

  // Of the text, and of what macros and captures write on the way.
  int64_t max_output_bytes = int64_t{32} << 20;

  // Expressions, blocks and calls inside each other while rendering. Python
  // stops at some 300 nested macros, which are six to eight levels each. Takes
  // up to 2 MiB of stack.
  int max_depth = 2000;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_LIMITS_H_

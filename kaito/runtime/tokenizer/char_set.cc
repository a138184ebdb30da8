#include "kaito/runtime/tokenizer/char_set.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "kaito/runtime/tokenizer/char_class.h"

namespace kaito::runtime::tokenization {

void CharSet::AddRange(char32_t first, char32_t last) {
  ranges_.emplace_back(first, last);
}

void CharSet::AddOtherCases() {
  const std::vector<std::pair<char32_t, char32_t>> given = ranges_;
  for (const auto& [first, last] : given) {
    for (char32_t c = 'a'; c <= 'z'; ++c) {
      const char32_t upper = c - 'a' + 'A';
      const bool has_lower = c >= first && c <= last;
      const bool has_upper = upper >= first && upper <= last;
      if (!has_lower && !has_upper) continue;
      AddRange(c, c);
      AddRange(upper, upper);
      if (c == 's') AddRange(0x17F, 0x17F);
      if (c == 'k') AddRange(0x212A, 0x212A);
    }
  }
}

void CharSet::Finish(bool negated) {
  negated_ = negated;
  const CharClasses& classes = CharClasses::Get();
  for (char32_t c = 0; c < 128; ++c) {
    if (HasUnnegated(c, classes.Of(c)) != negated) {
      ascii_[c >> 6] |= uint64_t{1} << (c & 63);
    }
  }
}

}  // namespace kaito::runtime::tokenization

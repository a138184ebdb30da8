#ifndef KAITO_RUNTIME_TOKENIZER_CHAR_SET_H_
#define KAITO_RUNTIME_TOKENIZER_CHAR_SET_H_

// A set of code points as a pattern names it: [^\r\n\p{L}], \s, a literal. Made
// while a pattern is parsed, then only asked.
//
//   CharSet set;
//   set.AddClasses(kLetter);
//   set.AddRange('0', '9');
//   set.Finish();
//   if (set.Contains(c, CharClasses::Get())) ...

#include <cstdint>
#include <utility>
#include <vector>

#include "kaito/runtime/tokenizer/char_class.h"

namespace kaito::runtime::tokenization {

class CharSet {
 public:
  void AddRange(char32_t first, char32_t last);
  // Code points that have any of these classes, or none of them.
  void AddClasses(uint16_t classes) { any_of_ |= classes; }
  void AddNoneOf(uint16_t classes) { none_of_.push_back(classes); }
  // The other case of the letters among the ranges, as (?i:…) means it: with
  // U+017F for s and U+212A for k.
  void AddOtherCases();
  // Last: the complement, where wanted, and the ASCII table.
  void Finish(bool negated = false);

  bool Contains(char32_t c, const CharClasses& classes) const {
    if (c < 128) return (ascii_[c >> 6] >> (c & 63) & 1) != 0;
    return HasUnnegated(c, classes.Of(c)) != negated_;
  }

  // Bit i of the 128: whether the ASCII character i is in the set.
  const uint64_t* ascii() const { return ascii_; }

 private:
  bool HasUnnegated(char32_t c, uint16_t classes) const {
    if ((classes & any_of_) != 0) return true;
    for (const uint16_t none : none_of_) {
      if ((classes & none) == 0) return true;
    }
    for (const auto& [first, last] : ranges_) {
      if (c >= first && c <= last) return true;
    }
    return false;
  }

  uint64_t ascii_[2] = {0, 0};
  uint16_t any_of_ = 0;
  bool negated_ = false;
  std::vector<uint16_t> none_of_;
  std::vector<std::pair<char32_t, char32_t>> ranges_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_CHAR_SET_H_

#ifndef KAITO_RUNTIME_TOKENIZER_PATTERN_H_
#define KAITO_RUNTIME_TOKENIZER_PATTERN_H_

// The regular expressions of tokenizers' split rules, with the meaning that
// Oniguruma gives them: Unicode classes, first alternative wins, greedy. RE2
// lacks the look-ahead that they all use, and its \s is ASCII's.
//
//   KAITO_ASSIGN_OR_RETURN(const Pattern words, ParsePattern(R"( ?\p{L}+)"));
//   PatternBudget budget(text.size());
//   Match m;
//   for (size_t at = 0; words.Find(text, at, &budget, &m); at = m.end) ...
//
// Matching backtracks; the budget bounds it, whatever the pattern.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/char_class.h"
#include "kaito/runtime/tokenizer/char_set.h"

namespace kaito::runtime::tokenization {

struct Match {
  size_t begin = 0;
  size_t end = 0;
};

// Work that may be spent on one text. The published patterns need some 20 steps
// a byte; only one made to blow up comes near this limit.
class PatternBudget {
 public:
  explicit PatternBudget(size_t text_size)
      : steps_left_(1000000 + 200 * static_cast<int64_t>(text_size)) {}
  bool Spend(int64_t steps) { return (steps_left_ -= steps) >= 0; }
  bool spent() const { return steps_left_ < 0; }

 private:
  int64_t steps_left_;
};

// A compiled pattern: states that were added from the last one to the first, so
// that each leads only to earlier ones, and recursion ends. Made by
// ParsePattern (pattern_parser.h), or by hand.
class Pattern {
 public:
  static constexpr int32_t kUnbounded = 0x7FFFFFFF;

  // Matches exactly `text`, which is not empty.
  static Pattern Literal(absl::string_view text);
  // Matches one character of a set.
  static Pattern OneOf(CharSet set);

  // A pattern of nothing but the accepting state, which is state 0.
  Pattern();

  // Each adds a state, which becomes the start, and returns its number.
  int32_t AddSet(CharSet set, int32_t min, int32_t max, int32_t next);
  int32_t AddNotAhead(CharSet set, int32_t next);
  int32_t AddAlternatives(std::vector<int32_t> alternatives);

  // Whether the pattern can match without taking a character.
  bool CanMatchNothing() const { return nodes_.back().nullable; }

  // The leftmost match at or after `from`; false where there is none, or the
  // budget is spent. `text` is well-formed UTF-8, `from` between characters.
  bool Find(absl::string_view text, size_t from, PatternBudget* budget,
            Match* match) const;

 private:
  enum class Kind : uint8_t { kAccept, kSet, kNotAhead, kAlternatives };

  struct Node {
    Kind kind = Kind::kAccept;
    bool nullable = true;
    int32_t next = 0;
    int32_t set = 0;  // Of kSet and kNotAhead.
    int32_t min = 1;  // Of kSet: how often, greedily.
    int32_t max = 1;
    std::vector<int32_t> alternatives;  // The first that matches wins.
    // A bit for each ASCII character that can come first; all, if nullable.
    uint64_t first[2] = {~uint64_t{0}, ~uint64_t{0}};
  };

  struct Subject {
    absl::string_view text;
    const CharClasses& classes;
    PatternBudget* budget;
  };

  static bool CanBegin(const Node& node, char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte >= 128 || (node.first[byte >> 6] >> (byte & 63) & 1) != 0;
  }
  int32_t Add(Node node);
  bool MatchHere(int32_t at, size_t pos, Subject* subject, size_t* end) const;
  bool MatchRepeated(const Node& node, size_t pos, Subject* subject,
                     size_t* end) const;

  std::vector<Node> nodes_;  // The last is the start.
  std::vector<CharSet> sets_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_PATTERN_H_

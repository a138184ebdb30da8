#ifndef KAITO_RUNTIME_TOKENIZER_SPLITTER_H_
#define KAITO_RUNTIME_TOKENIZER_SPLITTER_H_

// Cuts a piece of text where a pattern matches, with the five behaviours of the
// pre-tokenizer "Split" and its kin.
//
//   Splitter digits(Pattern::OneOf(numbers), SplitBehavior::kIsolated, false);
//   if (!digits.Split(text, {0, text.size()}, &budget, &pieces)) ... // Spent.

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/pattern.h"

namespace kaito::runtime::tokenization {

// What becomes of a match.
enum class SplitBehavior {
  kRemoved,
  kIsolated,            // A piece of its own.
  kMergedWithPrevious,  // It ends the piece before it.
  kMergedWithNext,
  kContiguous,  // Neighbouring matches together are one piece.
};

std::optional<SplitBehavior> SplitBehaviorFromName(absl::string_view name);

// Bytes [begin, end) of a text; never empty.
struct Piece {
  size_t begin = 0;
  size_t end = 0;

  bool operator==(const Piece&) const = default;
};

class Splitter {
 public:
  // `invert` swaps the roles of matches and what lies between them.
  Splitter(Pattern pattern, SplitBehavior behavior, bool invert);

  // Appends the pieces of `piece` to `out`, in their order. A pattern sees no
  // further than the piece. False where the budget is spent.
  [[nodiscard]] bool Split(absl::string_view text, Piece piece,
                           PatternBudget* budget,
                           std::vector<Piece>* out) const;

 private:
  Pattern pattern_;
  SplitBehavior behavior_;
  bool invert_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_SPLITTER_H_

#include "kaito/runtime/tokenizer/splitter.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/pattern.h"

namespace kaito::runtime::tokenization {
namespace {

// Turns the stretches of a text, matches and what lies between them, into
// pieces.
class PieceMaker {
 public:
  PieceMaker(SplitBehavior behavior, std::vector<Piece>* out)
      : behavior_(behavior), out_(*out), first_(out->size()) {}

  // The stretch that follows the one before.
  void Take(size_t begin, size_t end, bool is_match) {
    if (begin == end) return;
    const bool joins = out_.size() > first_ && Joins(is_match);
    previous_was_match_ = is_match;
    if (joins) {
      out_.back().end = end;
    } else if (behavior_ != SplitBehavior::kRemoved || !is_match) {
      out_.push_back({begin, end});
    }
  }

 private:
  // Whether a stretch belongs to the piece before it.
  bool Joins(bool is_match) const {
    switch (behavior_) {
      case SplitBehavior::kRemoved:
      case SplitBehavior::kIsolated:
        return false;
      case SplitBehavior::kMergedWithPrevious:
        return is_match && !previous_was_match_;
      case SplitBehavior::kMergedWithNext:
        return !is_match && previous_was_match_;
      case SplitBehavior::kContiguous:
        return is_match == previous_was_match_;
    }
    return false;
  }

  SplitBehavior behavior_;
  std::vector<Piece>& out_;
  size_t first_;
  bool previous_was_match_ = false;
};

}  // namespace

std::optional<SplitBehavior> SplitBehaviorFromName(absl::string_view name) {
  if (name == "Removed") return SplitBehavior::kRemoved;
  if (name == "Isolated") return SplitBehavior::kIsolated;
  if (name == "MergedWithPrevious") return SplitBehavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return SplitBehavior::kMergedWithNext;
  if (name == "Contiguous") return SplitBehavior::kContiguous;
  return std::nullopt;
}

Splitter::Splitter(Pattern pattern, SplitBehavior behavior, bool invert)
    : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}

bool Splitter::Split(absl::string_view text, Piece piece, PatternBudget* budget,
                     std::vector<Piece>* out) const {
  PieceMaker maker(behavior_, out);
  const absl::string_view seen = text.substr(0, piece.end);
  size_t at = piece.begin;
  Match match;
  while (pattern_.Find(seen, at, budget, &match)) {
    maker.Take(at, match.begin, invert_);
    maker.Take(match.begin, match.end, !invert_);
    at = match.end;
  }
  maker.Take(at, piece.end, invert_);
  return !budget->spent();
}

}  // namespace kaito::runtime::tokenization

#ifndef KAITO_RUNTIME_TOKENIZER_MERGE_TABLE_H_
#define KAITO_RUNTIME_TOKENIZER_MERGE_TABLE_H_

// The merge rules of byte-pair encoding, and the two ways to apply them to a
// row of symbols: a scan for the few symbols of a word, a heap for long rows.
// Both apply the rule of lowest rank first, and of equals the leftmost.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace kaito::runtime::tokenization {

// A token that stands for bytes [begin, end) of what is being merged.
struct Symbol {
  int32_t id = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

class MergeTable {
 public:
  // A rule that is there already is replaced: of two equal ones the later
  // counts.
  void Add(int32_t left, int32_t right, int32_t rank, int32_t product) {
    rules_[Key(left, right)] = {rank, product};
  }
  void Reserve(size_t rules) { rules_.reserve(rules); }

  // Merges until no rule applies.
  void Apply(std::vector<Symbol>* symbols) const;

 private:
  struct Rule {
    int32_t rank;
    int32_t product;
  };

  static uint64_t Key(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 |
           static_cast<uint32_t>(right);
  }
  // nullptr where no rule merges these two.
  const Rule* Find(int32_t left, int32_t right) const {
    const auto it = rules_.find(Key(left, right));
    return it == rules_.end() ? nullptr : &it->second;
  }
  void ApplyToShort(std::vector<Symbol>* symbols) const;
  void ApplyToLong(std::vector<Symbol>* symbols) const;

  absl::flat_hash_map<uint64_t, Rule> rules_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_MERGE_TABLE_H_

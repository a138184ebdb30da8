#ifndef KAITO_RUNTIME_TOKENIZER_ADDED_TOKENS_H_
#define KAITO_RUNTIME_TOKENIZER_ADDED_TOKENS_H_

// Added tokens: found in a text before anything else, whatever stands around
// them. Those with `normalized` are looked for after the normalizer, the others
// before it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/splitter.h"

namespace kaito::runtime::tokenization {

struct AddedToken {
  int32_t id = 0;
  std::string content;
  bool single_word = false;  // Not inside a word.
  bool lstrip = false;       // Takes the white space before it along.
  bool rstrip = false;
  bool normalized = false;
  bool special = false;  // Left out by skip_special_tokens.

  bool operator==(const AddedToken&) const = default;
};

// Finds the tokens of one of the two kinds in a text.
class AddedTokenFinder {
 public:
  // `token` is looked for as `content`, which normalisation may have changed;
  // nothing is done where that is empty.
  void Add(const AddedToken& token, absl::string_view content);

  struct Part {
    Piece piece;
    int32_t id = -1;  // -1 for the text between tokens.
  };
  // The parts of `text`, in order; empty for an empty text. At each place the
  // longest token wins, and the first place wins.
  std::vector<Part> Split(absl::string_view text) const;

  bool empty() const { return tokens_.empty(); }

 private:
  // Index in tokens_ of the longest one that begins at `at`, or -1.
  int32_t LongestAt(absl::string_view text, size_t at, size_t* end) const;

  static uint64_t Edge(int32_t node, char byte) {
    return uint64_t{static_cast<uint32_t>(node)} << 8 |
           static_cast<uint8_t>(byte);
  }

  // A trie over bytes: children by (node, byte), and for each node the index of
  // the token that ends there, or -1. Node 0 is the root.
  absl::flat_hash_map<uint64_t, int32_t> children_;
  std::vector<int32_t> ends_ = {-1};
  bool begins_[256] = {};
  std::vector<AddedToken> tokens_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_ADDED_TOKENS_H_

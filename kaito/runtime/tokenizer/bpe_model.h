#ifndef KAITO_RUNTIME_TOKENIZER_BPE_MODEL_H_
#define KAITO_RUNTIME_TOKENIZER_BPE_MODEL_H_

// Byte-pair encoding: a piece's characters, merged by rank.
//
// How it is kept quick: a piece is cut where no token could reach across
// (adjacency.h), which turns a text without spaces to split at into words again;
// a word that is a token, and known to come out as just that token, is looked up
// and not merged.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/adjacency.h"
#include "kaito/runtime/tokenizer/merge_table.h"
#include "kaito/runtime/tokenizer/model.h"
#include "kaito/runtime/tokenizer/splitter.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {

struct BpeOptions {
  // For characters that have no token; without it they vanish.
  std::optional<std::string> unk_token;
  bool fuse_unk = false;       // One for a run of such characters.
  bool byte_fallback = false;  // Tokens <0x00> to <0xFF> go first.
  bool ignore_merges = false;  // A piece that is a token is that token.
};

class BpeModel : public Model {
 public:
  using IdPair = std::pair<int32_t, int32_t>;

  // `merges` in the order of their rank, as ids of `vocabulary`.
  // InvalidArgument where two parts together, or unk_token, are no token.
  static absl::StatusOr<std::unique_ptr<BpeModel>> Create(
      Vocabulary vocabulary, const std::vector<IdPair>& merges,
      const BpeOptions& options);

  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void Encode(absl::string_view text, Piece piece,
              TokenSink* out) const override;

 private:
  BpeModel(Vocabulary vocabulary, const BpeOptions& options);

  absl::Status AddMerges(const std::vector<IdPair>& merges);
  void FindSpecialSymbols();
  // Whether characters without a token may become part of more than one.
  bool UnknownMayJoin(const std::vector<IdPair>& merges) const;
  void FindWholeWords();

  int32_t SymbolOf(char32_t c) const {
    if (c < latin_symbols_.size()) return latin_symbols_[c];
    const auto it = other_symbols_.find(c);
    return it == other_symbols_.end() ? kNoToken : it->second;
  }
  // Whether one token may hold both of two neighbours.
  bool MayJoin(char32_t left, char32_t right) const {
    if (adjacency_.Contains(left, right)) return true;
    return unknown_may_join_ &&
           (SymbolOf(left) == kNoToken || SymbolOf(right) == kNoToken);
  }
  // The token of a whole piece, where it is known to come out as just that.
  int32_t FindWholeWord(absl::string_view word) const {
    if (word.size() > vocabulary_.longest_text()) return kNoToken;
    const int32_t id = vocabulary_.Find(word);
    return id != kNoToken && is_whole_word_[id] ? id : kNoToken;
  }
  // Tokens of bytes [begin, end), inside which nothing is cut.
  void EncodeWord(absl::string_view text, size_t begin, size_t end,
                  std::vector<Symbol>* scratch, TokenSink* out) const;
  // The characters of `word` as symbols, not merged yet.
  void AppendSymbols(absl::string_view word, std::vector<Symbol>* out) const;

  Vocabulary vocabulary_;
  BpeOptions options_;
  MergeTable merges_;
  Adjacency adjacency_;
  std::array<int32_t, 0x200> latin_symbols_;
  absl::flat_hash_map<char32_t, int32_t> other_symbols_;
  std::array<int32_t, 256> byte_tokens_;  // kNoToken without byte_fallback.
  int32_t unk_id_ = kNoToken;
  bool unknown_may_join_ = false;
  std::vector<bool> is_whole_word_;  // By id.
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_BPE_MODEL_H_

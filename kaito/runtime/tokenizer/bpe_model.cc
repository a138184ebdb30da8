#include "kaito/runtime/tokenizer/bpe_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/adjacency.h"
#include "kaito/runtime/tokenizer/merge_table.h"
#include "kaito/runtime/tokenizer/model.h"
#include "kaito/runtime/tokenizer/splitter.h"
#include "kaito/runtime/tokenizer/utf8.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {

absl::StatusOr<std::unique_ptr<BpeModel>> BpeModel::Create(
    Vocabulary vocabulary, const std::vector<IdPair>& merges,
    const BpeOptions& options) {
  auto model =
      std::unique_ptr<BpeModel>(new BpeModel(std::move(vocabulary), options));
  if (options.unk_token.has_value() && model->unk_id_ == kNoToken) {
    return absl::InvalidArgumentError(
        absl::StrCat("unk_token: ", json::Quote(*options.unk_token),
                     " is not in the vocabulary"));
  }
  KAITO_RETURN_IF_ERROR(model->AddMerges(merges));
  model->unknown_may_join_ = model->UnknownMayJoin(merges);
  model->FindWholeWords();
  return model;
}

BpeModel::BpeModel(Vocabulary vocabulary, const BpeOptions& options)
    : vocabulary_(std::move(vocabulary)), options_(options) {
  latin_symbols_.fill(kNoToken);
  byte_tokens_.fill(kNoToken);
  FindSpecialSymbols();
}

void BpeModel::FindSpecialSymbols() {
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    const absl::string_view text = vocabulary_.Text(id);
    if (text.empty() || text.size() != static_cast<size_t>(Utf8Size(text[0]))) {
      continue;
    }
    const char32_t c = DecodeUtf8(text.data());
    if (c < latin_symbols_.size()) {
      latin_symbols_[c] = id;
    } else {
      other_symbols_[c] = id;
    }
  }
  for (int byte = 0; options_.byte_fallback && byte < 256; ++byte) {
    byte_tokens_[byte] = vocabulary_.Find(absl::StrFormat("<0x%02X>", byte));
  }
  if (options_.unk_token.has_value()) {
    unk_id_ = vocabulary_.Find(*options_.unk_token);
  }
}

absl::Status BpeModel::AddMerges(const std::vector<IdPair>& merges) {
  merges_.Reserve(merges.size());
  std::string product;
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const auto [left, right] = merges[rank];
    product = absl::StrCat(vocabulary_.Text(left), vocabulary_.Text(right));
    const int32_t id = vocabulary_.Find(product);
    if (id == kNoToken) {
      return absl::InvalidArgumentError(
          absl::StrCat("merges[", rank, "]: it makes ",
                       json::Quote(absl::string_view(product).substr(0, 100)),
                       ", which is not in the vocabulary"));
    }
    merges_.Add(left, right, static_cast<int32_t>(rank), id);
    adjacency_.AddNeighbours(product);
  }
  return absl::OkStatus();
}

bool BpeModel::UnknownMayJoin(const std::vector<IdPair>& merges) const {
  const bool all_bytes = std::find(byte_tokens_.begin(), byte_tokens_.end(),
                                   kNoToken) == byte_tokens_.end();
  // Two of them become one token, or vanish from between two others.
  if (!all_bytes && (options_.fuse_unk || unk_id_ == kNoToken)) return true;
  // Nothing that was trained has such merges, but a file may.
  std::vector<bool> stands_for_unknown(vocabulary_.size());
  if (unk_id_ != kNoToken) stands_for_unknown[unk_id_] = true;
  for (const int32_t id : byte_tokens_) {
    if (id != kNoToken) stands_for_unknown[id] = true;
  }
  return std::any_of(merges.begin(), merges.end(), [&](const IdPair& m) {
    return stands_for_unknown[m.first] || stands_for_unknown[m.second];
  });
}

void BpeModel::FindWholeWords() {
  is_whole_word_.resize(vocabulary_.size());
  std::vector<Symbol> symbols;
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    const absl::string_view text = vocabulary_.Text(id);
    if (text.empty()) continue;
    symbols.clear();
    AppendSymbols(text, &symbols);
    merges_.Apply(&symbols);
    is_whole_word_[id] = symbols.size() == 1 && symbols[0].id == id &&
                         symbols[0].end == text.size();
  }
}

void BpeModel::Encode(absl::string_view text, Piece piece,
                      TokenSink* out) const {
  const absl::string_view whole =
      text.substr(piece.begin, piece.end - piece.begin);
  if (whole.size() <= vocabulary_.longest_text()) {
    const int32_t id = vocabulary_.Find(whole);
    if (id != kNoToken && (options_.ignore_merges || is_whole_word_[id])) {
      out->Add(id, piece.begin, piece.end);
      return;
    }
  }
  std::vector<Symbol> scratch;
  size_t begin = piece.begin;
  size_t at = begin;
  char32_t left = DecodeUtf8(text.data() + at);
  for (at += Utf8Size(text[at]); at < piece.end; at += Utf8Size(text[at])) {
    const char32_t right = DecodeUtf8(text.data() + at);
    if (!MayJoin(left, right)) {
      EncodeWord(text, begin, at, &scratch, out);
      begin = at;
    }
    left = right;
  }
  EncodeWord(text, begin, piece.end, &scratch, out);
}

void BpeModel::EncodeWord(absl::string_view text, size_t begin, size_t end,
                          std::vector<Symbol>* scratch, TokenSink* out) const {
  const absl::string_view word = text.substr(begin, end - begin);
  if (const int32_t id = FindWholeWord(word); id != kNoToken) {
    out->Add(id, begin, end);
    return;
  }
  scratch->clear();
  AppendSymbols(word, scratch);
  merges_.Apply(scratch);
  for (const Symbol& symbol : *scratch) {
    out->Add(symbol.id, begin + symbol.begin, begin + symbol.end);
  }
}

void BpeModel::AppendSymbols(absl::string_view word,
                             std::vector<Symbol>* out) const {
  bool after_unk = false;
  for (uint32_t at = 0; at < word.size();) {
    const uint32_t end = at + Utf8Size(word[at]);
    const int32_t id = SymbolOf(DecodeUtf8(word.data() + at));
    if (id != kNoToken) {
      out->push_back({id, at, end});
      after_unk = false;
      at = end;
      continue;
    }
    const auto byte_token = [&](uint32_t i) {
      return byte_tokens_[static_cast<uint8_t>(word[i])];
    };
    bool has_bytes = true;
    for (uint32_t i = at; i < end; ++i) has_bytes &= byte_token(i) != kNoToken;
    if (has_bytes) {
      for (uint32_t i = at; i < end; ++i) {
        out->push_back({byte_token(i), i, i + 1});
      }
      after_unk = false;
    } else if (unk_id_ != kNoToken) {
      if (options_.fuse_unk && after_unk) {
        out->back().end = end;
      } else {
        out->push_back({unk_id_, at, end});
      }
      after_unk = true;
    }
    at = end;
  }
}

}  // namespace kaito::runtime::tokenization

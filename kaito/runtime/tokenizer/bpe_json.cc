#include "kaito/runtime/tokenizer/bpe_json.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/bpe_model.h"
#include "kaito/runtime/tokenizer/model.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {
namespace {

// More than the largest published model has (Gemma 3: 514,906).
constexpr size_t kMaxMerges = size_t{1} << 22;

absl::Status ReadVocabulary(const json::Cursor& vocab, Vocabulary* out) {
  return vocab.ForEachField(
      [&](absl::string_view text, const json::Cursor& value) {
        int64_t id = -1;
        KAITO_RETURN_IF_ERROR(
            Annotate(value.ReadInt64(&id), json::Quote(text.substr(0, 100))));
        return out->Add(text, id);
      });
}

// "a b", or ["a", "b"].
absl::Status ReadMergeParts(const json::Cursor& merge, absl::string_view* left,
                            absl::string_view* right) {
  absl::string_view line;
  if (merge.ReadStringView(&line).ok()) {
    const size_t space = line.find(' ');
    if (space == absl::string_view::npos || space == 0 ||
        space + 1 == line.size() ||
        line.find(' ', space + 1) != absl::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(json::Quote(line.substr(0, 100)),
                       ": want two tokens and one space between them"));
    }
    *left = line.substr(0, space);
    *right = line.substr(space + 1);
    return absl::OkStatus();
  }
  int parts = 0;
  KAITO_RETURN_IF_ERROR(merge.ForEachItem([&](const json::Cursor& item) {
    ++parts;
    return item.ReadStringView(parts == 1 ? left : right);
  }));
  if (parts != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(parts, " items, want two tokens"));
  }
  return absl::OkStatus();
}

absl::Status ReadMerges(const json::Cursor& merges,
                        const Vocabulary& vocabulary,
                        std::vector<BpeModel::IdPair>* out) {
  return merges.ForEachItem([&](const json::Cursor& merge) -> absl::Status {
    const std::string path = absl::StrCat("merges[", out->size(), "]");
    if (out->size() == kMaxMerges) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": more than ", kMaxMerges, " merges"));
    }
    absl::string_view parts[2];
    KAITO_RETURN_IF_ERROR(
        Annotate(ReadMergeParts(merge, &parts[0], &parts[1]), path));
    int32_t ids[2];
    for (int i = 0; i < 2; ++i) {
      ids[i] = vocabulary.Find(parts[i]);
      if (ids[i] == kNoToken) {
        return absl::InvalidArgumentError(
            absl::StrCat(path, ": ", json::Quote(parts[i].substr(0, 100)),
                         " is not in the vocabulary"));
      }
    }
    out->emplace_back(ids[0], ids[1]);
    return absl::OkStatus();
  });
}

// What of the model is neither vocabulary nor merges, or would change its
// meaning in a way that is not implemented.
absl::Status ReadOption(absl::string_view key, const json::Cursor& value,
                        BpeOptions* out) {
  if (key == "unk_token") {
    std::string token;
    KAITO_RETURN_IF_ERROR(value.ReadString(&token));
    if (!token.empty()) out->unk_token = token;
    return absl::OkStatus();
  }
  if (key == "fuse_unk") return value.ReadBool(&out->fuse_unk);
  if (key == "byte_fallback") return value.ReadBool(&out->byte_fallback);
  if (key == "ignore_merges") return value.ReadBool(&out->ignore_merges);
  if (key == "dropout") {
    double dropout = 0;
    KAITO_RETURN_IF_ERROR(value.ReadDouble(&dropout));
    if (dropout != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(dropout, ": only null and 0 are supported"));
    }
  }
  if (key == "continuing_subword_prefix" || key == "end_of_word_suffix") {
    std::string affix;
    KAITO_RETURN_IF_ERROR(value.ReadString(&affix));
    if (!affix.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(json::Quote(affix.substr(0, 100)),
                       ": only null and \"\" are supported"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> ReadBpeModel(const json::Cursor& model) {
  Vocabulary vocabulary;
  BpeOptions options;
  bool has_vocabulary = false;
  KAITO_RETURN_IF_ERROR(model.ForEachField(
      [&](absl::string_view key, const json::Cursor& value) -> absl::Status {
        if (key == "vocab") {
          if (has_vocabulary) {
            return absl::InvalidArgumentError("vocab: it is there twice");
          }
          has_vocabulary = true;
          return Annotate(ReadVocabulary(value, &vocabulary), key);
        }
        return Annotate(ReadOption(key, value, &options), key);
      }));
  if (vocabulary.size() == 0) {
    return absl::InvalidArgumentError("vocab: it is empty, or absent");
  }
  std::vector<BpeModel::IdPair> merges;
  KAITO_RETURN_IF_ERROR(model.ForEachField(
      [&](absl::string_view key, const json::Cursor& value) -> absl::Status {
        if (key != "merges") return absl::OkStatus();
        return ReadMerges(value, vocabulary, &merges);
      }));
  return BpeModel::Create(std::move(vocabulary), merges, options);
}

}  // namespace kaito::runtime::tokenization

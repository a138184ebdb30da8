#include "kaito/runtime/tokenizer/tokenizer_json.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/added_token_json.h"
#include "kaito/runtime/tokenizer/added_tokens.h"
#include "kaito/runtime/tokenizer/bpe_json.h"
#include "kaito/runtime/tokenizer/component_spec.h"
#include "kaito/runtime/tokenizer/decoder.h"
#include "kaito/runtime/tokenizer/model.h"
#include "kaito/runtime/tokenizer/normalizer.h"
#include "kaito/runtime/tokenizer/post_processor.h"
#include "kaito/runtime/tokenizer/pre_tokenizer.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {
namespace {

// Values in the description of one component: the largest published pipeline
// has some 60. More would be slow to read into a json::Value.
constexpr int64_t kMaxComponentValues = 5000;
// Of what both normalizers and pre-tokenizers may make of a text; published
// ones have up to 12.
constexpr int64_t kMaxGrowth = 16;

absl::Status CountValues(const json::Cursor& value, int64_t* left) {
  if (--*left < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("more than ", kMaxComponentValues, " values"));
  }
  const absl::Status fields =
      value.ForEachField([&](absl::string_view, const json::Cursor& v) {
        return CountValues(v, left);
      });
  if (fields.ok() || *left < 0) return fields;
  const absl::Status items = value.ForEachItem(
      [&](const json::Cursor& v) { return CountValues(v, left); });
  // A scalar is neither.
  return *left < 0 ? items : absl::OkStatus();
}

absl::Status ReadComponent(const json::Cursor& value, json::Value* out) {
  int64_t left = kMaxComponentValues;
  KAITO_RETURN_IF_ERROR(CountValues(value, &left));
  return value.ReadValue(out);
}

absl::Status ReadAddedTokens(const json::Cursor& tokens,
                             std::vector<AddedToken>* out) {
  return tokens.ForEachItem([&](const json::Cursor& token) -> absl::Status {
    const std::string path = absl::StrCat("added_tokens[", out->size(), "]");
    int64_t id = -1;
    AddedToken& added = out->emplace_back();
    KAITO_RETURN_IF_ERROR(Annotate(ReadAddedToken(token, &id, &added), path));
    if (id < 0 || id > kMaxTokenId) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".id: ", id, ", want 0 to ", kMaxTokenId));
    }
    added.id = static_cast<int32_t>(id);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::unique_ptr<Model>> ReadModel(const json::Cursor& model) {
  // Old files leave it out.
  std::string type = "BPE";
  KAITO_RETURN_IF_ERROR(
      model.ForEachField([&](absl::string_view key, const json::Cursor& value) {
        if (key != "type") return absl::OkStatus();
        return Annotate(value.ReadString(&type), key);
      }));
  if (type == "BPE") return ReadBpeModel(model);
  return absl::InvalidArgumentError(
      absl::StrCat("type: ", json::Quote(type.substr(0, 100)),
                   " is not supported; this is: BPE"));
}

struct Descriptions {
  json::Value normalizer;
  json::Value pre_tokenizer;
  json::Value post_processor;
  json::Value decoder;
};

absl::Status ReadField(absl::string_view key, const json::Cursor& value,
                       Descriptions* descriptions, Components* out) {
  if (key == "added_tokens") return ReadAddedTokens(value, &out->added_tokens);
  if (key == "model") {
    absl::StatusOr<std::unique_ptr<Model>> model = ReadModel(value);
    if (!model.ok()) {
      return absl::Status(model.status().code(),
                          absl::StrCat("model.", model.status().message()));
    }
    out->model = *std::move(model);
    return absl::OkStatus();
  }
  json::Value* const description =
      key == "normalizer"       ? &descriptions->normalizer
      : key == "pre_tokenizer"  ? &descriptions->pre_tokenizer
      : key == "post_processor" ? &descriptions->post_processor
      : key == "decoder"        ? &descriptions->decoder
                                : nullptr;
  if (description == nullptr) return absl::OkStatus();
  return Annotate(ReadComponent(value, description), key);
}

absl::Status MakeComponents(const Descriptions& d, Components* out) {
  KAITO_ASSIGN_OR_RETURN(out->normalizer,
                         MakeNormalizer({d.normalizer, "normalizer"}));
  KAITO_ASSIGN_OR_RETURN(out->pre_tokenizer,
                         MakePreTokenizer({d.pre_tokenizer, "pre_tokenizer"}));
  KAITO_ASSIGN_OR_RETURN(
      out->post_processor,
      MakePostProcessor({d.post_processor, "post_processor"}));
  KAITO_ASSIGN_OR_RETURN(out->decoder, MakeDecoder({d.decoder, "decoder"}));
  int64_t growth = 1;
  if (out->normalizer != nullptr) growth *= out->normalizer->MaxGrowth();
  if (out->pre_tokenizer != nullptr) growth *= out->pre_tokenizer->MaxGrowth();
  if (growth > kMaxGrowth) {
    return absl::InvalidArgumentError(
        absl::StrCat("normalizer and pre_tokenizer: they may make a text ",
                     growth, " times as long, more than ", kMaxGrowth));
  }
  return absl::OkStatus();
}

absl::Status ReadAll(absl::string_view text, Components* out) {
  Descriptions descriptions;
  std::set<std::string> seen;
  KAITO_RETURN_IF_ERROR(json::Read(
      text, {.max_bytes = kMaxTokenizerJsonBytes},
      [&](const json::Cursor& root) {
        return root.ForEachField(
            [&](absl::string_view key, const json::Cursor& value) {
              if (!seen.insert(std::string(key)).second) {
                return absl::InvalidArgumentError(absl::StrCat(
                    json::Quote(key.substr(0, 100)), ": it is there twice"));
              }
              return ReadField(key, value, &descriptions, out);
            });
      }));
  if (out->model == nullptr) {
    return absl::InvalidArgumentError("model: it is absent");
  }
  return MakeComponents(descriptions, out);
}

}  // namespace

absl::StatusOr<Components> ReadTokenizerJson(absl::string_view text) {
  Components out;
  KAITO_RETURN_IF_ERROR(ReadAll(text, &out));
  return out;
}

}  // namespace kaito::runtime::tokenization

#include "kaito/runtime/tokenizer/tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/added_tokens.h"
#include "kaito/runtime/tokenizer/decoder.h"
#include "kaito/runtime/tokenizer/encode_run.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/post_processor.h"
#include "kaito/runtime/tokenizer/tokenizer_config.h"
#include "kaito/runtime/tokenizer/tokenizer_json.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime {
namespace {

using ::kaito::runtime::tokenization::AddedToken;
using ::kaito::runtime::tokenization::CleanText;
using ::kaito::runtime::tokenization::Components;
using ::kaito::runtime::tokenization::EncodeRun;
using ::kaito::runtime::tokenization::MappedText;
using ::kaito::runtime::tokenization::Span;
using ::kaito::runtime::tokenization::TokenizerConfig;

constexpr absl::string_view kTokenizerJson = "tokenizer.json";
constexpr absl::string_view kConfigJson = "tokenizer_config.json";
constexpr absl::string_view kSpecialTokensMap = "special_tokens_map.json";

// Those of Llama 3 and Gemma 3 have under 1.5 MB.
constexpr int64_t kMaxConfigBytes = int64_t{16} << 20;

// The content of a file; "" where there is none.
absl::StatusOr<std::string> ReadOptionalFile(absl::string_view path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxConfigBytes);
  if (absl::IsNotFound(text.status())) return std::string();
  return text;
}

// Moves both ends of a span over white space that its token holds.
void Trim(absl::string_view text, absl::string_view token, bool keep_first,
          Span* span) {
  using tokenization::IsUtf8Continuation;
  const auto space = tokenization::SpaceAround(token);
  const int32_t before = keep_first && space.before == 1 ? 0 : space.before;
  for (int32_t i = 0; i < before && span->begin < span->end; ++i) {
    span->begin += tokenization::Utf8Size(text[span->begin]);
  }
  for (int32_t i = 0; i < space.after && span->end > span->begin; ++i) {
    do --span->end;
    while (IsUtf8Continuation(text[span->end]));
  }
}

// Place of each byte, and of the end, counted in code points.
std::vector<uint32_t> CodePointPlaces(absl::string_view text) {
  std::vector<uint32_t> places(text.size() + 1);
  uint32_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    places[i] = count;
    if (i + 1 == text.size() ||
        !tokenization::IsUtf8Continuation(text[i + 1])) {
      ++count;
    }
  }
  places[text.size()] = count;
  return places;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> Tokenizer::Load(
    absl::string_view directory) {
  const std::string prefix = absl::StrCat(directory, "/");
  TokenizerFiles files;
  KAITO_ASSIGN_OR_RETURN(files.tokenizer_json,
                         ReadFile(absl::StrCat(prefix, kTokenizerJson),
                                  tokenization::kMaxTokenizerJsonBytes));
  KAITO_ASSIGN_OR_RETURN(files.tokenizer_config_json,
                         ReadOptionalFile(absl::StrCat(prefix, kConfigJson)));
  KAITO_ASSIGN_OR_RETURN(
      files.special_tokens_map_json,
      ReadOptionalFile(absl::StrCat(prefix, kSpecialTokensMap)));
  absl::StatusOr<std::unique_ptr<const Tokenizer>> tokenizer = FromFiles(files);
  if (!tokenizer.ok()) return Annotate(tokenizer.status(), directory);
  return tokenizer;
}

absl::StatusOr<std::unique_ptr<const Tokenizer>> Tokenizer::FromFiles(
    const TokenizerFiles& files) {
  absl::StatusOr<Components> components =
      tokenization::ReadTokenizerJson(files.tokenizer_json);
  if (!components.ok()) return Annotate(components.status(), kTokenizerJson);
  TokenizerConfig config;
  if (!files.tokenizer_config_json.empty()) {
    KAITO_RETURN_IF_ERROR(Annotate(
        tokenization::ReadTokenizerConfig(files.tokenizer_config_json, &config),
        kConfigJson));
  }
  if (!files.special_tokens_map_json.empty()) {
    KAITO_RETURN_IF_ERROR(Annotate(tokenization::ReadTokenizerConfig(
                                       files.special_tokens_map_json, &config),
                                   kSpecialTokensMap));
  }
  auto tokenizer =
      std::unique_ptr<Tokenizer>(new Tokenizer(*std::move(components)));
  KAITO_RETURN_IF_ERROR(Annotate(
      tokenizer->AddTokens(tokenizer->components_.added_tokens, "added_tokens"),
      kTokenizerJson));
  KAITO_RETURN_IF_ERROR(
      Annotate(tokenizer->CheckTemplateIds(), kTokenizerJson));
  KAITO_RETURN_IF_ERROR(Annotate(
      tokenizer->AddTokens(config.added_tokens, "added_tokens_decoder"),
      kConfigJson));
  KAITO_RETURN_IF_ERROR(tokenizer->NameTokens(config));
  tokenizer->BuildFinders();
  return tokenizer;
}

Tokenizer::Tokenizer(Components components)
    : components_(std::move(components)),
      vocab_size_(components_.model->vocabulary().size()) {}

absl::Status Tokenizer::AddTokens(const std::vector<AddedToken>& tokens,
                                  absl::string_view where) {
  // A file has each token once, but the second file repeats the first.
  const bool is_first_file = added_by_id_.empty();
  for (const AddedToken& token : tokens) {
    const auto error = [&](absl::string_view what) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": ", json::Quote(token.content), " has the id ",
                       token.id, ", ", what));
    };
    const std::optional<int32_t> known = IdOf(token.content);
    if (known.has_value() && *known != token.id) {
      return error(absl::StrCat("but also ", *known));
    }
    if (!known.has_value() && HasToken(token.id)) {
      return error(
          absl::StrCat("which ", json::Quote(TokenOf(token.id)), " has too"));
    }
    if (added_by_id_.contains(token.id)) {
      if (is_first_file) return error("and is there twice");
      continue;
    }
    added_by_id_[token.id] = token;
    added_by_content_[token.content] = token.id;
    vocab_size_ = std::max(vocab_size_, token.id + 1);
  }
  return absl::OkStatus();
}

absl::Status Tokenizer::CheckTemplateIds() const {
  const tokenization::PostProcessor& post = components_.post_processor;
  for (const std::vector<int32_t>* ids : {&post.before, &post.after}) {
    for (const int32_t id : *ids) {
      if (HasToken(id)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("post_processor: its template has the id ", id,
                       ", which is no "
                       "token"));
    }
  }
  return absl::OkStatus();
}

absl::Status Tokenizer::NameTokens(const TokenizerConfig& config) {
  const struct {
    absl::string_view name;
    const std::string& content;
    std::optional<int32_t>* id;
  } tokens[] = {{"bos_token", config.bos_token, &bos_id_},
                {"eos_token", config.eos_token, &eos_id_},
                {"pad_token", config.pad_token, &pad_id_},
                {"unk_token", config.unk_token, &unk_id_}};
  for (const auto& token : tokens) {
    if (token.content.empty()) continue;
    *token.id = IdOf(token.content);
    if (!token.id->has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          kConfigJson, ": ", token.name, ": ",
          json::Quote(absl::string_view(token.content).substr(0, 100)),
          " is no token of ", kTokenizerJson));
    }
  }
  return absl::OkStatus();
}

void Tokenizer::BuildFinders() {
  std::vector<const AddedToken*> tokens;
  for (const auto& [id, token] : added_by_id_) tokens.push_back(&token);
  // Of two that look the same once normalised, a special one counts.
  std::sort(tokens.begin(), tokens.end(),
            [](const AddedToken* a, const AddedToken* b) {
              if (a->special != b->special) return a->special;
              return a->id < b->id;
            });
  for (const AddedToken* token : tokens) {
    if (!token->normalized) {
      raw_finder_.Add(*token, token->content);
      continue;
    }
    MappedText content(/*track_origin=*/false);
    content.AppendOriginal(token->content, 0);
    if (components_.normalizer != nullptr) {
      content = components_.normalizer->Apply(std::move(content));
    }
    normalized_finder_.Add(*token, content.text());
  }
}

absl::StatusOr<Encoding> Tokenizer::Encode(absl::string_view text,
                                           const EncodeOptions& options) const {
  if (static_cast<int64_t>(text.size()) > kMaxTextBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("text to tokenize: ", text.size(), " bytes, more than ",
                     kMaxTextBytes, "; cut it into pieces"));
  }
  CleanText clean;
  tokenization::CleanUtf8(text, options.offsets == OffsetUnit::kBytes, &clean);
  EncodeRun run({components_, raw_finder_, normalized_finder_}, clean.text,
                options.offsets != OffsetUnit::kNone);
  if (!run.Run()) {
    return absl::InvalidArgumentError(
        "text to tokenize: the split expressions of tokenizer.json take too "
        "long on it");
  }
  Encoding out;
  out.ids = std::move(run.ids());
  if (options.offsets != OffsetUnit::kNone) {
    out.offsets =
        MakeOffsets(std::move(run.spans()), out.ids, clean, options.offsets);
  }
  if (options.tokens) {
    for (const int32_t id : out.ids) out.tokens.emplace_back(TokenOf(id));
    for (const auto& [index, found] : run.found()) out.tokens[index] = found;
  }
  if (options.add_special_tokens) AddTemplate(&out, options);
  return out;
}

void Tokenizer::AddTemplate(Encoding* encoding,
                            const EncodeOptions& options) const {
  const std::vector<int32_t>& before = components_.post_processor.before;
  const std::vector<int32_t>& after = components_.post_processor.after;
  encoding->ids.insert(encoding->ids.begin(), before.begin(), before.end());
  encoding->ids.insert(encoding->ids.end(), after.begin(), after.end());
  if (options.offsets != OffsetUnit::kNone) {
    std::vector<Span>& offsets = encoding->offsets;
    offsets.insert(offsets.begin(), before.size(), Span{});
    offsets.insert(offsets.end(), after.size(), Span{});
  }
  if (options.tokens) {
    std::vector<std::string> tokens;
    for (const int32_t id : before) tokens.emplace_back(TokenOf(id));
    encoding->tokens.insert(encoding->tokens.begin(), tokens.begin(),
                            tokens.end());
    for (const int32_t id : after) encoding->tokens.emplace_back(TokenOf(id));
  }
}

std::vector<Span> Tokenizer::MakeOffsets(std::vector<Span> spans,
                                         const std::vector<int32_t>& ids,
                                         const CleanText& clean,
                                         OffsetUnit unit) const {
  const tokenization::PostProcessor& post = components_.post_processor;
  for (size_t i = 0; post.trim_offsets && i < spans.size(); ++i) {
    const bool is_first = i == 0 || spans[i].begin == 0;
    Trim(clean.text, TokenOf(ids[i]), post.keep_first_space && is_first,
         &spans[i]);
  }
  const std::vector<uint32_t> places = unit == OffsetUnit::kCodePoints
                                           ? CodePointPlaces(clean.text)
                                           : clean.places;
  if (places.empty()) return spans;
  for (Span& span : spans) span = {places[span.begin], places[span.end]};
  return spans;
}

std::string Tokenizer::Decode(std::span<const int32_t> ids,
                              const DecodeOptions& options) const {
  tokenization::DecodeState state(components_.decoder,
                                  tokenization::DecodeState::kWhole);
  std::string text;
  for (const int32_t id : ids) {
    if (!HasToken(id) || (options.skip_special_tokens && IsSpecial(id))) {
      continue;
    }
    state.Push(TokenOf(id), &text);
  }
  state.Finish(&text);
  return text;
}

std::optional<int32_t> Tokenizer::IdOf(absl::string_view token) const {
  if (const auto it = added_by_content_.find(token);
      it != added_by_content_.end()) {
    return it->second;
  }
  const int32_t id = components_.model->vocabulary().Find(token);
  if (id == tokenization::kNoToken) return std::nullopt;
  return id;
}

absl::string_view Tokenizer::TokenOf(int32_t id) const {
  if (const auto it = added_by_id_.find(id); it != added_by_id_.end()) {
    return it->second.content;
  }
  return components_.model->vocabulary().Text(id);
}

bool Tokenizer::HasToken(int32_t id) const {
  return added_by_id_.contains(id) || components_.model->vocabulary().Has(id);
}

bool Tokenizer::IsSpecial(int32_t id) const {
  const auto it = added_by_id_.find(id);
  return it != added_by_id_.end() && it->second.special;
}

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer,
                             const DecodeOptions& options)
    : tokenizer_(&tokenizer),
      options_(options),
      state_(tokenizer.components_.decoder,
             tokenization::DecodeState::kStreaming) {}

std::string StreamDecoder::Push(int32_t id) {
  std::string text;
  if (!tokenizer_->HasToken(id) ||
      (options_.skip_special_tokens && tokenizer_->IsSpecial(id))) {
    return text;
  }
  state_.Push(tokenizer_->TokenOf(id), &text);
  return text;
}

std::string StreamDecoder::Finish() {
  std::string text;
  state_.Finish(&text);
  return text;
}

}  // namespace kaito::runtime

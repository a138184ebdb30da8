#include "kaito/runtime/dataset/row_encoder.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/value.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/masked_tokens.h"
#include "kaito/runtime/dataset/row.h"
#include "kaito/runtime/dataset/row_json.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

// Of one row's messages as values.
constexpr int64_t kMaxValueBytes = int64_t{256} << 20;

int64_t CommonPrefix(const std::vector<int32_t>& a,
                     const std::vector<int32_t>& b) {
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
         a.begin();
}

}  // namespace

struct RowEncoder::State {
  const Tokenizer& tokenizer;
  std::optional<ChatTemplate> chat;
  std::string variables_json;
  RowEncoderOptions options;
  std::string eos;  // "" where the model has none.
  std::optional<int32_t> pad_id;

  absl::StatusOr<EncodedRow> EncodeText(const std::string& text) const;
  absl::StatusOr<EncodedRow> EncodePair(const PromptCompletion& pair) const;
  absl::StatusOr<EncodedRow> EncodeChat(const Conversation& chat_row) const;
  void Truncate(EncodedRow* row) const;
  void MarkAsKaito(EncodedRow* row) const;
};

absl::StatusOr<EncodedRow> RowEncoder::State::EncodeText(
    const std::string& text) const {
  const std::string whole =
      absl::EndsWith(text, eos) ? text : absl::StrCat(text, eos);
  KAITO_ASSIGN_OR_RETURN(Encoding encoding, tokenizer.Encode(whole, {}));
  EncodedRow row;
  row.ids = std::move(encoding.ids);
  row.trained.assign(row.ids.size(), true);
  return row;
}

absl::StatusOr<EncodedRow> RowEncoder::State::EncodePair(
    const PromptCompletion& pair) const {
  KAITO_ASSIGN_OR_RETURN(
      EncodedRow row, EncodeText(absl::StrCat(pair.prompt, pair.completion)));
  if (!options.completion_only) return row;
  KAITO_ASSIGN_OR_RETURN(const Encoding prompt,
                         tokenizer.Encode(pair.prompt, {}));
  // Where a token goes over the border, both part before it: then it is trained.
  const int64_t begin = CommonPrefix(prompt.ids, row.ids);
  std::fill(row.trained.begin(), row.trained.begin() + begin, false);
  return row;
}

absl::StatusOr<EncodedRow> RowEncoder::State::EncodeChat(
    const Conversation& conversation) const {
  if (!chat.has_value()) {
    return absl::InvalidArgumentError(
        "the rows are conversations, and the model has no chat template: name "
        "one (ModelConfig.chat_template), or give prompt and completion");
  }
  jinja::Arena arena(kMaxValueBytes);
  ChatInput input;
  input.now = options.now;
  KAITO_ASSIGN_OR_RETURN(input.messages,
                         jinja::ParseJsonValue(conversation.messages, arena));
  KAITO_ASSIGN_OR_RETURN(input.variables,
                         jinja::ParseJsonValue(variables_json, arena));
  if (!conversation.tools.empty()) {
    KAITO_ASSIGN_OR_RETURN(input.tools,
                           jinja::ParseJsonValue(conversation.tools, arena));
  }
  MaskedChat masked;
  if (options.assistant_only && !options.kaito_labels) {
    KAITO_ASSIGN_OR_RETURN(masked, RenderWithMask(*chat, input));
  } else {
    KAITO_ASSIGN_OR_RETURN(masked.text, chat->Render(input));
    masked.assistant = {{0, static_cast<int64_t>(masked.text.size())}};
  }
  KAITO_ASSIGN_OR_RETURN(EncodedRow row, EncodeMasked(masked, tokenizer));
  if (options.completion_only && conversation.prompt_messages > 0) {
    input.messages = jinja::NewList(
        arena, input.messages.sequence().span().first(
                   static_cast<size_t>(conversation.prompt_messages)));
    input.add_generation_prompt = true;
    KAITO_ASSIGN_OR_RETURN(const std::string prompt, chat->Render(input));
    KAITO_ASSIGN_OR_RETURN(
        const Encoding prompt_ids,
        tokenizer.Encode(prompt, {.add_special_tokens = false}));
    const int64_t begin = CommonPrefix(prompt_ids.ids, row.ids);
    std::fill(row.trained.begin(), row.trained.begin() + begin, false);
  }
  return row;
}

void RowEncoder::State::Truncate(EncodedRow* row) const {
  const int64_t excess = row->tokens() - options.max_length;
  if (options.max_length == 0 || excess <= 0) return;
  row->truncated_tokens = excess;
  const bool keep_start = options.keep == RowEncoderOptions::Keep::kStart;
  const int64_t begin = keep_start ? options.max_length : 0;
  row->ids.erase(row->ids.begin() + begin, row->ids.begin() + begin + excess);
  row->trained.erase(row->trained.begin() + begin,
                     row->trained.begin() + begin + excess);
}

void RowEncoder::State::MarkAsKaito(EncodedRow* row) const {
  for (size_t i = 0; i < row->ids.size(); ++i) {
    row->trained[i] = !pad_id.has_value() || row->ids[i] != *pad_id;
  }
}

absl::StatusOr<RowEncoder> RowEncoder::Make(const Tokenizer& tokenizer,
                                            const ModelTemplate& model_template,
                                            const RowEncoderOptions& options) {
  if (options.max_length < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_length: want 0 (no limit) or more, got ", options.max_length));
  }
  std::optional<ChatTemplate> chat;
  if (model_template.text.has_value()) {
    KAITO_ASSIGN_OR_RETURN(chat, ChatTemplate::Parse(*model_template.text));
  }
  const std::optional<int32_t> eos = tokenizer.eos_id();
  return RowEncoder(std::make_unique<const State>(State{
      .tokenizer = tokenizer,
      .chat = std::move(chat),
      .variables_json = json::Write(model_template.variables),
      .options = options,
      .eos = eos.has_value() ? std::string(tokenizer.TokenOf(*eos)) : "",
      .pad_id = tokenizer.pad_id().has_value() ? tokenizer.pad_id() : eos}));
}

RowEncoder::RowEncoder(std::unique_ptr<const State> state)
    : state_(std::move(state)) {}
RowEncoder::RowEncoder(RowEncoder&&) noexcept = default;
RowEncoder& RowEncoder::operator=(RowEncoder&&) noexcept = default;
RowEncoder::~RowEncoder() = default;

bool RowEncoder::has_chat_template() const { return state_->chat.has_value(); }

absl::StatusOr<EncodedRow> RowEncoder::Encode(const Row& row) const {
  absl::StatusOr<EncodedRow> encoded;
  if (const auto* text = std::get_if<PlainText>(&row.content)) {
    encoded = state_->EncodeText(text->text);
  } else if (const auto* pair = std::get_if<PromptCompletion>(&row.content)) {
    encoded = state_->chat.has_value() && state_->options.pairs_as_chat
                  ? state_->EncodeChat(
                        {.messages = MessagesOf(*pair), .message_count = 2})
                  : state_->EncodePair(*pair);
  } else {
    encoded = state_->EncodeChat(std::get<Conversation>(row.content));
  }
  KAITO_RETURN_IF_ERROR(encoded.status());
  encoded->index = row.index;
  state_->Truncate(&*encoded);
  if (state_->options.kaito_labels) state_->MarkAsKaito(&*encoded);
  return encoded;
}

absl::StatusOr<EncodedRows> EncodeRows(const RowEncoder& encoder,
                                       const Dataset& data) {
  EncodedRows out;
  for (const Row& row : data.rows) {
    absl::StatusOr<EncodedRow> encoded = encoder.Encode(row);
    if (!encoded.ok() && !encoder.has_chat_template() &&
        std::holds_alternative<Conversation>(row.content)) {
      return encoded.status();  // It would be the same for each row.
    }
    std::string why;
    if (!encoded.ok()) {
      why = std::string(encoded.status().message());
    } else if (encoded->targets() == 0) {
      why = encoded->truncated_tokens > 0
                ? absl::StrCat("nothing to train on is left after cutting ",
                               encoded->truncated_tokens, " tokens")
                : "it has nothing to train on";
    }
    if (!why.empty()) {
      out.dropped.push_back({.index = row.index,
                             .file = row.file,
                             .number = row.number,
                             .why = std::move(why)});
      continue;
    }
    out.truncated_rows += encoded->truncated_tokens > 0 ? 1 : 0;
    out.tokens += encoded->tokens();
    out.targets += encoded->targets();
    out.rows.push_back(*std::move(encoded));
  }
  if (!out.rows.empty()) return out;
  const UnusableRow* first = !out.dropped.empty()     ? &out.dropped[0]
                             : !data.unusable.empty() ? &data.unusable[0]
                                                      : nullptr;
  return absl::InvalidArgumentError(absl::StrCat(
      "no row to train on of ", data.read(), " read",
      first != nullptr
          ? absl::StrCat("; ", data.Where(first->file, first->number), ": ",
                         first->why)
          : ""));
}

}  // namespace kaito::runtime

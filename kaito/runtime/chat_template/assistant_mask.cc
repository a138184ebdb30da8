#include "kaito/runtime/chat_template/assistant_mask.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime {
namespace {

using jinja::Dict;
using jinja::Value;

// Private code points, put in place of the EOS token and of a content, to see
// where they come out.
constexpr absl::string_view kEosMark = "\xEE\xBF\xB2";
constexpr absl::string_view kContentMark = "\xEE\xBF\xB3";

// Of all the renderings for one mask. A conversation of 1 MB in 500 turns needs
// about 1 GiB.
constexpr int64_t kMaxRenderedBytes = int64_t{4} << 30;

// Bytes that both begin with, not ending inside a character.
int64_t CommonPrefix(absl::string_view a, absl::string_view b) {
  const auto [end, unused] = std::ranges::mismatch(a, b);
  int64_t n = end - a.begin();
  const auto continues = [](absl::string_view s, int64_t at) {
    return at < static_cast<int64_t>(s.size()) &&
           (static_cast<uint8_t>(s[at]) & 0xC0) == 0x80;
  };
  while (n > 0 && (continues(a, n) || continues(b, n))) --n;
  return n;
}

// The length of the longest end of `a` that `b` begins with, by the failure
// function of Knuth, Morris and Pratt.
int64_t Overlap(absl::string_view a, absl::string_view b) {
  std::vector<size_t> shorter(b.size() + 1, 0);
  size_t matched = 0;
  const auto step = [&](char c) {
    while (matched > 0 && (matched == b.size() || b[matched] != c)) {
      matched = shorter[matched];
    }
    if (matched < b.size() && b[matched] == c) ++matched;
  };
  for (size_t i = 1; i < b.size(); ++i) {
    step(b[i]);
    shorter[i + 1] = matched;
  }
  matched = 0;
  for (const char c : a) step(c);
  return static_cast<int64_t>(matched);
}

class TurnFinder {
 public:
  TurnFinder(const ChatTemplate& chat_template, const ChatInput& input)
      : chat_template_(chat_template),
        input_(input),
        arena_(int64_t{256} << 20) {
    input_.continue_final_message = false;
  }

  absl::StatusOr<MaskedChat> Find() {
    MaskedChat masked;
    KAITO_ASSIGN_OR_RETURN(masked.text, chat_template_.Render(input_));
    KAITO_RETURN_IF_ERROR(MarkEos(masked.text));
    const auto messages = Messages();
    for (size_t i = 0; i < messages.size(); ++i) {
      if (!IsAssistant(messages[i])) continue;
      KAITO_ASSIGN_OR_RETURN(TextSpan turn, Turn(i));
      turn = {ToRealText(turn.begin), ToRealText(turn.end)};
      if (!masked.assistant.empty()) {
        turn.begin = std::max(turn.begin, masked.assistant.back().end);
      }
      if (turn.begin < turn.end) masked.assistant.push_back(turn);
    }
    return masked;
  }

 private:
  std::span<const Value> Messages() const {
    return input_.messages.is_list() ? input_.messages.sequence().span()
                                     : std::span<const Value>();
  }

  static bool IsAssistant(const Value& message) {
    if (!message.is_dict()) return false;
    const Value* const role = message.dict().Find("role");
    return role != nullptr && role->is_string() && role->text() == "assistant";
  }

  // The EOS token may end each turn, or only the text. To tell the two apart
  // where other special tokens begin like it, it is rendered as a mark, if the
  // template lets it through unchanged.
  absl::Status MarkEos(const std::string& text) {
    full_ = text;
    const Value* const eos = input_.variables.is_dict()
                                 ? input_.variables.dict().Find("eos_token")
                                 : nullptr;
    if (eos == nullptr || !eos->is_string() || eos->text().empty() ||
        absl::StrContains(text, kEosMark)) {
      return absl::OkStatus();
    }
    const Value real = input_.variables;
    Dict* const variables = jinja::NewDict(arena_);
    for (const auto& [key, value] : real.dict().entries()) {
      variables->Set(arena_, key, value);
    }
    variables->Set(arena_, Value::String("eos_token"), Value::String(kEosMark));
    input_.variables = Value::Of(variables);
    const absl::StatusOr<std::string> marked = chat_template_.Render(input_);
    if (marked.ok() &&
        absl::StrReplaceAll(*marked, {{kEosMark, eos->text()}}) == text) {
      full_ = *marked;
      eos_growth_ = static_cast<int64_t>(eos->text().size()) -
                    static_cast<int64_t>(kEosMark.size());
    } else {
      input_.variables = real;
    }
    return absl::OkStatus();
  }

  int64_t ToRealText(int64_t at) const {
    if (eos_growth_ == 0) return at;
    int64_t marks = 0;
    const absl::string_view full = full_;
    for (size_t mark = full.find(kEosMark);
         mark != std::string::npos && static_cast<int64_t>(mark) < at;
         mark = full.find(kEosMark, mark + kEosMark.size())) {
      ++marks;
    }
    return at + marks * eos_growth_;
  }

  // The first `count` messages; with the content of the last one replaced by
  // the mark where `mark` says so.
  absl::StatusOr<std::string> Render(size_t count, bool prompt,
                                     std::optional<size_t> marked = {}) {
    ChatInput part = input_;
    part.add_generation_prompt = prompt;
    const auto messages = Messages();
    std::vector<Value> kept(messages.begin(), messages.begin() + count);
    if (marked.has_value()) {
      Dict* const message = jinja::NewDict(arena_);
      for (const auto& [key, value] : kept[*marked].dict().entries()) {
        message->Set(arena_, key, value);
      }
      message->Set(arena_, Value::String("content"),
                   Value::String(kContentMark));
      kept[*marked] = Value::Of(message);
    }
    if (!arena_.Fits(kept.size() * sizeof(Value)) ||
        rendered_bytes_ > kMaxRenderedBytes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "the mask of a conversation of ", messages.size(), " messages and ",
          full_.size(), " bytes takes too many renderings"));
    }
    part.messages = jinja::NewList(arena_, kept);
    absl::StatusOr<std::string> text = chat_template_.Render(part);
    rendered_bytes_ += text.ok() ? static_cast<int64_t>(text->size()) : 0;
    return text;
  }

  // Where the content of message `i` stands in the full text; nullopt where
  // the template does more with it than to put it there.
  std::optional<TextSpan> Content(size_t i) {
    const Value* const content = Messages()[i].dict().Find("content");
    if (content == nullptr || !content->is_string()) return std::nullopt;
    const absl::StatusOr<std::string> marked =
        Render(Messages().size(), input_.add_generation_prompt, i);
    if (!marked.ok()) return std::nullopt;
    const size_t at = absl::string_view(*marked).find(kContentMark);
    if (at == std::string::npos) return std::nullopt;
    const absl::string_view before = absl::string_view(*marked).substr(0, at);
    const absl::string_view after =
        absl::string_view(*marked).substr(at + kContentMark.size());
    if (full_.size() < before.size() + after.size() ||
        !absl::StartsWith(full_, before) || !absl::EndsWith(full_, after)) {
      return std::nullopt;
    }
    return TextSpan{static_cast<int64_t>(before.size()),
                    static_cast<int64_t>(full_.size() - after.size())};
  }

  absl::StatusOr<TextSpan> Turn(size_t i) {
    const std::optional<TextSpan> content = Content(i);
    KAITO_ASSIGN_OR_RETURN(const int64_t begin, Begin(i, content));
    KAITO_ASSIGN_OR_RETURN(const int64_t end, End(i, begin, content));
    return TextSpan{begin, end};
  }

  // Behind the generation prompt, where the text of the turn begins with it.
  absl::StatusOr<int64_t> Begin(size_t i,
                                const std::optional<TextSpan>& content) {
    const absl::StatusOr<std::string> prompt = Render(i, /*prompt=*/true);
    if (prompt.ok() && absl::StartsWith(full_, *prompt)) {
      return static_cast<int64_t>(prompt->size());
    }
    if (absl::IsResourceExhausted(prompt.status())) return prompt.status();
    if (content.has_value()) return content->begin;
    if (!prompt.ok()) return Unclear(i);
    return CommonPrefix(*prompt, full_);
  }

  // Where the text with this turn as its last one goes another way.
  absl::StatusOr<int64_t> End(size_t i, int64_t begin,
                              const std::optional<TextSpan>& content) {
    if (i + 1 == Messages().size() && !input_.add_generation_prompt) {
      return static_cast<int64_t>(full_.size());
    }
    const absl::StatusOr<std::string> so_far = Render(i + 1, /*prompt=*/false);
    if (absl::IsResourceExhausted(so_far.status())) return so_far.status();
    if (so_far.ok()) {
      const int64_t end = CommonPrefix(*so_far, full_);
      // All that may be left is what ends every text.
      KAITO_ASSIGN_OR_RETURN(const absl::string_view whole, Unprompted());
      if (end > begin &&
          absl::EndsWith(whole, absl::string_view(*so_far).substr(end))) {
        return end;
      }
    }
    // The template shows a last turn otherwise than an earlier one (without
    // its thoughts, say). What follows the content is the same.
    if (content.has_value()) {
      const absl::StatusOr<std::string> marked =
          Render(i + 1, /*prompt=*/false, i);
      if (!marked.ok()) return Unclear(i);
      const size_t at = absl::string_view(*marked).find(kContentMark);
      if (at == std::string::npos) return Unclear(i);
      return content->end +
             CommonPrefix(
                 absl::string_view(*marked).substr(at + kContentMark.size()),
                 absl::string_view(full_).substr(content->end));
    }
    // Without a content (a call of a tool): as far as the turn is how the other
    // text ends.
    if (!so_far.ok()) return Unclear(i);
    absl::string_view turn_so_far = *so_far;
    absl::ConsumeSuffix(&turn_so_far, kEosMark);
    const int64_t length =
        Overlap(turn_so_far, absl::string_view(full_).substr(begin));
    if (length == 0) return Unclear(i);
    return begin + length;
  }

  // The whole text without the generation prompt.
  absl::StatusOr<absl::string_view> Unprompted() {
    if (!input_.add_generation_prompt) return absl::string_view(full_);
    if (!unprompted_.has_value()) {
      KAITO_ASSIGN_OR_RETURN(unprompted_,
                             Render(Messages().size(), /*prompt=*/false));
    }
    return absl::string_view(*unprompted_);
  }

  static absl::Status Unclear(size_t i) {
    return absl::FailedPreconditionError(absl::StrCat(
        "chat template: where the assistant's turn in message ", i,
        " begins and ends can't be told; the template needs {% generation %} "
        "blocks"));
  }

  const ChatTemplate& chat_template_;
  ChatInput input_;
  jinja::Arena arena_;
  std::string full_;  // The whole text, with kEosMark for the EOS token.
  std::optional<std::string> unprompted_;
  int64_t eos_growth_ = 0;
  int64_t rendered_bytes_ = 0;
};

}  // namespace

absl::StatusOr<MaskedChat> RenderWithMask(const ChatTemplate& chat_template,
                                          const ChatInput& input) {
  if (chat_template.has_generation_blocks()) {
    KAITO_ASSIGN_OR_RETURN(RenderedChat rendered,
                           chat_template.RenderWithSpans(input));
    return MaskedChat{std::move(rendered.text), std::move(rendered.generated)};
  }
  KAITO_ASSIGN_OR_RETURN(MaskedChat masked,
                         TurnFinder(chat_template, input).Find());
  if (!input.continue_final_message) return masked;
  KAITO_ASSIGN_OR_RETURN(masked.text, chat_template.Render(input));
  const int64_t size = static_cast<int64_t>(masked.text.size());
  for (TextSpan& span : masked.assistant) {
    span = {std::min(span.begin, size), std::min(span.end, size)};
  }
  return masked;
}

}  // namespace kaito::runtime

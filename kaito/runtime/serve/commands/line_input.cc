#include "kaito/runtime/serve/commands/line_input.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/serve/http/chat_prompt.h"
#include "kaito/runtime/serve/http/request_fields.h"

namespace kaito::runtime::serve {
namespace {

struct Fields {
  std::vector<int32_t> ids;
  std::optional<std::string> text;
  std::optional<std::string> prompt;
  std::optional<std::string> completion;
  ChatMessages chat;
};

absl::Status ReadOne(absl::string_view key, const json::Cursor& from,
                     Fields& fields) {
  if (key == "ids") return ReadIds(key, from, &fields.ids);
  if (key == "text") return ReadField(key, from, &fields.text);
  if (key == "prompt") return ReadField(key, from, &fields.prompt);
  if (key == "completion") return ReadField(key, from, &fields.completion);
  return fields.chat.Read(key, from).status();
}

int64_t CommonStart(const std::vector<int32_t>& a,
                    const std::vector<int32_t>& b) {
  const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return ends.first - a.begin();
}

}  // namespace

absl::StatusOr<LineInput> ReadLineInput(absl::string_view line,
                                        const ChatPrompt& prompts,
                                        const LineInputOptions& options) {
  Fields fields;
  fields.chat.SetAddGenerationPrompt(options.add_generation_prompt);
  KAITO_RETURN_IF_ERROR(
      ReadBody(line, [&](absl::string_view key, const json::Cursor& from) {
        return ReadOne(key, from, fields);
      }));
  LineInput input;
  if (!fields.ids.empty()) {
    input.ids = std::move(fields.ids);
  } else if (fields.text.has_value()) {
    KAITO_ASSIGN_OR_RETURN(input.ids, prompts.OfText(*fields.text, true));
  } else if (fields.chat.has_messages()) {
    KAITO_RETURN_IF_ERROR(fields.chat.Finish());
    KAITO_ASSIGN_OR_RETURN(input.ids,
                           prompts.OfMessages(fields.chat, options.now));
  } else if (fields.prompt.has_value()) {
    const std::string completion = fields.completion.value_or("");
    KAITO_ASSIGN_OR_RETURN(input.ids,
                           prompts.OfText(*fields.prompt + completion, true));
    if (!completion.empty()) {
      KAITO_ASSIGN_OR_RETURN(const std::vector<int32_t> alone,
                             prompts.OfText(*fields.prompt, true));
      // A token that reaches from one into the other is the completion's.
      input.prompt_tokens = CommonStart(alone, input.ids);
    }
  } else {
    return absl::InvalidArgumentError(
        "the line has none of ids, text, messages and prompt");
  }
  if (input.ids.empty()) {
    return absl::InvalidArgumentError("the line has no tokens");
  }
  return input;
}

}  // namespace kaito::runtime::serve

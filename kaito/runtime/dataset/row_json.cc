#include "kaito/runtime/dataset/row_json.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/dataset/json_copy.h"
#include "kaito/runtime/dataset/messages_json.h"

namespace kaito::runtime {
namespace {

// What a column may be taken for.
enum Part {
  kMessages,
  kConversations,
  kPrompt,
  kCompletion,
  kInstruction,
  kContext,
  kResponse,
  kText,
  kTools,
  kParts,
};

struct PartName {
  absl::string_view name;
  Part part;
};

constexpr PartName kPartNames[] = {
    {"messages", kMessages},
    {"conversations", kConversations},
    {"prompt", kPrompt},
    {"completion", kCompletion},
    {"instruction", kInstruction},
    {"context", kContext},
    {"input", kContext},
    {"response", kResponse},
    {"output", kResponse},
    {"text", kText},
    {"tools", kTools},
};

// How many names an error lists.
constexpr size_t kMaxNamesShown = 8;

class RowParser {
 public:
  explicit RowParser(const ColumnNames& names) : names_(names) {}

  absl::Status ReadColumn(absl::string_view key, const json::Cursor& value);
  absl::StatusOr<ParsedRow> Finish();

 private:
  // A column's value: a string, a list of messages, or null.
  struct Column {
    std::optional<std::string> text;
    std::optional<MessageList> messages;
  };

  std::optional<Part> PartOf(absl::string_view key) const;
  absl::Status ReadTools(const json::Cursor& value);
  // Strings that hold JSON: read when the record itself is done.
  absl::Status ParseTexts();
  absl::StatusOr<ParsedRow> FromMessages(Part part);
  absl::StatusOr<ParsedRow> FromPromptAndCompletion();
  absl::StatusOr<ParsedRow> FromInstruction();
  absl::Status NoKnownColumn() const;

  const ColumnNames& names_;
  std::array<std::optional<Column>, kParts> columns_;
  std::string tools_;
  std::string tools_text_;
  std::vector<std::string> unknown_;
};

std::optional<Part> RowParser::PartOf(absl::string_view key) const {
  if (!names_.messages.empty()) {
    if (key == names_.messages) return kMessages;
    return key == "tools" ? std::optional<Part>(kTools) : std::nullopt;
  }
  if (!names_.prompt.empty() || !names_.completion.empty()) {
    if (key == (names_.prompt.empty() ? "prompt" : names_.prompt)) {
      return kPrompt;
    }
    if (key == (names_.completion.empty() ? "completion" : names_.completion)) {
      return kCompletion;
    }
    return std::nullopt;
  }
  for (const PartName& known : kPartNames) {
    if (key == known.name) return known.part;
  }
  return std::nullopt;
}

absl::Status RowParser::ReadTools(const json::Cursor& value) {
  tools_.clear();
  tools_text_.clear();
  if (value.type() == json::Type::kNull) return absl::OkStatus();
  if (value.type() == json::Type::kArray) return AppendJson(value, &tools_);
  if (value.type() == json::Type::kString) {
    return value.ReadString(&tools_text_);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("tools: want a list, got ", TypeName(value.type())));
}

absl::Status RowParser::ParseTexts() {
  for (const Part part : {kMessages, kConversations}) {
    std::optional<Column>& column = columns_[part];
    if (!column.has_value() || !column->text.has_value()) continue;
    KAITO_RETURN_IF_ERROR(
        ParseMessages(part == kMessages ? "messages" : "conversations",
                      *column->text, &column->messages.emplace()));
  }
  if (tools_text_.empty()) return absl::OkStatus();
  return json::Read(tools_text_, {}, [&](const json::Cursor& value) {
    if (value.type() == json::Type::kArray) return AppendJson(value, &tools_);
    return absl::InvalidArgumentError(
        absl::StrCat("tools: want a list, got ", TypeName(value.type())));
  });
}

absl::Status RowParser::ReadColumn(absl::string_view key,
                                   const json::Cursor& value) {
  const std::optional<Part> part = PartOf(key);
  if (!part.has_value()) {
    if (unknown_.size() <= kMaxNamesShown) unknown_.emplace_back(key);
    return absl::OkStatus();
  }
  if (*part == kTools) return ReadTools(value);
  Column& column = columns_[*part].emplace();
  const bool of_messages = *part == kMessages || *part == kConversations;
  const bool list = value.type() == json::Type::kArray &&
                    (*part == kPrompt || *part == kCompletion);
  if (list || (of_messages && value.type() != json::Type::kString)) {
    return ReadMessages(key, value, &column.messages.emplace());
  }
  if (value.type() == json::Type::kNull) return absl::OkStatus();
  if (value.type() != json::Type::kString) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, ": want a string, got ", TypeName(value.type())));
  }
  return value.ReadString(&column.text.emplace());
}

ParsedRow Unusable(absl::string_view why) {
  return ParsedRow{.unusable = std::string(why)};
}

absl::StatusOr<ParsedRow> RowParser::FromMessages(Part part) {
  MessageList& list = *columns_[part]->messages;
  if (list.null) return Unusable("messages is null");
  if (list.count == 0) return Unusable("messages is empty");
  return ParsedRow{
      .content = Conversation{.messages = absl::StrCat("[", list.items, "]"),
                              .message_count = list.count,
                              .tools = std::move(tools_)}};
}

absl::StatusOr<ParsedRow> RowParser::FromPromptAndCompletion() {
  for (const auto& [part, name] :
       {std::pair(kPrompt, "prompt"), std::pair(kCompletion, "completion")}) {
    if (!columns_[part].has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("column ", name,
                       " is missing: a prompt and a completion "
                       "come together"));
    }
  }
  const Column& prompt = *columns_[kPrompt];
  const Column& completion = *columns_[kCompletion];
  if (prompt.messages.has_value() && completion.messages.has_value()) {
    if (completion.messages->count == 0) return Unusable("completion is empty");
    const MessageList& before = *prompt.messages;
    return ParsedRow{
        .content = Conversation{
            .messages =
                absl::StrCat("[", before.items, before.count > 0 ? "," : "",
                             completion.messages->items, "]"),
            .message_count = before.count + completion.messages->count,
            .prompt_messages = before.count,
            .tools = std::move(tools_)}};
  }
  if (prompt.messages.has_value() != completion.messages.has_value() &&
      (prompt.text.has_value() || completion.text.has_value())) {
    return absl::InvalidArgumentError(
        "prompt and completion: one is a string, the other a list of messages");
  }
  if (!prompt.text.has_value()) return Unusable("prompt is null");
  if (!completion.text.has_value()) return Unusable("completion is null");
  return ParsedRow{.content = PromptCompletion{*prompt.text, *completion.text}};
}

absl::StatusOr<ParsedRow> RowParser::FromInstruction() {
  if (!columns_[kResponse].has_value()) {
    return absl::InvalidArgumentError(
        "column response is missing: an instruction and a response (or output) "
        "come together");
  }
  const Column& instruction = *columns_[kInstruction];
  const Column& response = *columns_[kResponse];
  if (!instruction.text.has_value()) return Unusable("instruction is null");
  if (!response.text.has_value()) return Unusable("response is null");
  std::string prompt = *instruction.text;
  const std::optional<Column>& context = columns_[kContext];
  if (context.has_value() && !context->text.value_or("").empty()) {
    absl::StrAppend(&prompt, "\n\n", *context->text);
  }
  return ParsedRow{.content =
                       PromptCompletion{std::move(prompt), *response.text}};
}

absl::Status RowParser::NoKnownColumn() const {
  std::vector<std::string> shown = unknown_;
  if (shown.size() > kMaxNamesShown) shown.back() = "...";
  const std::string wanted =
      !names_.messages.empty()
          ? absl::StrCat("column ", names_.messages)
          : "column messages, conversations, prompt and completion, "
            "instruction and response, or text";
  return absl::InvalidArgumentError(absl::StrCat(
      "no ", wanted,
      "; it has: ", shown.empty() ? "none" : absl::StrJoin(shown, ", ")));
}

absl::StatusOr<ParsedRow> RowParser::Finish() {
  KAITO_RETURN_IF_ERROR(ParseTexts());
  for (const Part part : {kMessages, kConversations}) {
    if (columns_[part].has_value()) return FromMessages(part);
  }
  if (columns_[kPrompt].has_value() || columns_[kCompletion].has_value()) {
    return FromPromptAndCompletion();
  }
  if (columns_[kInstruction].has_value()) return FromInstruction();
  if (!columns_[kText].has_value()) return NoKnownColumn();
  if (!columns_[kText]->text.has_value()) return Unusable("text is null");
  return ParsedRow{.content = PlainText{*std::move(columns_[kText]->text)}};
}

}  // namespace

absl::StatusOr<ParsedRow> ParseRow(absl::string_view record,
                                   const ColumnNames& names) {
  RowParser parser(names);
  KAITO_RETURN_IF_ERROR(json::Read(record, {}, [&](const json::Cursor& root) {
    if (root.type() != json::Type::kObject) {
      return absl::InvalidArgumentError(
          absl::StrCat("want a JSON object, got ", TypeName(root.type())));
    }
    return root.ForEachField(
        [&](absl::string_view key, const json::Cursor& value) {
          return parser.ReadColumn(key, value);
        });
  }));
  return parser.Finish();
}

std::vector<std::string> KnownColumns(const ColumnNames& names) {
  if (!names.messages.empty()) return {names.messages, "tools"};
  if (!names.prompt.empty() || !names.completion.empty()) {
    return {names.prompt.empty() ? "prompt" : names.prompt,
            names.completion.empty() ? "completion" : names.completion};
  }
  std::vector<std::string> known;
  for (const PartName& part : kPartNames) known.emplace_back(part.name);
  return known;
}

std::string MessagesOf(const PromptCompletion& pair) {
  return absl::StrCat(
      "[{\"role\":\"user\",\"content\":", json::Quote(pair.prompt),
      "},{\"role\":\"assistant\",\"content\":", json::Quote(pair.completion),
      "}]");
}

std::string FormatRow(const Row& row) {
  std::string out = absl::StrCat("{\"row\":", row.index);
  if (const auto* chat = std::get_if<Conversation>(&row.content)) {
    absl::StrAppend(&out, ",\"messages\":", chat->messages);
    if (!chat->tools.empty()) absl::StrAppend(&out, ",\"tools\":", chat->tools);
  } else if (const auto* pair = std::get_if<PromptCompletion>(&row.content)) {
    absl::StrAppend(&out, ",\"messages\":", MessagesOf(*pair));
  } else {
    absl::StrAppend(
        &out, ",\"text\":", json::Quote(std::get<PlainText>(row.content).text));
  }
  return absl::StrCat(out, "}");
}

}  // namespace kaito::runtime

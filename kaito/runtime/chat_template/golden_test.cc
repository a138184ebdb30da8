// The goldens: what transformers and jinja2 make of templates, case by case.
// README.md lists the files.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime {
namespace {

using jinja::Arena;
using jinja::Value;

constexpr absl::string_view kTestdata = "kaito/runtime/chat_template/testdata/";

// What these ask for is left out on purpose: integers of more than 64 bits, and
// complex numbers.
constexpr absl::string_view kRefused[] = {
    "{{ 9223372036854775807 + 1 }}",
    "{{ 2 ** 64 }}",
    "{{ -(2 ** 63) - 1 }}",
    "{{ 10 ** 20 // 3 }}",
    "{{ (-8) ** 0.5 }}",
};

std::string ReadFile(absl::string_view name) {
  const std::string path = absl::StrCat(kTestdata, name);
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A line of a golden file.
class Row {
 public:
  explicit Row(absl::string_view line)
      : arena_(std::make_unique<Arena>(int64_t{64} << 20)) {
    const absl::StatusOr<Value> row = jinja::ParseJsonValue(line, *arena_);
    EXPECT_TRUE(row.ok()) << row.status();
    if (row.ok()) row_ = *row;
  }

  bool Has(absl::string_view key) const {
    return row_.is_dict() && row_.dict().Find(key) != nullptr;
  }
  Value At(absl::string_view key) const {
    return Has(key) ? *row_.dict().Find(key) : Value::None();
  }
  std::string Text(absl::string_view key) const {
    return At(key).is_string() ? std::string(At(key).text()) : "";
  }
  bool Flag(absl::string_view key) const {
    return At(key).is_bool() && At(key).boolean();
  }
  // error.kind and error.message.
  std::string Error(absl::string_view key) const {
    const Value error = At("error");
    const Value* const text =
        error.is_dict() ? error.dict().Find(key) : nullptr;
    return text != nullptr ? std::string(text->text()) : "";
  }

 private:
  std::unique_ptr<Arena> arena_;
  Value row_;
};

std::vector<Row> Rows(absl::string_view file) {
  std::vector<Row> rows;
  const std::string text = ReadFile(file);
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    rows.emplace_back(line);
  }
  return rows;
}

ChatInput InputOf(const Row& row) {
  ChatInput input;
  input.messages = row.At("messages");
  input.tools = row.At("tools");
  input.documents = row.At("documents");
  input.variables = row.At("kwargs");
  input.add_generation_prompt = row.Flag("add_generation_prompt");
  input.continue_final_message = row.Flag("continue_final_message");
  input.now = absl::CivilSecond(2024, 7, 26, 10, 20, 30);
  return input;
}

int64_t Points(absl::string_view text, int64_t bytes) {
  return jinja::Utf8Length(text.substr(0, bytes));
}

void ExpectSpans(const Row& row, const RenderedChat& chat) {
  if (!row.Has("assistant_spans")) return;
  const auto wanted = row.At("assistant_spans").sequence().span();
  ASSERT_EQ(chat.generated.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    const TextSpan& span = chat.generated[i];
    EXPECT_EQ(Points(chat.text, span.begin),
              wanted[i].sequence().items[0].integer());
    EXPECT_EQ(Points(chat.text, span.end),
              wanted[i].sequence().items[1].integer());
  }
}

// Whether the result is what the row wants.
void ExpectResult(const Row& row, const absl::StatusOr<RenderedChat>& got) {
  if (!row.Has("error")) {
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->text, row.Text("expected"));
    ExpectSpans(row, *got);
    return;
  }
  ASSERT_FALSE(got.ok()) << "instead of " << row.Error("reference")
                         << " there is " << got->text;
  const std::optional<TemplateError> error = TemplateErrorOf(got.status());
  ASSERT_TRUE(error.has_value()) << got.status();
  EXPECT_FALSE(error->message.empty());
  if (row.Error("kind") == "raised") {
    EXPECT_EQ(error->kind, TemplateError::Kind::kRaised);
    EXPECT_EQ(error->message, row.Error("message"));
  } else {
    EXPECT_NE(error->kind, TemplateError::Kind::kRaised);
  }
  const bool at_parsing = row.Error("kind") == "syntax";
  EXPECT_EQ(error->kind == TemplateError::Kind::kSyntax,
            at_parsing || row.Error("kind") == "TemplateSyntaxError" ||
                row.Error("kind") == "TemplateAssertionError")
      << row.Error("reference");
}

absl::StatusOr<RenderedChat> RenderText(absl::string_view text,
                                        const ChatInput& input) {
  const absl::StatusOr<ChatTemplate> parsed = ChatTemplate::Parse(text);
  if (!parsed.ok()) return parsed.status();
  return parsed->RenderWithSpans(input);
}

TEST(Goldens, TemplatesRenderAsInTransformers) {
  absl::flat_hash_map<std::string, std::unique_ptr<ChatTemplate>> templates;
  const std::vector<Row> rows = Rows("cases.jsonl");
  ASSERT_EQ(rows.size(), 352);
  for (size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(absl::StrCat("line ", i + 1, ": ", rows[i].Text("template"),
                              ", ", rows[i].Text("chat")));
    auto& parsed = templates[rows[i].Text("template")];
    if (parsed == nullptr) {
      KAITO_ASSERT_OK_AND_ASSIGN(
          ChatTemplate t,
          ChatTemplate::Parse(ReadFile(rows[i].Text("template"))));
      parsed = std::make_unique<ChatTemplate>(std::move(t));
    }
    ExpectResult(rows[i], parsed->RenderWithSpans(InputOf(rows[i])));
  }
  EXPECT_EQ(templates.size(), 16);
}

// Renders each row's template_text with the variables; the messages are empty.
int64_t CheckExpressions(const std::vector<Row>& rows, size_t first,
                         const Value& variables) {
  const Row nothing(R"({"messages":[]})");
  ChatInput input = InputOf(nothing);
  input.variables = variables;
  int64_t refused = 0;
  for (size_t i = first; i < rows.size(); ++i) {
    const std::string text = rows[i].Text("template_text");
    SCOPED_TRACE(absl::StrCat("line ", i + 1, ": ", text));
    const absl::StatusOr<RenderedChat> got = RenderText(text, input);
    if (std::find(std::begin(kRefused), std::end(kRefused), text) !=
        std::end(kRefused)) {
      ++refused;
      EXPECT_THAT(got, testing::StatusIs(absl::StatusCode::kInvalidArgument));
      continue;
    }
    ExpectResult(rows[i], got);
  }
  return refused;
}

TEST(Goldens, ExpressionsAreThoseOfJinja) {
  const std::vector<Row> rows = Rows("expressions.jsonl");
  ASSERT_EQ(rows.size(), 784);
  Arena arena(int64_t{1} << 20);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Value variables,
      jinja::ParseJsonValue(ReadFile("expressions.context.json"), arena));
  EXPECT_EQ(CheckExpressions(rows, 0, variables), 4);
}

TEST(Goldens, MethodsFormatsAndScopesAreThoseOfJinja) {
  const std::vector<Row> rows = Rows("more_expressions.jsonl");
  ASSERT_GT(rows.size(), 200);
  EXPECT_EQ(CheckExpressions(rows, 1, rows[0].At("context")), 1);
}

TEST(Goldens, MalformedTemplatesAreRefusedWithTheirLine) {
  const std::vector<Row> rows = Rows("malformed.jsonl");
  ASSERT_EQ(rows.size(), 220);
  for (size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(
        absl::StrCat("line ", i + 1, ": ", rows[i].Text("template_text")));
    const absl::StatusOr<ChatTemplate> parsed =
        ChatTemplate::Parse(rows[i].Text("template_text"));
    ASSERT_THAT(parsed.status(),
                testing::StatusIs(absl::StatusCode::kInvalidArgument));
    const std::optional<TemplateError> error = TemplateErrorOf(parsed.status());
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->kind, TemplateError::Kind::kSyntax);
    EXPECT_GT(error->line, 0);
    if (rows[i].At("line").is_int()) {
      EXPECT_EQ(error->line, rows[i].At("line").integer());
    }
  }
}

// That they end at all is the test; the limits' own numbers are in limits.h.
TEST(Goldens, BombsEndInAnError) {
  const std::string text = ReadFile("bombs.jsonl");
  int64_t refused_input = 0;
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    Arena arena(int64_t{16} << 20);
    const absl::StatusOr<Value> parsed = jinja::ParseJsonValue(line, arena);
    if (!parsed.ok()) {  // Values nested 1000 deep don't even get in.
      ++refused_input;
      EXPECT_THAT(parsed.status().message(), ::testing::HasSubstr("deeper"));
      continue;
    }
    const Row row(line);
    SCOPED_TRACE(row.Text("why"));
    std::string source;
    for (const Value& part : row.At("parts").sequence().span()) {
      for (int64_t n = part.sequence().items[1].integer(); n > 0; --n) {
        absl::StrAppend(&source, part.sequence().items[0].text());
      }
    }
    ChatInput input = InputOf(row);
    input.messages = row.At("parts");
    const absl::StatusOr<RenderedChat> got = RenderText(source, input);
    if (row.Text("why") == "shared structure, exponential when compared") {
      ASSERT_TRUE(got.ok()) << got.status();
      EXPECT_EQ(got->text, "True");
    } else {
      EXPECT_FALSE(got.ok()) << got->text.substr(0, 100);
    }
  }
  EXPECT_EQ(refused_input, 1);
}

}  // namespace
}  // namespace kaito::runtime

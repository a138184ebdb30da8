#include "kaito/runtime/chat_template/chat_template.h"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/limits.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr absl::string_view kMessages =
    R"([{"role":"user","content":"Hi "},{"role":"assistant","content":" Ho "}])";

class ChatTemplateTest : public ::testing::Test {
 protected:
  jinja::Value Json(absl::string_view text) {
    const absl::StatusOr<jinja::Value> value =
        jinja::ParseJsonValue(text, arena_);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.value_or(jinja::Value());
  }

  ChatInput Input(absl::string_view messages = kMessages) {
    ChatInput input;
    input.messages = Json(messages);
    input.now = absl::CivilSecond(2024, 7, 26, 10, 20, 30);
    return input;
  }

  absl::StatusOr<std::string> Render(absl::string_view text,
                                     const ChatInput& input,
                                     const TemplateLimits& limits = {}) {
    const absl::StatusOr<ChatTemplate> parsed =
        ChatTemplate::Parse(text, limits);
    if (!parsed.ok()) return parsed.status();
    return parsed->Render(input);
  }
  absl::StatusOr<std::string> Render(absl::string_view text) {
    return Render(text, Input());
  }

  jinja::Arena arena_{int64_t{16} << 20};
};

TEST_F(ChatTemplateTest, SeesMessagesOptionsAndVariables) {
  ChatInput input = Input();
  input.tools = Json(R"([{"name":"f"}])");
  input.add_generation_prompt = true;
  input.variables = Json(R"({"bos_token":"<s>","n":2})");
  EXPECT_THAT(
      Render("{{ bos_token }}{% for m in messages %}{{ m.role }};{% endfor %}"
             "{{ tools[0].name }}{{ documents }}{{ add_generation_prompt }}"
             "{{ n + 1 }}{{ strftime_now('%d %b %Y') }}",
             input),
      IsOkAndHolds("<s>user;assistant;fNoneTrue326 Jul 2024"));
}

TEST_F(ChatTemplateTest, KeepsTheOrderOfKeys) {
  ChatInput input = Input();
  input.tools = Json(R"([{"z":1,"a":{"y":[],"b":1.0}}])");
  EXPECT_THAT(Render("{{ tools[0] | tojson }}{{ tools[0] }}", input),
              IsOkAndHolds(R"({"z": 1, "a": {"y": [], "b": 1.0}})"
                           R"({'z': 1, 'a': {'y': [], 'b': 1.0}})"));
}

TEST_F(ChatTemplateTest, NamesLineAndKindOfAnError) {
  const absl::Status status =
      Render("a\n{% if true %}\n{{ messages[0].nosuch.x }}\n{% endif %}")
          .status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("chat template, line 3: ")));
  const std::optional<TemplateError> error = TemplateErrorOf(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->line, 3);
  EXPECT_EQ(error->kind, TemplateError::Kind::kFailed);
  EXPECT_THAT(error->message, HasSubstr("'nosuch'"));
  EXPECT_EQ(TemplateErrorOf(absl::InvalidArgumentError("other")), std::nullopt);
}

TEST_F(ChatTemplateTest, KeepsTheWordsOfRaiseException) {
  const absl::Status status =
      Render("{{ 'lost' }}\n{{ raise_exception('two,\nlines: 1,2') }}")
          .status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "chat template, line 2: it says: two, lines: "
                               "1,2"));
  const std::optional<TemplateError> error = TemplateErrorOf(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, TemplateError::Kind::kRaised);
  EXPECT_EQ(error->message, "two,\nlines: 1,2");
}

TEST_F(ChatTemplateTest, RefusesWhatIsNotUtf8OrTooLong) {
  EXPECT_THAT(ChatTemplate::Parse("a\xFF").status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ChatTemplate::Parse("abc", {.max_template_bytes = 2}).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(ChatTemplateTest, KeepsEachLimit) {
  const absl::string_view loop =
      "{% for i in range(1000) %}{{ 'abcdefgh' * 100 }}{% endfor %}";
  KAITO_EXPECT_OK(Render(loop, Input()));
  for (const TemplateLimits& limits :
       {TemplateLimits{.max_work = 1000},
        TemplateLimits{.max_memory_bytes = 64 << 10},
        TemplateLimits{.max_output_bytes = 1000}}) {
    EXPECT_THAT(Render(loop, Input(), limits),
                StatusIs(absl::StatusCode::kResourceExhausted));
  }
  const absl::string_view deep =
      "{% macro m(n) %}{{ m(n - 1) if n }}{% endmacro %}{{ m(20) }}";
  KAITO_EXPECT_OK(Render(deep, Input()));
  EXPECT_THAT(Render(deep, Input(), {.max_depth = 50}),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(ChatTemplateTest, TakesAsDeepRecursionAsPython) {
  EXPECT_THAT(Render("{% macro m(n) %}{{ n }}{% if n > 1 %}{{ m(n - 1) }}"
                     "{% endif %}{% endmacro %}{{ m(200) | length }}"),
              IsOkAndHolds("492"));
}

TEST_F(ChatTemplateTest, RefusesWhatWouldNotBePure) {
  for (const absl::string_view text :
       {"{{ [1, 2] | random }}", "{{ lipsum() }}", "{% include 'x' %}"}) {
    const std::optional<TemplateError> error =
        TemplateErrorOf(Render(text).status());
    ASSERT_TRUE(error.has_value()) << text;
    EXPECT_EQ(error->kind, TemplateError::Kind::kRefused) << text;
  }
}

TEST_F(ChatTemplateTest, HidesWhatTheSandboxHides) {
  EXPECT_THAT(Render("{{ messages.append }}{{ ''.__class__ }}"),
              IsOkAndHolds(""));
  EXPECT_THAT(Render("{{ messages.append(1) }}").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("'append' of a 'list' object is unsafe")));
}

TEST_F(ChatTemplateTest, ContinuesTheFinalMessage) {
  ChatInput input = Input();
  input.continue_final_message = true;
  EXPECT_THAT(
      Render("{% for m in messages %}[{{ m.content }}]{% endfor %}", input),
      IsOkAndHolds("[Hi ][ Ho "));
  EXPECT_THAT(
      Render("{% for m in messages %}[{{ m.content | trim }}]{% endfor %}",
             input),
      IsOkAndHolds("[Hi][Ho"));
  input.messages = Json(
      R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"x"}]}])");
  EXPECT_THAT(Render("{% for m in messages %}{% for p in m.content %}"
                     "<{{ p.text }}>{% endfor %}{% endfor %}",
                     input),
              IsOkAndHolds("<a"));
}

TEST_F(ChatTemplateTest, SaysWhyTheFinalMessageCanNotBeContinued) {
  ChatInput input = Input();
  input.continue_final_message = true;
  EXPECT_THAT(Render("nothing of it", input),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("continue_final_message")));
  input.add_generation_prompt = true;
  EXPECT_THAT(Render("x", input), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("exclude each other")));
  input.add_generation_prompt = false;
  for (const absl::string_view messages :
       {"[]", R"([{"role":"user"}])", R"([{"content":null}])", "[5]",
        R"([{"content":[{"type":"image"}]}])"}) {
    input.messages = Json(messages);
    EXPECT_THAT(Render("x", input), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("no text to continue")))
        << messages;
  }
}

TEST_F(ChatTemplateTest, KeepsALoopThatOutlivesItsFilter) {
  EXPECT_THAT(
      Render("{% set ns = namespace() %}{% for m in messages if m.role %}"
             "{% set ns.l = loop %}{% break %}{% endfor %}{{ ns.l.length }}"
             "{{ ns.l.last }}{{ ns.l.nextitem.role }}"),
      IsOkAndHolds("2Falseassistant"));
}

TEST_F(ChatTemplateTest, RendersInSeveralThreadsAtOnce) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ChatTemplate chat,
      ChatTemplate::Parse("{% for m in messages if m.role in ['user', 'x'] %}"
                          "{{ m.content | upper ~ {'a': 1} | tojson }}"
                          "{% endfor %}"));
  std::vector<std::thread> threads;
  std::vector<absl::StatusOr<std::string>> texts(4, std::string());
  for (auto& text : texts) {
    threads.emplace_back([&chat, &text] {
      jinja::Arena arena(int64_t{1} << 20);
      ChatInput input;
      input.messages = *jinja::ParseJsonValue(kMessages, arena);
      for (int i = 0; i < 200; ++i) text = chat.Render(input);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& text : texts) {
    EXPECT_THAT(text, IsOkAndHolds("HI {\"a\": 1}"));
  }
}

// Pieces of templates in any order: mostly nonsense, which must end in an error
// or a text, and twice in the same.
TEST_F(ChatTemplateTest, SurvivesNonsense) {
  constexpr absl::string_view kPieces[] = {
      "{{",
      "}}",
      "{%",
      "%}",
      "{#",
      "#}",
      "-",
      "{% raw %}",
      "{% endraw %}",
      "{% if x %}",
      "{% else %}",
      "{% endif %}",
      "{% for m in messages %}",
      "{% for a, b in messages recursive %}",
      "{% endfor %}",
      "{% set x = ",
      "{% set ns = namespace(a=1) %}",
      "{% set ns.a = ns %}",
      "{% macro m(a, b=1) %}",
      "{% endmacro %}",
      "m(1)",
      "{% call m() %}",
      "{% endcall %}",
      "{% generation %}",
      "{% endgeneration %}",
      "{% filter upper %}",
      "{% endfilter %}",
      "{% break %}",
      "loop",
      "loop.last",
      "loop.length",
      "messages",
      "messages[0]",
      ".content",
      "['role']",
      "[1:]",
      "[::-1]",
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      ",",
      ":",
      "|",
      "~",
      "+",
      "*",
      "**",
      "//",
      "%",
      "==",
      "<",
      " in ",
      " not ",
      " and ",
      " if ",
      " else ",
      " is ",
      "defined",
      "mapping",
      "tojson",
      "join",
      "sort",
      "map('upper')",
      "selectattr('role')",
      "groupby('role')",
      "batch(2)",
      "list",
      "length",
      "'text'",
      "\"é\\u00e9\"",
      "1",
      "2.5",
      "99999999",
      "none",
      "caller()",
      "range(9)",
      "'{:>5}'.format(1)",
      "'%s' % 1",
      "\n",
      " ",
      "é",
      "\xF0\x9F\x98\x80"};
  std::mt19937 random(20240726);
  int64_t rendered = 0;
  const ChatInput input = Input();
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    const bool inside = round % 2 == 0;
    for (size_t n = 1 + random() % 12; n > 0; --n) {
      absl::StrAppend(&text, kPieces[random() % std::size(kPieces)]);
    }
    if (inside) text = absl::StrCat("{{ ", text, " }}");
    const absl::StatusOr<std::string> got =
        Render(text, input, {.max_work = 100'000});
    ASSERT_EQ(got, Render(text, input, {.max_work = 100'000})) << text;
    rendered += got.ok();
  }
  EXPECT_GT(rendered, 500);
}

}  // namespace
}  // namespace kaito::runtime

#include "kaito/runtime/chat_template/render_command.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/runtime/chat_template/assistant_mask.h"

namespace kaito::runtime {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kChatml =
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}";

RenderCommand::Options WithTemplate() {
  RenderCommand::Options options;
  options.template_text = std::string(kChatml);
  options.now = absl::CivilSecond(2001, 2, 3, 4, 5, 6);
  return options;
}

TEST(RenderCommand, RendersALine) {
  RenderCommand command(WithTemplate());
  EXPECT_EQ(command.Process(R"({"messages":[{"role":"user","content":"é\n"}],
                                "add_generation_prompt":true})",
                            1),
            R"({"text":"<user>é\n</><assistant>"})");
}

TEST(RenderCommand, TakesTheTemplateOfTheLineFirst) {
  RenderCommand::Options options = WithTemplate();
  options.read_template =
      [](absl::string_view path) -> absl::StatusOr<std::string> {
    if (path == "there") return std::string("file {{ x }}");
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  };
  RenderCommand command(options);
  EXPECT_EQ(command.Process(
                R"({"messages":[],"template":"there","kwargs":{"x":1}})", 1),
            R"({"text":"file 1"})");
  EXPECT_EQ(
      command.Process(
          R"({"messages":[],"template":"there","template_text":"text"})", 2),
      R"({"text":"text"})");
  EXPECT_EQ(command.Process(R"({"messages":[],"template":"away"})", 3),
            R"({"error":"input: away: no such file","line":3})");
  EXPECT_EQ(command.Process(R"({"messages":[]})", 4), R"({"text":""})");
}

TEST(RenderCommand, FixesTheClock) {
  RenderCommand command(WithTemplate());
  EXPECT_EQ(command.Process(
                R"({"messages":[],"template_text":"{{ strftime_now('%F %T') }}",
                    "now":"2024-07-26T10:20:30"})",
                1),
            R"({"text":"2024-07-26 10:20:30"})");
  EXPECT_EQ(
      command.Process(
          R"({"messages":[],"template_text":"{{ strftime_now('%F %T') }}"})",
          2),
      R"({"text":"2001-02-03 04:05:06"})");
  EXPECT_THAT(command.Process(R"({"messages":[],"now":"soon"})", 7),
              AllOf(StartsWith(R"({"error":"input: now: 'soon')"),
                    EndsWith(R"("line":7})")));
}

TEST(RenderCommand, LetsKwargsWinOverTheModelsTokens) {
  RenderCommand::Options options;
  options.template_text = "{{ bos_token }}{{ eos_token }}";
  options.variables_json = R"({"bos_token":"<s>","eos_token":"</s>"})";
  RenderCommand command(options);
  EXPECT_EQ(
      command.Process(R"({"messages":[],"kwargs":{"eos_token":"<e>"}})", 1),
      R"({"text":"<s><e>"})");
}

TEST(RenderCommand, AnswersTemplateErrorsWithTheTemplatesLine) {
  RenderCommand command(WithTemplate());
  EXPECT_EQ(
      command.Process(
          R"({"messages":[],"template_text":"a\n{{ raise_exception('no \"x\"') }}"})",
          9),
      R"({"error":"no \"x\"","line":2})");
  EXPECT_THAT(
      command.Process(R"({"messages":[],"template_text":"a\n\n{{ b c }}"})", 9),
      AllOf(StartsWith(R"({"error":)"), EndsWith(R"("line":3})")));
}

TEST(RenderCommand, AnswersBadLinesWithTheirOwnLineAndGoesOn) {
  RenderCommand command(WithTemplate());
  for (const absl::string_view bad :
       {"", "{", "5", "[]", R"({"messages":5})", R"({})",
        R"({"messages":[],"kwargs":[]})", R"({"messages":[],"mask":"yes"})",
        R"({"messages":[18446744073709551615]})",
        R"({"messages":[],"template":"file"})"}) {
    EXPECT_THAT(
        command.Process(bad, 4),
        AllOf(StartsWith(R"({"error":"input: )"), EndsWith(R"("line":4})")))
        << bad;
  }
  EXPECT_EQ(command.Process(R"({"messages":[]})", 5), R"({"text":""})");
  RenderCommand without{RenderCommand::Options()};
  EXPECT_THAT(without.Process(R"({"messages":[]})", 1),
              HasSubstr("no template"));
}

TEST(RenderCommand, GivesSpansInCodePointsAndTokensWithATokenizer) {
  const absl::string_view line =
      R"({"messages":[{"role":"user","content":"é"},
          {"role":"assistant","content":"ü"}],"mask":true})";
  RenderCommand::Options options = WithTemplate();
  RenderCommand command(options);
  EXPECT_EQ(
      command.Process(line, 1),
      R"({"text":"<user>é</><assistant>ü</>","assistant_spans":[[21,25]]})");
  options.tokenize =
      [](const MaskedChat& chat) -> absl::StatusOr<RenderCommand::TokenMask> {
    EXPECT_EQ(chat.assistant.size(), 1);
    return RenderCommand::TokenMask{.ids = {7, 8}, .assistant = {false, true}};
  };
  RenderCommand with_tokenizer(options);
  EXPECT_THAT(with_tokenizer.Process(line, 1),
              HasSubstr(R"("ids":[7,8],"assistant_mask":[0,1])"));
}

}  // namespace
}  // namespace kaito::runtime

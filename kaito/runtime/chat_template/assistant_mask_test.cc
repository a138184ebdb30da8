#include "kaito/runtime/chat_template/assistant_mask.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/text_span.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kChat =
    R"([{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"},
        {"role":"user","content":"sure?"},{"role":"assistant","content":"yes"}])";

std::string Template(absl::string_view name) {
  std::ifstream file(
      absl::StrCat("kaito/runtime/chat_template/testdata/templates/", name));
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

class AssistantMaskTest : public ::testing::Test {
 protected:
  ChatInput Input(absl::string_view messages, absl::string_view variables) {
    ChatInput input;
    input.messages = *jinja::ParseJsonValue(messages, arena_);
    input.variables = *jinja::ParseJsonValue(variables, arena_);
    return input;
  }

  // The assistant's parts of the text.
  std::vector<std::string> Turns(const std::string& text,
                                 const ChatInput& input) {
    const absl::StatusOr<ChatTemplate> chat = ChatTemplate::Parse(text);
    EXPECT_TRUE(chat.ok()) << chat.status();
    const absl::StatusOr<MaskedChat> masked = RenderWithMask(*chat, input);
    EXPECT_TRUE(masked.ok()) << masked.status();
    std::vector<std::string> turns;
    if (!masked.ok()) return turns;
    EXPECT_EQ(masked->text, *chat->Render(input));
    for (const TextSpan& span : masked->assistant) {
      turns.push_back(masked->text.substr(span.begin, span.end - span.begin));
    }
    return turns;
  }

  jinja::Arena arena_{int64_t{16} << 20};
};

TEST_F(AssistantMaskTest, FindsTheTurnsOfPhi3AndTheEndOfTheText) {
  const ChatInput input =
      Input(kChat, R"({"eos_token":"<|endoftext|>","bos_token":"<s>"})");
  EXPECT_THAT(Turns(Template("phi3.jinja"), input),
              ElementsAre("4<|end|>\n", "yes<|end|>\n<|endoftext|>"));
}

TEST_F(AssistantMaskTest, AgreesWithGenerationBlocks) {
  const ChatInput input = Input(
      R"([{"role":"system","content":"s"},{"role":"user","content":"2+2?"},
          {"role":"assistant","content":"4"},{"role":"user","content":"<|"}])",
      R"({"eos_token":"<|endoftext|>"})");
  EXPECT_THAT(Turns(Template("phi3_generation.jinja"), input),
              ElementsAre("4<|end|>\n"));
  EXPECT_THAT(Turns(Template("phi3.jinja"), input), ElementsAre("4<|end|>\n"));
}

TEST_F(AssistantMaskTest, FindsTheTurnsOfOtherTemplates) {
  const ChatInput input =
      Input(kChat, R"({"eos_token":"</s>","bos_token":"<s>"})");
  EXPECT_THAT(Turns(Template("chatml.jinja"), input),
              ElementsAre("4<|im_end|>\n", "yes<|im_end|>\n"));
  EXPECT_THAT(Turns(Template("llama3_tools.jinja"), input),
              ElementsAre("4<|eot_id|>", "yes<|eot_id|>"));
  EXPECT_THAT(Turns(Template("gemma.jinja"), input),
              ElementsAre("4<end_of_turn>\n", "yes<end_of_turn>\n"));
  // Here the EOS token ends each turn.
  EXPECT_THAT(Turns(Template("mistral.jinja"), input),
              ElementsAre(" 4</s>", " yes</s>"));
  // Here the prompt opens a thought that history doesn't have.
  EXPECT_THAT(Turns(Template("deepseek.jinja"), input),
              ElementsAre("4</s>", "yes</s>"));
}

TEST_F(AssistantMaskTest, FollowsATemplateThatDropsOldThoughts) {
  const ChatInput input = Input(
      R"([{"role":"user","content":"a"},
          {"role":"assistant","content":"b","reasoning_content":"hm"},
          {"role":"user","content":"c"},
          {"role":"assistant","content":"d","reasoning_content":"so"}])",
      "{}");
  EXPECT_THAT(
      Turns(Template("qwen_tools.jinja"), input),
      ElementsAre("b<|im_end|>\n", "<think>\nso\n</think>\n\nd<|im_end|>\n"));
}

TEST_F(AssistantMaskTest, TakesToolCallsAsTheAssistantsWords) {
  const ChatInput input = Input(
      R"([{"role":"user","content":"a"},
          {"role":"assistant","content":"","tool_calls":[
             {"function":{"name":"f","arguments":{"x":1}}}]},
          {"role":"tool","content":"7"},
          {"role":"assistant","content":"seven"}])",
      "{}");
  EXPECT_THAT(
      Turns(Template("qwen_tools.jinja"), input),
      ElementsAre("<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n"
                  "</tool_call><|im_end|>\n",
                  "<think>\n\n</think>\n\nseven<|im_end|>\n"));
}

TEST_F(AssistantMaskTest, LeavesOutTheGenerationPrompt) {
  ChatInput input = Input(kChat, R"({"eos_token":"<|endoftext|>"})");
  input.add_generation_prompt = true;
  EXPECT_THAT(Turns(Template("phi3.jinja"), input),
              ElementsAre("4<|end|>\n", "yes<|end|>\n"));
}

TEST_F(AssistantMaskTest, EndsWhereAContinuedMessageEnds) {
  ChatInput input = Input(kChat, R"({"eos_token":"<|endoftext|>"})");
  input.continue_final_message = true;
  EXPECT_THAT(Turns(Template("phi3.jinja"), input),
              ElementsAre("4<|end|>\n", "yes"));
}

TEST_F(AssistantMaskTest, KeepsCharactersWhole) {
  const ChatInput input = Input(
      R"([{"role":"assistant","content":"é"},{"role":"user","content":"è"}])",
      "{}");
  EXPECT_THAT(
      Turns("{% for m in messages %}{{ m.content }}{% endfor %}", input),
      ElementsAre("é"));
}

TEST_F(AssistantMaskTest, IsEmptyWithoutAnAssistant) {
  EXPECT_THAT(Turns(Template("phi3.jinja"),
                    Input(R"([{"role":"user","content":"a"}])", "{}")),
              IsEmpty());
  EXPECT_THAT(Turns(Template("phi3.jinja"), Input("[]", "{}")), IsEmpty());
}

TEST_F(AssistantMaskTest, SaysWhenTheTurnsCanNotBeToldApart) {
  // Nothing comes out unless the conversation ends with the assistant, and the
  // content isn't a text.
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ChatTemplate chat,
      ChatTemplate::Parse(
          "{% if messages[-1].role == 'user' %}"
          "{{ raise_exception('not now') }}{% endif %}"
          "{% for m in messages %}{{ m.content }}{% endfor %}"));
  const ChatInput input = Input(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":[1]}])",
      "{}");
  EXPECT_THAT(
      RenderWithMask(chat, input),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("message 1")));
}

TEST_F(AssistantMaskTest, PassesTheErrorsOfTheTemplateOn) {
  KAITO_ASSERT_OK_AND_ASSIGN(const ChatTemplate chat,
                             ChatTemplate::Parse("{{ raise_exception('x') }}"));
  EXPECT_THAT(
      RenderWithMask(chat, Input(kChat, "{}")),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("it says: x")));
}

}  // namespace
}  // namespace kaito::runtime

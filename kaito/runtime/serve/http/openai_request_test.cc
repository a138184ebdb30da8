#include "kaito/runtime/serve/http/openai_request.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/chat_template/value.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/generation_fields.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kHi[] = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

absl::StatusOr<ChatCompletionRequest> Chat(absl::string_view more) {
  return ParseChatCompletionRequest(
      absl::StrCat("{", kHi, more.empty() ? "" : ",", more, "}"));
}

TEST(ParseChatCompletionRequest, ReadsAllFields) {
  KAITO_ASSERT_OK_AND_ASSIGN(const ChatCompletionRequest request,
                             Chat(R"("model":"acme","n":3,"stream":true,
              "stream_options":{"include_usage":true},"temperature":0.5,
              "top_k":7,"top_p":0.9,"min_p":0.1,"repetition_penalty":1.1,
              "presence_penalty":0.2,"frequency_penalty":-0.3,"seed":42,
              "logit_bias":{"5":-100},"max_tokens":9,
              "max_completion_tokens":10,"min_tokens":1,"stop":"x",
              "stop_token_ids":[3,4],"ignore_eos":true,
              "include_stop_str_in_output":true,"skip_special_tokens":false,
              "logprobs":true,"top_logprobs":2,"user":"me","unheard_of":{})"));
  const CompletionOptions& o = request.options;
  EXPECT_EQ(o.model, "acme");
  EXPECT_EQ(o.n, 3);
  EXPECT_TRUE(o.stream);
  EXPECT_TRUE(o.include_usage);
  EXPECT_TRUE(o.logprobs);
  EXPECT_EQ(o.top_logprobs, 2);
  EXPECT_EQ(o.generation.max_tokens, 9);
  EXPECT_EQ(o.generation.max_completion_tokens, 10);
  const GenerationRequest g = MakeGeneration(o.generation, {}, 1);
  EXPECT_EQ(g.sampling.temperature, 0.5);
  EXPECT_EQ(g.sampling.top_k, 7);
  EXPECT_EQ(g.sampling.top_p, 0.9);
  EXPECT_EQ(g.sampling.min_p, 0.1);
  EXPECT_EQ(g.sampling.repetition_penalty, 1.1);
  EXPECT_EQ(g.sampling.presence_penalty, 0.2);
  EXPECT_EQ(g.sampling.frequency_penalty, -0.3);
  EXPECT_EQ(g.sampling.seed, 42u);
  EXPECT_THAT(g.sampling.logit_bias, ElementsAre(Pair(5, -100)));
  EXPECT_EQ(g.min_tokens, 1);
  EXPECT_THAT(g.stop, ElementsAre("x"));
  EXPECT_THAT(g.stop_ids, ElementsAre(3, 4));
  EXPECT_TRUE(g.ignore_eos);
  EXPECT_TRUE(g.include_stop);
  EXPECT_FALSE(g.skip_special_tokens);
}

TEST(MakeGeneration, TakesTheModelsWordForWhatIsAbsent) {
  const GenerationConfig model = {
      .temperature = 0.6, .top_k = 20, .top_p = 0.95};
  GenerationRequest g = MakeGeneration({}, model, 77);
  EXPECT_EQ(g.sampling.temperature, 0.6);
  EXPECT_EQ(g.sampling.top_k, 20);
  EXPECT_EQ(g.sampling.top_p, 0.95);
  EXPECT_EQ(g.sampling.seed, 77u);
  EXPECT_TRUE(g.skip_special_tokens);
  g = MakeGeneration({.temperature = 1.5, .top_k = -1}, model, 0);
  EXPECT_EQ(g.sampling.temperature, 1.5);
  EXPECT_EQ(g.sampling.top_k, 0);
  EXPECT_EQ(MakeGeneration({}, {}, 0).sampling.temperature, 1);
  EXPECT_EQ(MakeGeneration({}, {.do_sample = false}, 0).sampling.temperature,
            0);
}

TEST(ParseChatCompletionRequest, JoinsPartsOfText) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ChatCompletionRequest request,
      ParseChatCompletionRequest(R"({"messages":[{"role":"user","content":[
          {"type":"text","text":"a"},{"type":"text","text":"b"}]}]})"));
  const jinja::Value message =
      request.chat.input().messages.sequence().span()[0];
  EXPECT_EQ(message.dict().Find("content")->text(), "a\nb");
}

TEST(ParseChatCompletionRequest, NamesWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "JSON: the text is empty"},
      {"[]", "the body: want an object, found array"},
      {"{", "JSON: "},
      {"{}", "messages: is missing"},
      {"{\"messages\":null}", "messages: is missing"},
      {"{\"messages\":[]}", "messages: is empty"},
      {"{\"messages\":\"Hi\"}", "messages: want an array, found string"},
      {"{\"messages\":[1]}", "messages[0]: want an object"},
      {"{\"messages\":[{}]}", "messages[0].role: want a string"},
      {R"({"messages":[{"role":"user"}]})", "messages[0].content: want"},
      {R"({"messages":[{"role":"user","content":3}]})", "messages[0].content"},
      {R"({"messages":[{"role":"user","content":[1]}]})",
       "messages[0].content[0]: want an object"},
      {R"({"messages":[{"role":"user","content":[{"type":"image_url"}]}]})",
       "only parts of type \"text\""},
      {R"({"messages":[{"role":"user","content":[{"type":"text"}]}]})",
       "messages[0].content[0]: text: want a string"},
  };
  for (const auto& [body, why] : cases) {
    EXPECT_THAT(ParseChatCompletionRequest(body),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)))
        << body;
  }
}

TEST(ParseChatCompletionRequest, NamesTheFieldOfAWrongType) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("temperature":"hot")", "temperature: want a number, found string"},
      {R"("temperature":[])", "temperature: want a number, found array"},
      {R"("top_k":1.5)", "top_k: want an integer, found number"},
      {R"("top_k":1e300)", "top_k: want an integer, found number"},
      {R"("seed":18446744073709551615)", "seed: want an integer"},
      {R"("n":0)", "n: is 0, want 1 to 64"},
      {R"("n":65)", "n: is 65"},
      {R"("n":"1")", "n: want an integer, found string"},
      {R"("stream":"yes")", "stream: want a boolean, found string"},
      {R"("stream_options":1)", "stream_options: want an object"},
      {R"("stream_options":{"include_usage":1})",
       "stream_options.include_usage: want a boolean"},
      {R"("stop":7)", "stop: want a string or a list of strings"},
      {R"("stop":["a",7])", "stop[1]: want a string, found integer"},
      {R"("stop_token_ids":["a"])", "stop_token_ids[0]: want an integer"},
      {R"("stop_token_ids":[-1])", "stop_token_ids[0]: want a token id"},
      {R"("stop_token_ids":[2147483648])", "stop_token_ids[0]: want a token"},
      {R"("stop_token_ids":[null])", "stop_token_ids[0]: want a token id"},
      {R"("logit_bias":{"x":1})", "logit_bias: \"x\" is no token id"},
      {R"("logit_bias":{"1":"a"})", "logit_bias: want a number"},
      {R"("logit_bias":[])", "logit_bias: want an object"},
      {R"("top_logprobs":2)", "top_logprobs: needs logprobs to be true"},
      {R"("logprobs":2)", "logprobs: want a boolean, found integer"},
      {R"("model":1)", "model: want a string"},
      {R"("tools":{})", "tools: want an array"},
      {R"("chat_template_kwargs":[])", "chat_template_kwargs: want an object"},
      {R"("add_generation_prompt":1)", "add_generation_prompt: want a boolean"},
      {R"("continue_final_message":true)", "excludes add_generation_prompt"},
  };
  for (const auto& [more, why] : cases) {
    EXPECT_THAT(Chat(more),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)))
        << more;
  }
  KAITO_EXPECT_OK(Chat(R"("n":null,"temperature":null,"stop":null,"seed":3.0,
                          "stop_token_ids":null,"logit_bias":null)"));
}

TEST(ParseChatCompletionRequest, RefusesByNameWhatWouldChangeTheAnswer) {
  for (const char* field :
       {R"("response_format":{"type":"json_object"})", R"("guided_json":{})",
        R"("tool_choice":"required")", R"("use_beam_search":true)",
        R"("best_of":2)", R"("structured_outputs":{"regex":"a"})",
        R"("chat_template":"{{ 1 }}")"}) {
    const std::string name =
        std::string(field).substr(1, std::string(field).find(':') - 2);
    EXPECT_THAT(Chat(field), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr(name + ": is not supported")));
  }
  KAITO_EXPECT_OK(Chat(R"("response_format":{"type":"text"},"best_of":1,
                          "tool_choice":"auto","use_beam_search":false)"));
}

TEST(ParseTextCompletionRequest, TakesPromptsOfAllKinds) {
  const auto prompts = [](absl::string_view json) {
    const auto request =
        ParseTextCompletionRequest(absl::StrCat("{\"prompt\":", json, "}"));
    EXPECT_TRUE(request.ok()) << request.status();
    return request->prompts;
  };
  using Ids = std::vector<int32_t>;
  EXPECT_THAT(prompts("\"a\""), ElementsAre(Prompt("a")));
  EXPECT_THAT(prompts("[\"a\",\"b\"]"), ElementsAre(Prompt("a"), Prompt("b")));
  EXPECT_THAT(prompts("[1,2]"), ElementsAre(Prompt(Ids{1, 2})));
  EXPECT_THAT(prompts("[[1],[2,3]]"),
              ElementsAre(Prompt(Ids{1}), Prompt(Ids{2, 3})));
}

TEST(ParseTextCompletionRequest, NamesWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{}", "prompt: is missing"},
      {R"({"prompt":[]})", "prompt: is empty"},
      {R"({"prompt":{}})", "prompt: want a string, strings or token ids"},
      {R"({"prompt":["a",1]})", "prompt[1]: token ids and texts"},
      {R"({"prompt":[1,"a"]})", "prompt[1]: token ids and texts"},
      {R"({"prompt":[1,[2]]})", "prompt[1]: token ids and texts"},
      {R"({"prompt":[true]})", "prompt[0]: want a string or token ids"},
      {R"({"prompt":[[true]]})", "prompt[0][0]: want an integer"},
      {R"({"prompt":["a","b"],"n":40})", "n: asks for more than 64 answers"},
      {R"({"prompt":"a","suffix":"b"})", "suffix: is not supported"},
      {R"({"prompt":"a","best_of":2})", "best_of: other than n"},
      {R"({"prompt":"a","logprobs":true})", "logprobs: want an integer"},
      {R"({"prompt":"a","echo":true,"logprobs":1})", "echo: with logprobs"},
      {absl::StrCat(R"({"prompt":["a")", std::string(4 * 64, ' '), "]"),
       "JSON: "},
  };
  for (const auto& [body, why] : cases) {
    EXPECT_THAT(ParseTextCompletionRequest(body),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)))
        << body;
  }
  std::string many = "{\"prompt\":[\"a\"";
  for (int i = 0; i < 64; ++i) many += ",\"a\"";
  EXPECT_THAT(ParseTextCompletionRequest(many + "]}"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("prompt: has more than 64 prompts")));
}

TEST(ParseTokenRequests, ReadTheirFields) {
  KAITO_ASSERT_OK_AND_ASSIGN(const TokenizeRequest tokenize,
                             ParseTokenizeRequest(R"({"model":"m","prompt":"a",
          "add_special_tokens":false,"return_token_strs":true})"));
  EXPECT_EQ(tokenize.prompt, "a");
  EXPECT_EQ(tokenize.add_special_tokens, false);
  EXPECT_TRUE(tokenize.return_token_strs);
  KAITO_EXPECT_OK(ParseTokenizeRequest(absl::StrCat("{", kHi, "}")));
  EXPECT_THAT(ParseTokenizeRequest("{}"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("prompt: is missing")));
  KAITO_ASSERT_OK_AND_ASSIGN(const DetokenizeRequest detokenize,
                             ParseDetokenizeRequest(R"({"tokens":[1,2]})"));
  EXPECT_THAT(detokenize.tokens, ElementsAre(1, 2));
  EXPECT_THAT(ParseDetokenizeRequest("{}"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("tokens: is missing")));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const LoadAdapterRequest load,
      ParseLoadAdapterRequest(R"({"lora_name":"a","lora_path":"/b"})"));
  EXPECT_EQ(load.name, "a");
  EXPECT_EQ(load.path, "/b");
  EXPECT_THAT(ParseLoadAdapterRequest(R"({"lora_name":"a"})"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("lora_path: is missing")));
  EXPECT_THAT(ParseUnloadAdapterRequest("{}"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("lora_name: is missing")));
}

}  // namespace
}  // namespace kaito::runtime::serve

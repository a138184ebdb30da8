#include "kaito/runtime/serve/http/kaito_request.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/serve/engine/generation.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<KaitoRequest> WithArguments(absl::string_view arguments) {
  return ParseKaitoRequest(absl::StrCat(
      "{\"prompt\":\"Hi\",\"generate_kwargs\":{", arguments, "}}"));
}

GenerationRequest Make(absl::string_view arguments, KaitoDefaults defaults) {
  defaults.max_model_len = 2048;
  defaults.prompt_tokens = 10;
  const absl::StatusOr<KaitoRequest> request = WithArguments(arguments);
  EXPECT_TRUE(request.ok()) << request.status();
  const absl::StatusOr<GenerationRequest> generation =
      MakeKaitoGeneration(*request, defaults);
  EXPECT_TRUE(generation.ok()) << generation.status();
  return *generation;
}

TEST(ParseKaitoRequest, ReadsKaitosOwnExample) {
  KAITO_ASSERT_OK_AND_ASSIGN(const KaitoRequest request,
                             ParseKaitoRequest(R"({"prompt":"What is QLoRA?",
          "return_full_text":false,"clean_up_tokenization_spaces":false,
          "prefix":null,"handle_long_generation":null,
          "generate_kwargs":{"max_length":200,"min_length":0,
            "do_sample":true,"early_stopping":false,"num_beams":1,
            "temperature":1.0,"top_k":10,"top_p":1,"typical_p":1,
            "repetition_penalty":1,"pad_token_id":2043,
            "eos_token_id":2046}})"));
  EXPECT_EQ(request.prompt, "What is QLoRA?");
  EXPECT_EQ(request.return_full_text, false);
  EXPECT_EQ(request.max_length, 200);
  EXPECT_EQ(request.do_sample, true);
  EXPECT_THAT(request.generation.stop_token_ids, ElementsAre(2046));
}

TEST(ParseKaitoRequest, NamesWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{}", "Text generation parameter prompt required"},
      {R"({"prompt":""})", "Text generation parameter prompt required"},
      {R"({"prompt":null})", "Text generation parameter prompt required"},
      {R"({"prompt":1})", "prompt: want a string, found integer"},
      {R"({"prompt":"a","generate_kwargs":1})", "generate_kwargs: want an obj"},
      {R"({"prompt":"a","raw":1})", "raw: want a boolean"},
      {R"({"prompt":"a","return_full_text":"no"})", "return_full_text: want"},
      {R"({"prompt":"a","prefix":"b"})", "prefix: is not supported"},
      {R"({"prompt":"a","clean_up_tokenization_spaces":true})",
       "clean_up_tokenization_spaces: only false"},
      {R"({"messages":[]})", "messages: is empty"},
      {R"({"messages":[{"role":"user","content":"a"}],"raw":true})",
       "raw: is for prompts"},
  };
  for (const auto& [body, why] : cases) {
    EXPECT_THAT(ParseKaitoRequest(body),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)))
        << body;
  }
}

TEST(ParseKaitoRequest, RefusesArgumentsByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\"num_beams\":4", "generate_kwargs.num_beams: only 1 is supported"},
      {"\"typical_p\":0.9", "generate_kwargs.typical_p: only 1"},
      {"\"early_stopping\":true", "early_stopping: only false"},
      {"\"min_length\":5", "min_length: is not supported by this server; use"},
      {"\"max_new_token\":5", "did you mean max_new_tokens?"},
      {"\"bad_words_ids\":[]", "generate_kwargs.bad_words_ids: is not"},
      {"\"temperature\":\"a\"", "generate_kwargs.temperature: want a number"},
      {"\"max_time\":0", "generate_kwargs.max_time: is 0, want seconds"},
      {"\"do_sample\":1", "generate_kwargs.do_sample: want a boolean"},
      {"\"eos_token_id\":\"x\"", "generate_kwargs.eos_token_id: want a list"},
  };
  for (const auto& [arguments, why] : cases) {
    EXPECT_THAT(WithArguments(arguments),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)))
        << arguments;
  }
  KAITO_EXPECT_OK(WithArguments(
      "\"num_beams\":1,\"typical_p\":1.0,\"use_cache\":true,"
      "\"min_length\":0,\"no_repeat_ngram_size\":0,\"max_time\":1.5"));
}

TEST(MakeKaitoGeneration, IsGreedyThroughTheTemplateUnlessToldOtherwise) {
  EXPECT_EQ(Make("", {}).sampling.temperature, 0);
  EXPECT_EQ(Make("", {}).max_tokens, kChatTokens);
  EXPECT_EQ(Make("\"do_sample\":true", {}).sampling.temperature, 1);
  EXPECT_EQ(Make("\"do_sample\":true", {}).sampling.top_k, kKaitoTopK);
  EXPECT_EQ(Make("\"temperature\":0.3", {}).sampling.temperature, 0.3);
  EXPECT_EQ(
      Make("\"temperature\":0.3,\"do_sample\":false", {}).sampling.temperature,
      0);
  const KaitoDefaults makers = {
      .model = {.do_sample = true, .temperature = 0.6, .max_new_tokens = 30}};
  EXPECT_EQ(Make("", makers).sampling.temperature, 0.6);
  EXPECT_EQ(Make("", makers).max_tokens, 30);
}

TEST(MakeKaitoGeneration, IsAsKaitoHasItForAPromptAsItIs) {
  const KaitoDefaults raw = {.model = {.temperature = 0.1, .top_k = 3},
                             .through_template = false};
  const GenerationRequest request = Make("", raw);
  EXPECT_EQ(request.sampling.temperature, 1);
  EXPECT_EQ(request.sampling.top_k, 10);
  EXPECT_EQ(request.sampling.top_p, 1);
  EXPECT_EQ(request.max_tokens, 190);  // 200 with the prompt.
  EXPECT_EQ(Make("\"max_length\":50", raw).max_tokens, 40);
  EXPECT_EQ(Make("\"max_new_tokens\":50", raw).max_tokens, 50);
  EXPECT_EQ(Make("\"max_length\":9999", raw).max_tokens, 2038);
}

TEST(MakeKaitoGeneration, SaysWhatToDoAboutALengthWithoutRoom) {
  KAITO_ASSERT_OK_AND_ASSIGN(const KaitoRequest request,
                             WithArguments("\"max_length\":10"));
  EXPECT_THAT(
      MakeKaitoGeneration(request, {.max_model_len = 100, .prompt_tokens = 10}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("max_length: is 10, and the prompt alone has "
                         "10 tokens; say max_new_tokens")));
}

}  // namespace
}  // namespace kaito::runtime::serve

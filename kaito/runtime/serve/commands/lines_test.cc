// score_lines, generate_lines and line_input, over a fake backend.
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/serve/commands/generate_lines.h"
#include "kaito/runtime/serve/commands/line_input.h"
#include "kaito/runtime/serve/commands/score_lines.h"
#include "kaito/runtime/serve/engine/engine.h"
#include "kaito/runtime/serve/engine/fake_backend.h"
#include "kaito/runtime/serve/http/chat_prompt.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

namespace kaito::runtime::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int32_t kEnd = 259;

// After any token comes the one that is one higher; after <|end|>, itself.
class LinesTest : public ::testing::Test {
 protected:
  LinesTest() {
    absl::StatusOr<std::unique_ptr<const Tokenizer>> tokenizer =
        Tokenizer::FromFiles(
            {.tokenizer_json = json::Write(SmallByteLevelTokenizer())});
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
    absl::StatusOr<ChatPrompt> prompts = ChatPrompt::Create(
        *tokenizer_,
        "{{ messages[0].content }}{% if add_generation_prompt %}?{% endif %}",
        "{}");
    EXPECT_TRUE(prompts.ok()) << prompts.status();
    prompts_.emplace(*std::move(prompts));
    backend_.Favour([](std::span<const int32_t> ids, const LoraAdapter*) {
      return ids.back() == kEnd ? kEnd : ids.back() + 1;
    });
  }

  json::Value Parsed(const std::string& line) {
    absl::StatusOr<json::Value> value = json::Parse(line);
    EXPECT_TRUE(value.ok()) << line;
    return value.ok() ? *std::move(value) : json::Value();
  }
  json::Value Score(absl::string_view line) {
    return Parsed(ScoreLine(backend_, *prompts_, nullptr, line, now_));
  }

  FakeBackend backend_{{.max_positions = 64}};
  std::unique_ptr<const Tokenizer> tokenizer_;
  std::optional<ChatPrompt> prompts_;
  const absl::Time now_ = absl::UnixEpoch();
};

TEST_F(LinesTest, ScoresEachTokenGivenThoseBefore) {
  const json::Value scored = Score(R"({"ids":[5,6,9]})");
  EXPECT_EQ(json::Write(*scored.Find("ids")), "[5,6,9]");
  const json::Array& logprobs = *scored.Find("logprobs")->array();
  ASSERT_EQ(logprobs.size(), 3u);
  EXPECT_TRUE(logprobs[0].is_null());
  // 6 was to be expected, and 9 wasn't: their logits differ by some 10.
  EXPECT_GT(*logprobs[1].number(), -0.1);
  EXPECT_LT(*logprobs[2].number(), -8);
  EXPECT_EQ(*scored.Find("tokens"), 2);
  EXPECT_NEAR(*scored.Find("loss")->number(),
              -(*logprobs[1].number() + *logprobs[2].number()) / 2, 1e-9);
}

TEST_F(LinesTest, CountsTheCompletionAlone) {
  const json::Value scored = Score(R"({"prompt":"xy","completion":"cb"})");
  const json::Array& logprobs = *scored.Find("logprobs")->array();
  ASSERT_EQ(logprobs.size(), 4u);
  EXPECT_EQ(*scored.Find("tokens"), 2);
  EXPECT_NEAR(*scored.Find("loss")->number(),
              -(*logprobs[2].number() + *logprobs[3].number()) / 2, 1e-9);
  // "b" begins in the prompt and becomes one token with "a": of the
  // completion.
  EXPECT_EQ(*Score(R"({"prompt":"xa","completion":"b"})").Find("tokens"), 1);
}

TEST_F(LinesTest, TellsWhatIsWrongWithALine) {
  const auto error = [&](absl::string_view line) {
    return std::string(Score(line).StringAt({"error"}));
  };
  EXPECT_THAT(error("{}"), HasSubstr("none of ids, text, messages and prompt"));
  EXPECT_THAT(error("{"), StartsWith("JSON: "));
  EXPECT_THAT(error(R"({"ids":[-1]})"), HasSubstr("ids[0]: want a token id"));
  EXPECT_THAT(error(R"({"text":""})"), HasSubstr("no tokens"));
  EXPECT_THAT(error(R"({"text":1})"), HasSubstr("text: want a string"));
  const std::string longest = "{\"text\":\"" + std::string(65, 'z') + "\"}";
  EXPECT_THAT(error(longest), HasSubstr("has 65 tokens, and the model takes"));
}

TEST_F(LinesTest, ReadsMessagesWithAndWithoutTheGenerationPrompt) {
  const char* const line = R"({"messages":[{"role":"user","content":"xy"}]})";
  KAITO_ASSERT_OK_AND_ASSIGN(const LineInput scored,
                             ReadLineInput(line, *prompts_, {}));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const LineInput asked,
      ReadLineInput(line, *prompts_, {.add_generation_prompt = true}));
  EXPECT_EQ(scored.ids.size() + 1, asked.ids.size());
}

TEST_F(LinesTest, GeneratesUntilTheEndOrTheLimit) {
  FakeClock clock;
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<Engine> engine,
      Engine::Start(clock, backend_, *tokenizer_, {.eos_ids = {kEnd}}));
  GenerationRequest wanted{.max_tokens = 4};
  wanted.sampling.temperature = 0;
  const auto generate = [&](absl::string_view line) {
    return Parsed(GenerateLine(*engine, *prompts_, wanted, line, now_));
  };
  json::Value made = generate(R"({"ids":[256]})");
  EXPECT_EQ(json::Write(*made.Find("ids")), "[257,258,259]");
  EXPECT_EQ(made.StringAt({"finish_reason"}), "stop");
  EXPECT_EQ(made.StringAt({"text"}), " a ab");
  made = generate(R"({"ids":[10]})");
  EXPECT_EQ(json::Write(*made.Find("ids")), "[11,12,13,14]");
  EXPECT_EQ(made.StringAt({"finish_reason"}), "length");
  EXPECT_THAT(std::string(generate(R"({"ids":[999]})").StringAt({"error"})),
              HasSubstr("holds 999"));
}

}  // namespace
}  // namespace kaito::runtime::serve

#include "kaito/runtime/serve/http/chat_prompt.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

class ChatPromptTest : public ::testing::Test {
 protected:
  ChatPromptTest() {
    absl::StatusOr<std::unique_ptr<const Tokenizer>> tokenizer =
        Tokenizer::FromFiles(
            {.tokenizer_json = json::Write(SmallByteLevelTokenizer())});
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }

  absl::StatusOr<std::string> Text(const std::string& text,
                                   absl::string_view user) {
    absl::StatusOr<ChatPrompt> prompt =
        ChatPrompt::Create(*tokenizer_, text, R"({"eos_token":"<|end|>"})");
    if (!prompt.ok()) return prompt.status();
    ChatMessages chat;
    chat.SetUserMessage(user);
    KAITO_EXPECT_OK(chat.Finish());
    absl::StatusOr<std::vector<int32_t>> ids =
        prompt->OfMessages(chat, absl::FromUnixSeconds(86400));
    if (!ids.ok()) return ids.status();
    return tokenizer_->Decode(*ids, {});
  }

  std::unique_ptr<const Tokenizer> tokenizer_;
};

TEST_F(ChatPromptTest, RendersWithTheModelsTokensAndTime) {
  EXPECT_THAT(Text("{{ strftime_now('%Y-%m-%d') }} {{ messages[0].content }}"
                   "{{ eos_token }}",
                   "Hi"),
              IsOkAndHolds("1970-01-02 Hi<|end|>"));
}

TEST_F(ChatPromptTest, TellsTheTemplatesOwnWords) {
  EXPECT_THAT(
      Text("{{ raise_exception('no such role') }}", "Hi"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no such role")));
  EXPECT_THAT(Text("{% if %}", "Hi"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ChatPromptTest, KnowsARenderedTextByTheTemplatesTokens) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ChatPrompt prompt,
      ChatPrompt::Create(*tokenizer_, "{{ messages[0].content }}<|end|>",
                         "{}"));
  EXPECT_THAT(prompt.IsRendered("Hi"), IsOkAndHolds(false));
  EXPECT_THAT(prompt.IsRendered("Hi<|end|>"), IsOkAndHolds(true));
}

TEST_F(ChatPromptTest, SaysThatThereIsNoTemplate) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ChatPrompt prompt,
      ChatPrompt::Create(*tokenizer_, std::nullopt, "{}"));
  ChatMessages chat;
  chat.SetUserMessage("Hi");
  KAITO_ASSERT_OK(chat.Finish());
  EXPECT_THAT(prompt.OfMessages(chat, absl::UnixEpoch()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has no chat template")));
  EXPECT_THAT(prompt.IsRendered("<|end|>"), IsOkAndHolds(false));
}

}  // namespace
}  // namespace kaito::runtime::serve

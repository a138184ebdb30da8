#include "kaito/runtime/tokenizer/tokenize_command.h"

#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

namespace kaito::runtime {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class TokenizeLineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(
        tokenizer_, Tokenizer::FromFiles({.tokenizer_json = json::Write(
                                              SmallByteFallbackTokenizer())}));
  }
  std::string Answer(const std::string& line) const {
    return TokenizeLine(*tokenizer_, line);
  }

  std::unique_ptr<const Tokenizer> tokenizer_;
};

TEST_F(TokenizeLineTest, EncodesText) {
  EXPECT_EQ(Answer(R"({"text": "abc\u00e9"})"),
            R"({"ids":[1,259,265,198,172],)"
            R"("offsets":[[0,0],[0,1],[0,3],[3,4],[3,4]],)"
            R"("tokens":["<s>","▁","abc","<0xC3>","<0xA9>"]})");
  EXPECT_EQ(Answer(R"({"add_special_tokens": false, "text": "a</s>  "})"),
            R"({"ids":[266,2],"offsets":[[0,1],[1,7]],)"
            R"("tokens":["▁a","</s>  "]})");
  EXPECT_EQ(Answer(R"({"add_special_tokens": false, "text": ""})"),
            R"({"ids":[],"offsets":[],"tokens":[]})");
}

TEST_F(TokenizeLineTest, DecodesIds) {
  EXPECT_EQ(Answer(R"({"ids": [1, 266, 2]})"), R"({"text":"<s> a</s>"})");
  EXPECT_EQ(Answer(R"({"ids": [1, 266, 2], "skip_special_tokens": true})"),
            R"({"text":"a"})");
  EXPECT_EQ(Answer(R"({"ids": []})"), R"({"text":""})");
}

TEST_F(TokenizeLineTest, StreamsIds) {
  EXPECT_EQ(Answer(R"({"ids": [260, 198, 172, 198], "stream": true})"),
            R"({"emitted":["a","","é",""],"flush":"�"})");
}

TEST_F(TokenizeLineTest, AnswersABadLineWithItsFault) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "empty"},
      {"{", "line 1"},
      {"[1]", "array"},
      {"{}", "either"},
      {R"({"text": "a", "ids": [1]})", "either"},
      {R"({"text": 5})", "text"},
      {R"({"ids": [1.5]})", "ids"},
      {R"({"ids": [-1]})", "-1 is no token; want 0 to 266"},
      {R"({"ids": [267]})", "267 is no token"},
      {R"({"ids": 7})", "ids"},
      {R"({"text": "a", "stream": "yes"})", "stream"},
      {R"({"text": "a", "special": true})", "no such field"},
      {"{\"text\": \"\xFF\"}", "JSON"},
  };
  for (const auto& [line, message] : cases) {
    EXPECT_THAT(Answer(line), AllOf(StartsWith(R"({"error":)"),
                                    HasSubstr(message), Not(HasSubstr("\n"))))
        << line;
  }
}

}  // namespace
}  // namespace kaito::runtime

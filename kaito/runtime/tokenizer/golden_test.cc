// Every golden case of every kind: ids, tokens, offsets, decoding, streaming,
// against what Hugging Face's `tokenizers` made of the same texts.
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kTestData = "kaito/runtime/tokenizer/testdata/";

std::vector<json::Value> ReadLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<json::Value> values;
  for (std::string line; std::getline(file, line);) {
    absl::StatusOr<json::Value> value = json::Parse(line);
    if (value.ok()) {
      values.push_back(*std::move(value));
    } else {
      ADD_FAILURE() << path << ": " << value.status();
    }
  }
  EXPECT_FALSE(values.empty()) << path;
  return values;
}

std::vector<int32_t> Ids(const json::Value& golden) {
  std::vector<int32_t> ids;
  for (const json::Value& id : *golden.Find("ids")->array()) {
    ids.push_back(static_cast<int32_t>(*id.integer()));
  }
  return ids;
}

std::vector<std::string> Strings(const json::Value& array) {
  std::vector<std::string> strings;
  for (const json::Value& s : *array.array()) strings.push_back(*s.string());
  return strings;
}

class GoldenTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(
        tokenizer_, Tokenizer::Load(absl::StrCat(kTestData, GetParam())));
  }

  std::vector<json::Value> Lines(absl::string_view name) const {
    return ReadLines(absl::StrCat(kTestData, GetParam(), "/", name));
  }

  std::unique_ptr<const Tokenizer> tokenizer_;
};

TEST_P(GoldenTest, EncodesAndDecodesEveryText) {
  for (const json::Value& golden : Lines("cases.jsonl")) {
    const bool is_bytes = golden.Find("bytes_b64") != nullptr;
    std::string text(golden.StringAt({"text"}));
    if (is_bytes) {
      ASSERT_TRUE(absl::Base64Unescape(golden.StringAt({"bytes_b64"}), &text));
    }
    SCOPED_TRACE(absl::CHexEscape(text));
    const EncodeOptions options = {
        .add_special_tokens = *golden.Find("add_special_tokens")->boolean(),
        .offsets = OffsetUnit::kCodePoints,
        .tokens = true};
    KAITO_ASSERT_OK_AND_ASSIGN(const Encoding encoding,
                               tokenizer_->Encode(text, options));
    ASSERT_EQ(encoding.ids, Ids(golden));
    if (const json::Value* tokens = golden.Find("tokens")) {
      EXPECT_EQ(encoding.tokens, Strings(*tokens));
    }
    if (const json::Value* offsets = golden.Find("offsets")) {
      json::Array actual;
      for (const auto& [begin, end] : encoding.offsets) {
        actual.emplace_back(json::Array{int64_t{begin}, int64_t{end}});
      }
      EXPECT_TRUE(json::Value(actual) == *offsets);
    }
    // Without offsets the ids are the same.
    KAITO_ASSERT_OK_AND_ASSIGN(
        const Encoding plain,
        tokenizer_->Encode(text,
                           {.add_special_tokens = options.add_special_tokens}));
    EXPECT_EQ(plain.ids, encoding.ids);
    EXPECT_TRUE(plain.offsets.empty());
    EXPECT_TRUE(plain.tokens.empty());

    const json::Value* decoded = golden.Find("decoded");
    const std::string expected = decoded == nullptr ? text : *decoded->string();
    EXPECT_EQ(tokenizer_->Decode(encoding.ids, {}), expected);
    const json::Value* skipped = golden.Find("decoded_skip_special");
    EXPECT_EQ(tokenizer_->Decode(encoding.ids, {.skip_special_tokens = true}),
              skipped == nullptr ? expected : *skipped->string());
  }
}

TEST_P(GoldenTest, DecodesRandomIds) {
  for (const json::Value& golden : Lines("decode.jsonl")) {
    const std::vector<int32_t> ids = Ids(golden);
    EXPECT_EQ(tokenizer_->Decode(ids, {}), golden.StringAt({"decoded"}));
    EXPECT_EQ(tokenizer_->Decode(ids, {.skip_special_tokens = true}),
              golden.StringAt({"decoded_skip_special"}));
  }
}

TEST_P(GoldenTest, StreamsWhatIsFinalAndNoMore) {
  for (const json::Value& golden : Lines("stream.jsonl")) {
    const bool skip = *golden.Find("skip_special_tokens")->boolean();
    StreamDecoder stream(*tokenizer_, {.skip_special_tokens = skip});
    const std::vector<int32_t> ids = Ids(golden);
    // Twice, since Finish() makes it ready for another text.
    for (int round = 0; round < 2; ++round) {
      std::vector<std::string> emitted;
      for (const int32_t id : ids) emitted.push_back(stream.Push(id));
      EXPECT_EQ(emitted, Strings(*golden.Find("emitted")));
      EXPECT_EQ(stream.Finish(), golden.StringAt({"flush"}));
    }
    const json::Value* whole = golden.Find("whole_decode");
    if (whole == nullptr) whole = golden.Find("final");
    EXPECT_EQ(tokenizer_->Decode(ids, {.skip_special_tokens = skip}),
              *whole->string());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, GoldenTest,
    ::testing::Values("added_tokens", "falcon", "gemma", "gpt2", "gptoss",
                      "llama2", "llama3", "mistral_always", "mistral_first",
                      "phi3", "phi4", "phi4_mini", "qwen2"),
    [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace kaito::runtime

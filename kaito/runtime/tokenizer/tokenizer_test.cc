// The tokenizer as a whole: what files say, offsets, and whatever bytes come in.
// That its ids are right is golden_test's to show.
#include "kaito/runtime/tokenizer/tokenizer.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime {
namespace {

using ::kaito::runtime::tokenization::Span;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using TokenizerOr = absl::StatusOr<std::unique_ptr<const Tokenizer>>;

TokenizerOr Make(const json::Value& spec, absl::string_view config = "") {
  return Tokenizer::FromFiles({.tokenizer_json = json::Write(spec),
                               .tokenizer_config_json = std::string(config)});
}

TEST(Tokenizer, PutsTheTemplatesTokensAroundAText) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto tokenizer,
                             Make(SmallByteFallbackTokenizer()));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Encoding with,
      tokenizer->Encode("abc é",
                        {.offsets = OffsetUnit::kBytes, .tokens = true}));
  EXPECT_THAT(with.tokens,
              ElementsAre("<s>", "▁", "abc", "▁", "<0xC3>", "<0xA9>"));
  EXPECT_THAT(with.offsets, ElementsAre(Span{0, 0}, Span{0, 1}, Span{0, 3},
                                        Span{3, 4}, Span{4, 6}, Span{4, 6}));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Encoding without,
      tokenizer->Encode("abc é", {.add_special_tokens = false}));
  EXPECT_EQ(without.ids,
            std::vector<int32_t>(with.ids.begin() + 1, with.ids.end()));
  EXPECT_EQ(tokenizer->Decode(with.ids, {}), "<s> abc é");
  EXPECT_EQ(tokenizer->Decode(with.ids, {.skip_special_tokens = true}),
            "abc é");
}

TEST(Tokenizer, CountsOffsetsInBytesOfWhatWasGiven) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto tokenizer,
                             Make(SmallByteLevelTokenizer()));
  // Two ill-formed parts: E6 A9 and FF.
  const absl::string_view text("a\xE6\xA9 ab\xFF", 7);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Encoding bytes,
      tokenizer->Encode(text, {.offsets = OffsetUnit::kBytes}));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Encoding code_points,
      tokenizer->Encode(text, {.offsets = OffsetUnit::kCodePoints}));
  EXPECT_EQ(tokenizer->Decode(bytes.ids, {}), "a\uFFFD ab\uFFFD");
  EXPECT_THAT(bytes.offsets,
              ElementsAre(Span{0, 1}, Span{1, 3}, Span{1, 3}, Span{1, 3},
                          Span{3, 6}, Span{6, 7}, Span{6, 7}, Span{6, 7}));
  EXPECT_THAT(code_points.offsets,
              ElementsAre(Span{0, 1}, Span{1, 2}, Span{1, 2}, Span{1, 2},
                          Span{2, 5}, Span{5, 6}, Span{5, 6}, Span{5, 6}));
}

TEST(Tokenizer, KnowsTheTokensThatItsConfigurationNames) {
  TokenizerFiles files = {
      .tokenizer_json = json::Write(SmallByteFallbackTokenizer()),
      .tokenizer_config_json =
          R"({"bos_token": {"content": "<s>"}, "eos_token": "</s>",
              "pad_token": null, "chat_template": "…",
              "added_tokens_decoder": {
                "2": {"content": "</s>", "special": true},
                "300": {"content": "<|x|>", "special": true}}})",
      .special_tokens_map_json =
          R"({"eos_token": "<s>", "unk_token": "<unk>"})"};
  KAITO_ASSERT_OK_AND_ASSIGN(const auto tokenizer, Tokenizer::FromFiles(files));
  EXPECT_EQ(tokenizer->bos_id(), 1);
  EXPECT_EQ(tokenizer->eos_id(), 2);  // The first file counts.
  EXPECT_EQ(tokenizer->pad_id(), std::nullopt);
  EXPECT_EQ(tokenizer->unk_id(), 0);
  EXPECT_EQ(tokenizer->vocab_size(), 301);
  EXPECT_EQ(tokenizer->IdOf("<|x|>"), 300);
  EXPECT_EQ(tokenizer->IdOf("<|y|>"), std::nullopt);
  EXPECT_EQ(tokenizer->TokenOf(299), "");
  EXPECT_TRUE(tokenizer->IsSpecial(300));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Encoding encoding,
      tokenizer->Encode("a<|x|></s> \n", {.add_special_tokens = false}));
  EXPECT_THAT(encoding.ids, ElementsAre(266, 300, 2));
  // Ids without a token have no text.
  EXPECT_EQ(tokenizer->Decode(std::vector<int32_t>{-1, 260, 299, 999999}, {}),
            "a");
}

TEST(Tokenizer, LoadsADirectoryAndNamesItInErrors) {
  const std::string testdata = "kaito/runtime/tokenizer/testdata/";
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto tokenizer,
      Tokenizer::Load(absl::StrCat(testdata, "tiny_phi_3_instruct")));
  EXPECT_EQ(tokenizer->eos_id(), tokenizer->IdOf("<|endoftext|>"));
  EXPECT_EQ(tokenizer->pad_id(), 2043);
  EXPECT_EQ(tokenizer->vocab_size(), 2048);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Encoding encoding,
      tokenizer->Encode("<|user|>\nHello<|end|>\n<|assistant|>\n", {}));
  EXPECT_EQ(encoding.ids.front(), 2047);
  EXPECT_EQ(encoding.ids.back(), 2044);
  EXPECT_EQ(tokenizer->Decode(encoding.ids, {}),
            "<|user|> Hello<|end|><|assistant|>");
  EXPECT_THAT(Tokenizer::Load("nowhere"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("nowhere/tokenizer.json")));
}

TEST(Tokenizer, RefusesTextsBeyondItsLimits) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto tokenizer,
                             Make(SmallByteLevelTokenizer()));
  EXPECT_THAT(tokenizer->Encode(std::string(kMaxTextBytes + 1, 'a'), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("67108865 bytes")));
  json::Value slow = SmallByteLevelTokenizer();
  slow["pre_tokenizer"] =
      json::Object{{"type", "Split"},
                   {"pattern", json::Object{{"Regex", "a*a*a*a*a*a*a*b|c"}}},
                   {"behavior", "Isolated"}};
  KAITO_ASSERT_OK_AND_ASSIGN(const auto hostile, Make(slow));
  EXPECT_THAT(
      hostile->Encode(std::string(5000, 'a'), {}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("too long")));
}

// Random texts: of characters from several scripts, and of any bytes.
std::string RandomText(std::mt19937& random, bool any_bytes) {
  std::string text;
  const int size = static_cast<int>(random() % 40);
  for (int i = 0; i < size; ++i) {
    if (any_bytes) {
      // More lead and continuation bytes than chance would give.
      text.push_back(
          static_cast<char>(random() % 4 == 0 ? 'a' : 0x80 + random() % 128));
      continue;
    }
    const char32_t limits[] = {0x80, 0x800, 0xD800, 0x110000};
    const char32_t c = random() % limits[random() % 4];
    if (c >= 0xD800 && c < 0xE000) continue;
    tokenization::AppendUtf8(c, &text);
  }
  return text;
}

TEST(Tokenizer, GivesAnyTextBackAndStreamsItTheSame) {
  for (const json::Value& spec :
       {SmallByteFallbackTokenizer(), SmallByteLevelTokenizer()}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const auto tokenizer, Make(spec));
    std::mt19937 random(20240601);
    for (int i = 0; i < 2000; ++i) {
      const std::string text = RandomText(random, i % 2 == 1);
      SCOPED_TRACE(absl::CHexEscape(text));
      tokenization::CleanText clean;
      tokenization::CleanUtf8(text, false, &clean);
      KAITO_ASSERT_OK_AND_ASSIGN(
          const Encoding encoding,
          tokenizer->Encode(text, {.add_special_tokens = false,
                                   .offsets = OffsetUnit::kBytes}));
      const std::string whole = tokenizer->Decode(encoding.ids, {});
      EXPECT_EQ(whole, clean.text);
      StreamDecoder stream(*tokenizer, {});
      std::string streamed;
      for (const int32_t id : encoding.ids) streamed += stream.Push(id);
      streamed += stream.Finish();
      EXPECT_EQ(streamed, whole);
      uint32_t last = 0;
      for (const auto& [begin, end] : encoding.offsets) {
        EXPECT_LE(begin, end);
        EXPECT_LE(last, end);
        EXPECT_LE(end, text.size());
        last = end;
      }
    }
  }
}

TEST(Tokenizer, EncodesFromSeveralThreadsAtOnce) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto tokenizer,
                             Make(SmallByteLevelTokenizer()));
  const std::string text = "ab abc 'S 123 é\n\n x";
  KAITO_ASSERT_OK_AND_ASSIGN(const Encoding expected,
                             tokenizer->Encode(text, {}));
  std::vector<int> equal(4);
  std::vector<std::thread> threads;
  for (int& count : equal) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const absl::StatusOr<Encoding> again = tokenizer->Encode(text, {});
        if (again.ok() && again->ids == expected.ids) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(equal, ElementsAre(100, 100, 100, 100));
}

TEST(StreamDecoder, EmitsOnlyWholeCharactersForAnyIds) {
  for (const json::Value& spec :
       {SmallByteFallbackTokenizer(), SmallByteLevelTokenizer()}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const auto tokenizer, Make(spec));
    std::mt19937 random(7);
    for (int i = 0; i < 2000; ++i) {
      StreamDecoder stream(*tokenizer, {.skip_special_tokens = i % 2 == 0});
      for (int k = 0; k < 20; ++k) {
        const std::string text = stream.Push(
            static_cast<int32_t>(random() % tokenizer->vocab_size()));
        tokenization::CleanText clean;
        tokenization::CleanUtf8(text, false, &clean);
        ASSERT_EQ(clean.text, text);
      }
    }
  }
}

}  // namespace
}  // namespace kaito::runtime

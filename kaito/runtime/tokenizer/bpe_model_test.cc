#include "kaito/runtime/tokenizer/bpe_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/tokenizer/model.h"
#include "kaito/runtime/tokenizer/utf8.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A vocabulary, and rules by the texts of their parts.
struct Recipe {
  std::vector<std::string> tokens;
  std::vector<std::pair<std::string, std::string>> merges;
};

absl::StatusOr<std::unique_ptr<BpeModel>> Make(const Recipe& recipe,
                                               const BpeOptions& options) {
  Vocabulary vocabulary;
  for (const std::string& token : recipe.tokens) {
    EXPECT_TRUE(vocabulary.Add(token, vocabulary.size()).ok());
  }
  std::vector<BpeModel::IdPair> merges;
  for (const auto& [left, right] : recipe.merges) {
    merges.emplace_back(vocabulary.Find(left), vocabulary.Find(right));
  }
  return BpeModel::Create(std::move(vocabulary), merges, options);
}

std::vector<std::string> Tokens(const Model& model, absl::string_view text) {
  TokenSink sink(/*with_ranges=*/true);
  model.Encode(text, {0, text.size()}, &sink);
  EXPECT_EQ(sink.ids.size(), sink.ranges.size());
  std::vector<std::string> tokens;
  for (const int32_t id : sink.ids) {
    tokens.emplace_back(model.vocabulary().Text(id));
  }
  return tokens;
}

TEST(BpeModel, MergesTheLowestRankFirstAndOfEqualsTheLeftmost) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto model, Make({.tokens = {"a", "b", "c", "bc", "ab", "aa"},
                              .merges = {{"b", "c"}, {"a", "b"}, {"a", "a"}}},
                             {}));
  EXPECT_THAT(Tokens(*model, "abc"), ElementsAre("a", "bc"));
  EXPECT_THAT(Tokens(*model, "abab"), ElementsAre("ab", "ab"));
  EXPECT_THAT(Tokens(*model, "aaa"), ElementsAre("aa", "a"));
}

TEST(BpeModel, TakesATokenThatNoMergesMakeOnlyWithIgnoreMerges) {
  const Recipe recipe = {.tokens = {"a", "b", "ab"}, .merges = {}};
  KAITO_ASSERT_OK_AND_ASSIGN(const auto model, Make(recipe, {}));
  EXPECT_THAT(Tokens(*model, "ab"), ElementsAre("a", "b"));
  KAITO_ASSERT_OK_AND_ASSIGN(const auto ignoring,
                             Make(recipe, {.ignore_merges = true}));
  EXPECT_THAT(Tokens(*ignoring, "ab"), ElementsAre("ab"));
  EXPECT_THAT(Tokens(*ignoring, "abab"), ElementsAre("a", "b", "a", "b"));
}

TEST(BpeModel, DealsWithUnknownCharactersAsTold) {
  const Recipe recipe = {.tokens = {"a", "b", "ab", "?", "<0xC3>", "<0xA9>"},
                         .merges = {{"a", "b"}}};
  KAITO_ASSERT_OK_AND_ASSIGN(const auto drops, Make(recipe, {}));
  EXPECT_THAT(Tokens(*drops, "aéxb"), ElementsAre("ab"));
  KAITO_ASSERT_OK_AND_ASSIGN(const auto single,
                             Make(recipe, {.unk_token = "?"}));
  EXPECT_THAT(Tokens(*single, "aéxb"), ElementsAre("a", "?", "?", "b"));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto fused, Make(recipe, {.unk_token = "?", .fuse_unk = true}));
  EXPECT_THAT(Tokens(*fused, "aéxb"), ElementsAre("a", "?", "b"));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto bytes,
      Make(recipe, {.unk_token = "?", .byte_fallback = true}));
  EXPECT_THAT(Tokens(*bytes, "aéxb"),
              ElementsAre("a", "<0xC3>", "<0xA9>", "?", "b"));
}

TEST(BpeModel, MergesByteTokensWhereAFileSaysSo) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto model,
      Make({.tokens = {"a", "<0xC3>", "<0xA9>", "<0xC3><0xA9>", "a<0xC3>"},
            .merges = {{"<0xC3>", "<0xA9>"}, {"a", "<0xC3>"}}},
           {.byte_fallback = true}));
  EXPECT_THAT(Tokens(*model, "aé"), ElementsAre("a", "<0xC3><0xA9>"));
}

TEST(BpeModel, RefusesAMergeThatMakesNoToken) {
  EXPECT_THAT(
      Make({.tokens = {"a", "b"}, .merges = {{"b", "b"}, {"a", "b"}}}, {}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("merges[0]: it makes \"bb\"")));
  EXPECT_THAT(
      Make({.tokens = {"a"}, .merges = {}}, {.unk_token = "?"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("unk_token")));
}

// The definition, step by step: no cuts, no look-ups of whole words.
std::vector<std::string> NaiveTokens(const Recipe& recipe,
                                     absl::string_view text) {
  std::map<std::pair<std::string, std::string>, size_t> ranks;
  for (size_t i = 0; i < recipe.merges.size(); ++i) ranks[recipe.merges[i]] = i;
  std::vector<std::string> row;
  for (size_t i = 0; i < text.size(); i += Utf8Size(text[i])) {
    row.emplace_back(text.substr(i, Utf8Size(text[i])));
  }
  while (true) {
    size_t best = row.size();
    size_t best_rank = recipe.merges.size();
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      const auto it = ranks.find({row[i], row[i + 1]});
      if (it != ranks.end() && it->second < best_rank) {
        best = i;
        best_rank = it->second;
      }
    }
    if (best == row.size()) return row;
    row[best] += row[best + 1];
    row.erase(row.begin() + best + 1);
  }
}

TEST(BpeModel, EqualsTheDefinitionOnRandomVocabulariesAndTexts) {
  const std::vector<std::string> alphabet = {"a", "b", "c", "é", "▁", "橋"};
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    Recipe recipe = {.tokens = alphabet};
    for (int i = 0; i < 25; ++i) {
      const std::string& left = recipe.tokens[random() % recipe.tokens.size()];
      const std::string& right = recipe.tokens[random() % recipe.tokens.size()];
      const std::string product = left + right;
      if (std::find(recipe.merges.begin(), recipe.merges.end(),
                    std::pair(left, right)) != recipe.merges.end()) {
        continue;
      }
      recipe.merges.emplace_back(left, right);
      if (std::find(recipe.tokens.begin(), recipe.tokens.end(), product) ==
          recipe.tokens.end()) {
        recipe.tokens.push_back(product);
      }
    }
    std::shuffle(recipe.merges.begin(), recipe.merges.end(), random);
    KAITO_ASSERT_OK_AND_ASSIGN(const auto model, Make(recipe, {}));
    for (int i = 0; i < 30; ++i) {
      // Short ones take the scan, long ones the heap.
      std::string text;
      const int size = i % 3 == 0 ? 300 : 1 + static_cast<int>(random() % 12);
      for (int k = 0; k < size; ++k) text += alphabet[random() % (i % 5 + 2)];
      EXPECT_EQ(Tokens(*model, text), NaiveTokens(recipe, text)) << text;
    }
  }
}

TEST(BpeModel, HasNoTroubleWithAWordOfAMegabyte) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto model,
                             Make({.tokens = {"a", "aa", "aaaa"},
                                   .merges = {{"a", "a"}, {"aa", "aa"}}},
                                  {}));
  const std::string text(1000001, 'a');
  TokenSink sink(/*with_ranges=*/false);
  model->Encode(text, {0, text.size()}, &sink);
  ASSERT_EQ(sink.ids.size(), 250001u);
  EXPECT_EQ(sink.ids.front(), 2);
  EXPECT_EQ(sink.ids.back(), 0);
}

TEST(Vocabulary, RefusesWhatIsThereAlready) {
  Vocabulary vocabulary;
  KAITO_EXPECT_OK(vocabulary.Add("a", 5));
  EXPECT_EQ(vocabulary.size(), 6);
  EXPECT_FALSE(vocabulary.Has(4));
  EXPECT_EQ(vocabulary.Text(4), "");
  EXPECT_THAT(vocabulary.Add("b", 5),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"a\" has already")));
  EXPECT_THAT(vocabulary.Add("a", 6),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
  for (const int64_t id : {int64_t{-1}, kMaxTokenId + 1, int64_t{1} << 40}) {
    EXPECT_THAT(vocabulary.Add("c", id),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(absl::StrCat("has the id ", id))));
  }
}

}  // namespace
}  // namespace kaito::runtime::tokenization

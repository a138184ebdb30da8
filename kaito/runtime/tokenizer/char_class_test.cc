#include "kaito/runtime/tokenizer/char_class.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime::tokenization {
namespace {

using Ranges = std::vector<std::pair<int64_t, int64_t>>;

// Of the code points that have one of the classes, without surrogates.
Ranges RangesOf(uint16_t classes) {
  Ranges ranges;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    if ((CharClasses::Get().Of(c) & classes) == 0) continue;
    if (!ranges.empty() && ranges.back().second == c - 1) {
      ranges.back().second = c;
    } else {
      ranges.emplace_back(c, c);
    }
  }
  return ranges;
}

TEST(CharClasses, AreThoseThatTheReferenceLibraryMatches) {
  std::ifstream file("kaito/runtime/tokenizer/testdata/character_classes.json");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const json::Value golden,
      json::Parse(std::string(std::istreambuf_iterator<char>(file), {})));
  const std::pair<const char*, uint16_t> classes[] = {
      {"\\p{L}", kLetter},
      {"\\p{N}", kNumber},
      {"\\p{M}", kMark},
      {"\\p{Lu}", kUppercaseLetter},
      {"\\p{Ll}", kLowercaseLetter},
      {"\\p{Lt}", kTitlecaseLetter},
      {"\\p{Lm}", kModifierLetter},
      {"\\p{Lo}", kOtherLetter},
      {"\\s", kWhiteSpace},
      {"Punctuation", kSplitPunctuation}};
  EXPECT_EQ(golden.object()->size(), std::size(classes));
  for (const auto& [name, bits] : classes) {
    const json::Value* ranges = golden.Find(name);
    ASSERT_NE(ranges, nullptr) << name;
    Ranges expected;
    for (const json::Value& range : *ranges->array()) {
      expected.emplace_back(*(*range.array())[0].integer(),
                            *(*range.array())[1].integer());
    }
    EXPECT_EQ(RangesOf(bits), expected) << name;
  }
}

TEST(CharClasses, WordCharactersAreLettersMarksDigitsConnectorsAndJoiners) {
  const CharClasses& classes = CharClasses::Get();
  for (const char32_t c : {U'a', U'9', U'_', U'\u0301', U'\u2160', U'\u24B6',
                           U'\u203F', U'\u200D', U'\U0001F130'}) {
    EXPECT_NE(classes.Of(c) & kWordChar, 0) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U'-', U' ', U'\u00B2', U'\u00BD', U'\u200B', U'€'}) {
    EXPECT_EQ(classes.Of(c) & kWordChar, 0) << static_cast<uint32_t>(c);
  }
}

TEST(CharClasses, KnowTheEndsOfUnicode) {
  EXPECT_EQ(CharClasses::Get().Of(0), 0);
  EXPECT_EQ(CharClasses::Get().Of(0x10FFFF), 0);
  EXPECT_EQ(CharClasses::Get().Of(0xE000), 0);
}

}  // namespace
}  // namespace kaito::runtime::tokenization

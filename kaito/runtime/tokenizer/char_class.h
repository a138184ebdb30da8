#ifndef KAITO_RUNTIME_TOKENIZER_CHAR_CLASS_H_
#define KAITO_RUNTIME_TOKENIZER_CHAR_CLASS_H_

// The classes of a code point that split patterns and added tokens ask about,
// from Unicode 16 tables: the version of the tokenizers whose ids we have to
// give. Not for normalisation, and not for anything that may follow the
// system's Unicode version.
//
//   const CharClasses& classes = CharClasses::Get();
//   if (classes.Of(U'é') & kLetter) ...

#include <cstdint>
#include <vector>

namespace kaito::runtime::tokenization {

// A set of bits; the first eleven are general categories.
enum CharClass : uint16_t {
  kUppercaseLetter = 1 << 0,
  kLowercaseLetter = 1 << 1,
  kTitlecaseLetter = 1 << 2,
  kModifierLetter = 1 << 3,
  kOtherLetter = 1 << 4,
  kMark = 1 << 5,
  kDecimalNumber = 1 << 6,
  kLetterNumber = 1 << 7,
  kOtherNumber = 1 << 8,
  kUnicodePunctuation = 1 << 9,
  kSymbol = 1 << 10,
  kWhiteSpace = 1 << 11,  // The property, 25 code points.
  // \w: letters, marks, decimal and letter numbers, connectors, joiners.
  kWordChar = 1 << 12,
  // What the pre-tokenizer "Punctuation" means: ASCII's, and an old Unicode's.
  kSplitPunctuation = 1 << 13,
};
inline constexpr uint16_t kLetter = kUppercaseLetter | kLowercaseLetter |
                                    kTitlecaseLetter | kModifierLetter |
                                    kOtherLetter;
inline constexpr uint16_t kNumber =
    kDecimalNumber | kLetterNumber | kOtherNumber;

class CharClasses {
 public:
  // The one table, built when first asked for.
  static const CharClasses& Get();

  CharClasses(const CharClasses&) = delete;
  CharClasses& operator=(const CharClasses&) = delete;

  // `c` is at most U+10FFFF.
  uint16_t Of(char32_t c) const {
    return masks_[blocks_[c >> kBlockBits] << kBlockBits |
                  (c & (kBlockSize - 1))];
  }

 private:
  static constexpr int kBlockBits = 7;
  static constexpr uint32_t kBlockSize = 1 << kBlockBits;

  CharClasses();

  std::vector<uint16_t> blocks_;  // Of each 128 code points: which block.
  std::vector<uint16_t> masks_;   // The different blocks, one after the other.
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_CHAR_CLASS_H_

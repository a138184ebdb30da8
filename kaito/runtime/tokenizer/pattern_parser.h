#ifndef KAITO_RUNTIME_TOKENIZER_PATTERN_PARSER_H_
#define KAITO_RUNTIME_TOKENIZER_PATTERN_PARSER_H_

// Reads a split rule's regular expression into a Pattern.
//
// Understood: literals and escapes, \s \d \p{…} and their negations, classes
// [^a-z\p{L}], (…), (?:…), (?i:…) over literals, (?!x) with one character or
// class, |, and the greedy quantifiers ? * + {n} {m,} {m,n}; on a group only ?.
// Anything else (anchors, ., lazy or possessive quantifiers, look-behind, class
// intersections, back-references) is an error, never a guess.

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/pattern.h"

namespace kaito::runtime::tokenization {

// InvalidArgument with the byte where the trouble is; also for a pattern that
// can match nothing, or is longer than 8 KiB. `expression` is UTF-8.
absl::StatusOr<Pattern> ParsePattern(absl::string_view expression);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_PATTERN_PARSER_H_

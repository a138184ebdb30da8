#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_OPS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_OPS_H_

// The operations of Python's str, as functions on UTF-8. White space and line
// ends are Unicode's, sizes count code points, and the results are views of the
// argument where they can be. Behind both the methods and the filters.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

// Byte of the first occurrence at or after `from`, or npos. In linear time
// whatever the text, unlike string_view::find.
size_t FindText(absl::string_view text, absl::string_view part,
                size_t from = 0);

// Which ends Strip works on.
enum Sides : uint8_t { kLeft = 1, kRight = 2, kBothSides = 3 };

// Without the code points of `chars` at its ends; without white space where
// none are given.
absl::string_view Strip(absl::string_view text,
                        std::optional<absl::string_view> chars, Sides sides);

// Runs of white space separate; the ends are stripped. At most `max` cuts where
// that isn't negative; the rest then keeps the white space at its far end.
std::vector<absl::string_view> SplitOnSpace(absl::string_view text,
                                            int64_t max);
std::vector<absl::string_view> SplitOnSpaceFromRight(absl::string_view text,
                                                     int64_t max);

// `separator` isn't empty.
std::vector<absl::string_view> Split(absl::string_view text,
                                     absl::string_view separator, int64_t max);
std::vector<absl::string_view> SplitFromRight(absl::string_view text,
                                              absl::string_view separator,
                                              int64_t max);

std::vector<absl::string_view> SplitLines(absl::string_view text,
                                          bool keep_ends);

// Takes the first line off the front, without its end.
absl::string_view FirstLine(absl::string_view* text);

// All occurrences, from the left, that don't overlap; of an empty text there is
// one at each code point and one at the end.
int64_t CountOf(absl::string_view text, absl::string_view part);

// At most `max` of them replaced where that isn't negative.
std::string Replace(absl::string_view text, absl::string_view from,
                    absl::string_view to, int64_t max);

std::string Capitalize(absl::string_view text);  // "hELLO" -> "Hello"
std::string SwapCase(absl::string_view text);
// Each letter after a non-letter in title case: Python's str.title().
std::string TitleWords(absl::string_view text);

// Whether all code points (at least one) are in one of the classes of
// code_points.h.
bool AllAre(absl::string_view text, uint16_t classes);
bool IsLowerText(absl::string_view text);
bool IsUpperText(absl::string_view text);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_OPS_H_

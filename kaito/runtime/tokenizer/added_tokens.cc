#include "kaito/runtime/tokenizer/added_tokens.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/char_class.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {
namespace {

uint16_t ClassesAt(absl::string_view text, size_t at) {
  return CharClasses::Get().Of(DecodeUtf8(text.data() + at));
}

// Where the character before `at` begins; `at` is not 0.
size_t Before(absl::string_view text, size_t at) {
  do --at;
  while (IsUtf8Continuation(text[at]));
  return at;
}

bool IsWordBefore(absl::string_view text, size_t at) {
  return at > 0 && (ClassesAt(text, Before(text, at)) & kWordChar) != 0;
}

bool IsWordAt(absl::string_view text, size_t at) {
  return at < text.size() && (ClassesAt(text, at) & kWordChar) != 0;
}

// Ends of white space, found once for each run of it: a text of blanks with a
// token at every one would take quadratic time otherwise.
class WhiteSpaceEnds {
 public:
  explicit WhiteSpaceEnds(absl::string_view text) : text_(text) {}

  size_t After(size_t at) {
    if (at >= begin_ && at <= end_) return end_;
    begin_ = at;
    end_ = at;
    while (end_ < text_.size() && (ClassesAt(text_, end_) & kWhiteSpace) != 0) {
      end_ += Utf8Size(text_[end_]);
    }
    return end_;
  }

 private:
  absl::string_view text_;
  // The last answer: white space in between, and none at `end_`.
  size_t begin_ = 1;
  size_t end_ = 0;
};

}  // namespace

void AddedTokenFinder::Add(const AddedToken& token, absl::string_view content) {
  if (content.empty()) return;
  int32_t node = 0;
  for (const char byte : content) {
    const auto [it, is_new] =
        children_.emplace(Edge(node, byte), static_cast<int32_t>(ends_.size()));
    if (is_new) ends_.push_back(-1);
    node = it->second;
  }
  begins_[static_cast<uint8_t>(content[0])] = true;
  if (ends_[node] >= 0) return;  // The first of equals counts.
  ends_[node] = static_cast<int32_t>(tokens_.size());
  tokens_.push_back(token);
}

int32_t AddedTokenFinder::LongestAt(absl::string_view text, size_t at,
                                    size_t* end) const {
  int32_t node = 0;
  int32_t longest = -1;
  for (size_t i = at; i < text.size(); ++i) {
    const auto child = children_.find(Edge(node, text[i]));
    if (child == children_.end()) break;
    node = child->second;
    if (ends_[node] >= 0) {
      longest = ends_[node];
      *end = i + 1;
    }
  }
  return longest;
}

std::vector<AddedTokenFinder::Part> AddedTokenFinder::Split(
    absl::string_view text) const {
  std::vector<Part> parts;
  WhiteSpaceEnds white_space(text);
  size_t done = 0;  // End of the last part.
  for (size_t at = 0; at < text.size();) {
    size_t end = 0;
    const int32_t index = begins_[static_cast<uint8_t>(text[at])]
                              ? LongestAt(text, at, &end)
                              : -1;
    if (index < 0) {
      ++at;
      continue;
    }
    const AddedToken& token = tokens_[index];
    size_t begin = at;
    at = end;
    if (token.single_word &&
        (IsWordBefore(text, begin) || IsWordAt(text, end))) {
      continue;
    }
    if (token.lstrip) {
      while (begin > done) {
        const size_t before = Before(text, begin);
        if ((ClassesAt(text, before) & kWhiteSpace) == 0) break;
        begin = before;
      }
      begin = std::max(begin, done);
    }
    if (token.rstrip) end = white_space.After(end);
    // White space that the last one took along already.
    if (begin >= end) continue;
    if (done < begin) parts.push_back({{done, begin}, -1});
    parts.push_back({{begin, end}, token.id});
    done = end;
  }
  if (done < text.size()) parts.push_back({{done, text.size()}, -1});
  return parts;
}

}  // namespace kaito::runtime::tokenization

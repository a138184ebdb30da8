#include "kaito/runtime/tokenizer/pattern.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/char_class.h"
#include "kaito/runtime/tokenizer/char_set.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {

Pattern Pattern::Literal(absl::string_view text) {
  std::vector<char32_t> characters;
  for (size_t i = 0; i < text.size(); i += Utf8Size(text[i])) {
    characters.push_back(DecodeUtf8(text.data() + i));
  }
  Pattern pattern;
  int32_t next = 0;
  for (auto c = characters.rbegin(); c != characters.rend(); ++c) {
    CharSet set;
    set.AddRange(*c, *c);
    set.Finish();
    next = pattern.AddSet(std::move(set), 1, 1, next);
  }
  return pattern;
}

Pattern Pattern::OneOf(CharSet set) {
  Pattern pattern;
  pattern.AddSet(std::move(set), 1, 1, 0);
  return pattern;
}

Pattern::Pattern() { nodes_.emplace_back(); }

int32_t Pattern::Add(Node node) {
  if (node.nullable) node.first[0] = node.first[1] = ~uint64_t{0};
  nodes_.push_back(std::move(node));
  return static_cast<int32_t>(nodes_.size()) - 1;
}

int32_t Pattern::AddSet(CharSet set, int32_t min, int32_t max, int32_t next) {
  Node node{.kind = Kind::kSet,
            .nullable = min == 0 && nodes_[next].nullable,
            .next = next,
            .set = static_cast<int32_t>(sets_.size()),
            .min = min,
            .max = max};
  for (int i = 0; i < 2; ++i) {
    node.first[i] = set.ascii()[i] | (min == 0 ? nodes_[next].first[i] : 0);
  }
  sets_.push_back(std::move(set));
  return Add(std::move(node));
}

int32_t Pattern::AddNotAhead(CharSet set, int32_t next) {
  Node node{.kind = Kind::kNotAhead,
            .nullable = nodes_[next].nullable,
            .next = next,
            .set = static_cast<int32_t>(sets_.size())};
  for (int i = 0; i < 2; ++i) {
    node.first[i] = nodes_[next].first[i] & ~set.ascii()[i];
  }
  sets_.push_back(std::move(set));
  return Add(std::move(node));
}

int32_t Pattern::AddAlternatives(std::vector<int32_t> alternatives) {
  Node node{.kind = Kind::kAlternatives, .nullable = false};
  node.first[0] = node.first[1] = 0;
  for (const int32_t a : alternatives) {
    node.nullable |= nodes_[a].nullable;
    for (int i = 0; i < 2; ++i) node.first[i] |= nodes_[a].first[i];
  }
  node.alternatives = std::move(alternatives);
  return Add(std::move(node));
}

bool Pattern::Find(absl::string_view text, size_t from, PatternBudget* budget,
                   Match* match) const {
  Subject subject = {
      .text = text, .classes = CharClasses::Get(), .budget = budget};
  const int32_t start = static_cast<int32_t>(nodes_.size()) - 1;
  for (size_t at = from; at < text.size(); at += Utf8Size(text[at])) {
    if (!CanBegin(nodes_[start], text[at])) continue;
    if (MatchHere(start, at, &subject, &match->end)) {
      match->begin = at;
      return true;
    }
    if (budget->spent()) return false;
  }
  return false;
}

bool Pattern::MatchHere(int32_t at, size_t pos, Subject* subject,
                        size_t* end) const {
  const absl::string_view text = subject->text;
  while (true) {
    const Node& node = nodes_[at];
    if (!subject->budget->Spend(1)) return false;
    if (pos < text.size() && !CanBegin(node, text[pos])) return false;
    switch (node.kind) {
      case Kind::kAccept:
        *end = pos;
        return true;
      case Kind::kNotAhead:
        if (pos < text.size() &&
            sets_[node.set].Contains(DecodeUtf8(text.data() + pos),
                                     subject->classes)) {
          return false;
        }
        break;
      case Kind::kSet:
        if (node.max > 1 || node.min == 0) {
          return MatchRepeated(node, pos, subject, end);
        }
        if (pos == text.size() ||
            !sets_[node.set].Contains(DecodeUtf8(text.data() + pos),
                                      subject->classes)) {
          return false;
        }
        pos += Utf8Size(text[pos]);
        break;
      case Kind::kAlternatives:
        for (const int32_t alternative : node.alternatives) {
          if (MatchHere(alternative, pos, subject, end)) return true;
        }
        return false;
    }
    at = node.next;
  }
}

bool Pattern::MatchRepeated(const Node& node, size_t pos, Subject* subject,
                            size_t* end) const {
  const absl::string_view text = subject->text;
  const CharSet& set = sets_[node.set];
  int32_t count = 0;
  while (count < node.max && pos < text.size() &&
         set.Contains(DecodeUtf8(text.data() + pos), subject->classes)) {
    pos += Utf8Size(text[pos]);
    ++count;
  }
  if (!subject->budget->Spend(count)) return false;
  for (; count >= node.min; --count) {
    if (MatchHere(node.next, pos, subject, end)) return true;
    if (count == 0) return false;
    do --pos;
    while (IsUtf8Continuation(text[pos]));
  }
  return false;
}

}  // namespace kaito::runtime::tokenization

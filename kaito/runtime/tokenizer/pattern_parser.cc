#include "kaito/runtime/tokenizer/pattern_parser.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/char_class.h"
#include "kaito/runtime/tokenizer/char_set.h"
#include "kaito/runtime/tokenizer/pattern.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {
namespace {

constexpr size_t kMaxExpressionBytes = 8192;
constexpr int kMaxGroupDepth = 16;
constexpr int32_t kMaxRepeat = 1000;

struct Item;
using Sequence = std::vector<Item>;

// One piece of an alternative, with its quantifier.
struct Item {
  enum Kind { kSet, kNotAhead, kGroup } kind = kSet;
  CharSet set;
  std::vector<Sequence> group;
  int32_t min = 1;
  int32_t max = 1;
};

std::optional<uint16_t> ClassesOf(absl::string_view property) {
  static constexpr std::pair<absl::string_view, uint16_t> kNames[] = {
      {"L", kLetter},
      {"Lu", kUppercaseLetter},
      {"Ll", kLowercaseLetter},
      {"Lt", kTitlecaseLetter},
      {"Lm", kModifierLetter},
      {"Lo", kOtherLetter},
      {"M", kMark},
      {"N", kNumber},
      {"Nd", kDecimalNumber},
      {"Nl", kLetterNumber},
      {"No", kOtherNumber},
      {"P", kUnicodePunctuation},
      {"S", kSymbol},
  };
  for (const auto& [name, classes] : kNames) {
    if (name == property) return classes;
  }
  return std::nullopt;
}

// Adds the nodes of `sequence`, last item first, before `next`.
int32_t Compile(const Sequence& sequence, int32_t next, Pattern* pattern);

int32_t Compile(const std::vector<Sequence>& alternatives, bool optional,
                int32_t next, Pattern* pattern) {
  if (alternatives.size() == 1 && !optional) {
    return Compile(alternatives[0], next, pattern);
  }
  std::vector<int32_t> starts;
  for (const Sequence& a : alternatives) {
    starts.push_back(Compile(a, next, pattern));
  }
  if (optional) starts.push_back(next);
  return pattern->AddAlternatives(std::move(starts));
}

int32_t Compile(const Sequence& sequence, int32_t next, Pattern* pattern) {
  for (auto item = sequence.rbegin(); item != sequence.rend(); ++item) {
    switch (item->kind) {
      case Item::kSet:
        next = pattern->AddSet(item->set, item->min, item->max, next);
        break;
      case Item::kNotAhead:
        next = pattern->AddNotAhead(item->set, next);
        break;
      case Item::kGroup:
        next = Compile(item->group, item->min == 0, next, pattern);
        break;
    }
  }
  return next;
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Sequence>> Parse() {
    std::vector<Sequence> all;
    KAITO_RETURN_IF_ERROR(ParseAlternatives(&all));
    if (pos_ < text_.size()) return Error("unexpected )");
    return all;
  }

 private:
  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "regular expression, byte ", pos_, ": ", what, " is not supported"));
  }
  bool Consume(absl::string_view expected) {
    if (text_.substr(pos_, expected.size()) != expected) return false;
    pos_ += expected.size();
    return true;
  }
  char Peek() const { return pos_ < text_.size() ? text_[pos_] : '\0'; }
  char32_t Next() {
    const char32_t c = DecodeUtf8(text_.data() + pos_);
    pos_ += Utf8Size(text_[pos_]);
    return c;
  }

  absl::Status ParseAlternatives(std::vector<Sequence>* out) {
    out->emplace_back();
    while (pos_ < text_.size() && Peek() != ')') {
      if (Consume("|")) {
        out->emplace_back();
        continue;
      }
      Item item;
      KAITO_RETURN_IF_ERROR(ParseItem(&item));
      KAITO_RETURN_IF_ERROR(ParseQuantifier(&item));
      out->back().push_back(std::move(item));
    }
    return absl::OkStatus();
  }

  absl::Status ParseItem(Item* item) {
    if (Consume("(")) return ParseGroup(item);
    return ParseSet(&item->set);
  }

  absl::Status ParseGroup(Item* item) {
    if (Consume("?!")) {
      item->kind = Item::kNotAhead;
      KAITO_RETURN_IF_ERROR(ParseSet(&item->set));
      if (!Consume(")")) return Error("a look-ahead over more than one class");
      return absl::OkStatus();
    }
    const bool outer = ignore_case_;
    if (Consume("?i:")) {
      ignore_case_ = true;
    } else if (!Consume("?:") && Peek() == '?') {
      return Error("this kind of group");
    }
    if (++depth_ > kMaxGroupDepth) return Error("such deep nesting");
    item->kind = Item::kGroup;
    KAITO_RETURN_IF_ERROR(ParseAlternatives(&item->group));
    if (!Consume(")")) return Error("a group without )");
    --depth_;
    ignore_case_ = outer;
    return absl::OkStatus();
  }

  // A character, an escape or a class in brackets.
  absl::Status ParseSet(CharSet* set) {
    if (pos_ == text_.size()) return Error("this end of the expression");
    if (Consume("[")) return ParseClass(set);
    if (absl::string_view(".^$*+?{}])").find(Peek()) !=
        absl::string_view::npos) {
      return Error(absl::StrCat("\"", text_.substr(pos_, 1), "\" here"));
    }
    std::optional<char32_t> c;
    KAITO_RETURN_IF_ERROR(ParseMember(set, &c));
    if (c.has_value()) set->AddRange(*c, *c);
    return Finish(set, false);
  }

  absl::Status ParseClass(CharSet* set) {
    const bool negated = Consume("^");
    bool is_empty = true;
    while (!Consume("]")) {
      if (pos_ == text_.size()) return Error("a class without ]");
      if (Peek() == '[' || text_.substr(pos_, 2) == "&&") {
        return Error("a class inside a class");
      }
      is_empty = false;
      std::optional<char32_t> first;
      KAITO_RETURN_IF_ERROR(ParseMember(set, &first));
      if (!first.has_value()) continue;
      std::optional<char32_t> last = first;
      if (Peek() == '-' && text_.substr(pos_, 2) != "-]") {
        ++pos_;
        if (pos_ == text_.size()) return Error("a class without ]");
        KAITO_RETURN_IF_ERROR(ParseMember(set, &last));
        if (!last.has_value() || *last < *first) return Error("this range");
      }
      set->AddRange(*first, *last);
    }
    if (is_empty) return Error("an empty class");
    return Finish(set, negated);
  }

  // One character, into `c`, or one class, into `set`.
  absl::Status ParseMember(CharSet* set, std::optional<char32_t>* c) {
    c->reset();
    if (!Consume("\\")) {
      *c = Next();
      return absl::OkStatus();
    }
    if (pos_ == text_.size()) return Error("a \\ at the end");
    const char32_t escaped = Next();
    switch (escaped) {
      case 'n':
        *c = '\n';
        return absl::OkStatus();
      case 'r':
        *c = '\r';
        return absl::OkStatus();
      case 't':
        *c = '\t';
        return absl::OkStatus();
      case 's':
      case 'S':
        return AddClass(set, kWhiteSpace, escaped == 'S');
      case 'd':
      case 'D':
        return AddClass(set, kDecimalNumber, escaped == 'D');
      case 'p':
      case 'P':
        return ParseProperty(set, escaped == 'P');
      default:
        if (escaped >= 128 || absl::ascii_isalnum(escaped)) {
          return Error("this escape");
        }
        *c = escaped;
        return absl::OkStatus();
    }
  }

  absl::Status ParseProperty(CharSet* set, bool negated) {
    const size_t close = text_.find('}', pos_);
    if (!Consume("{") || close == absl::string_view::npos) {
      return Error("a property without {}");
    }
    const auto classes = ClassesOf(text_.substr(pos_, close - pos_));
    if (!classes.has_value()) return Error("this property");
    pos_ = close + 1;
    return AddClass(set, *classes, negated);
  }

  absl::Status AddClass(CharSet* set, uint16_t classes, bool negated) {
    // Letters of both cases would have to be added.
    if (ignore_case_) return Error("a class under (?i:");
    if (negated) {
      set->AddNoneOf(classes);
    } else {
      set->AddClasses(classes);
    }
    return absl::OkStatus();
  }

  absl::Status Finish(CharSet* set, bool negated) {
    if (ignore_case_) set->AddOtherCases();
    set->Finish(negated);
    return absl::OkStatus();
  }

  absl::Status ParseQuantifier(Item* item) {
    if (Consume("?")) {
      item->min = 0;
    } else if (Consume("*")) {
      item->min = 0;
      item->max = Pattern::kUnbounded;
    } else if (Consume("+")) {
      item->max = Pattern::kUnbounded;
    } else if (Consume("{")) {
      KAITO_RETURN_IF_ERROR(ParseBounds(item));
    } else {
      return absl::OkStatus();
    }
    if (Peek() == '?' || Peek() == '+' || Peek() == '*' || Peek() == '{') {
      return Error("a second quantifier");
    }
    if (item->kind == Item::kNotAhead ||
        (item->kind == Item::kGroup && item->max > 1)) {
      return Error("this quantifier on a group");
    }
    return absl::OkStatus();
  }

  absl::Status ParseBounds(Item* item) {
    KAITO_RETURN_IF_ERROR(ParseNumber(&item->min));
    item->max = item->min;
    if (Consume(",")) {
      item->max = Pattern::kUnbounded;
      if (Peek() != '}') KAITO_RETURN_IF_ERROR(ParseNumber(&item->max));
    }
    if (!Consume("}") || item->max < item->min || item->max == 0) {
      return Error("this quantifier");
    }
    return absl::OkStatus();
  }

  absl::Status ParseNumber(int32_t* out) {
    if (!absl::ascii_isdigit(Peek())) return Error("this quantifier");
    *out = 0;
    while (absl::ascii_isdigit(Peek())) {
      *out = *out * 10 + (text_[pos_++] - '0');
      if (*out > kMaxRepeat) return Error("so many repetitions");
    }
    return absl::OkStatus();
  }

  absl::string_view text_;
  size_t pos_ = 0;
  int depth_ = 0;
  bool ignore_case_ = false;
};

}  // namespace

absl::StatusOr<Pattern> ParsePattern(absl::string_view expression) {
  if (expression.size() > kMaxExpressionBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("regular expression: ", expression.size(),
                     " bytes, more than ", kMaxExpressionBytes));
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<Sequence> alternatives,
                         Parser(expression).Parse());
  Pattern pattern;
  const int32_t start = Compile(alternatives, false, 0, &pattern);
  if (start == 0 || pattern.CanMatchNothing()) {
    return absl::InvalidArgumentError(
        "regular expression: it can match nothing, which splits nowhere");
  }
  return pattern;
}

}  // namespace kaito::runtime::tokenization

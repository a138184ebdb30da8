#include "kaito/runtime/chat_template/lexer.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/numbers.h"
#include "kaito/runtime/chat_template/string_literal.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/utf8.h"

namespace kaito::runtime::jinja {
namespace {

// Longer ones first, so that the first that fits is the right one.
constexpr absl::string_view kOperators[] = {
    "**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[",
    "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};

bool IsNameStart(char32_t c) { return c == '_' || Is(c, kAlpha); }
bool IsNamePart(char32_t c) { return Is(c, kWord); }

class Lexer {
 public:
  Lexer(absl::string_view source, Arena& arena)
      : source_(source), arena_(arena) {}

  absl::StatusOr<std::vector<Token>> Run() {
    while (at_ < source_.size()) {
      KAITO_RETURN_IF_ERROR(Data());
    }
    Push(TokenKind::kEnd, {}, at_);
    return std::move(tokens_);
  }

 private:
  // Text up to the next tag, and that tag.
  absl::Status Data() {
    const size_t begin = at_;
    size_t tag = begin;
    for (;; ++tag) {
      tag = source_.find('{', tag);
      if (tag == absl::string_view::npos || tag + 1 >= source_.size()) {
        PushData(source_.substr(begin), begin);
        at_ = source_.size();
        return absl::OkStatus();
      }
      if (absl::StrContains("{%#", source_[tag + 1])) break;
    }
    const char kind = source_[tag + 1];
    size_t inside = tag + 2;
    const char sign = inside < source_.size() ? source_[inside] : '\0';
    const bool signed_tag = sign == '-' || sign == '+';
    if (signed_tag) ++inside;
    absl::string_view data = source_.substr(begin, tag - begin);
    if (sign == '-') {
      data = Strip(data, std::nullopt, kRight);
    } else if (sign != '+' && kind != '{') {
      data = StripIndent(data);
    }
    PushData(data, begin);
    at_ = inside;
    if (kind == '#') return Comment(tag);
    if (kind == '{') return Tag(tag, TokenKind::kPrintBegin, "}}");
    if (const std::optional<size_t> raw = AfterRawTag()) return Raw(tag, *raw);
    return Tag(tag, TokenKind::kBlockBegin, "%}");
  }

  // lstrip_blocks: a tag that only white space precedes in its line eats it.
  absl::string_view StripIndent(absl::string_view data) const {
    const size_t newline = data.rfind('\n');
    const bool from_line_start = newline != absl::string_view::npos;
    if (!from_line_start && !line_start_) return data;
    const size_t keep = from_line_start ? newline + 1 : 0;
    const bool blank =
        Strip(data.substr(keep), std::nullopt, kBothSides).empty();
    return blank ? data.substr(0, keep) : data;
  }

  absl::Status Comment(size_t tag) {
    if (at_ == source_.size()) return absl::OkStatus();  // As Jinja has it.
    const size_t end = source_.find("#}", at_);
    if (end == absl::string_view::npos) {
      return Error("the comment has no end", tag);
    }
    const char sign = end > at_ ? source_[end - 1] : '\0';
    at_ = end + 2;
    AfterEnd(sign == '-', sign == '+');
    return absl::OkStatus();
  }

  // What follows "%}" and "#}": "-" eats all white space, and otherwise one
  // newline goes (trim_blocks) unless "+" keeps it.
  void AfterEnd(bool minus, bool plus) {
    line_start_ = false;
    if (minus) {
      const absl::string_view rest = source_.substr(at_);
      const size_t blank =
          rest.size() - Strip(rest, std::nullopt, kLeft).size();
      at_ += blank;
      line_start_ = blank > 0 && source_[at_ - 1] == '\n';
    } else if (!plus && at_ < source_.size() && source_[at_] == '\n') {
      ++at_;
      line_start_ = true;
    }
  }

  size_t SkipSpace(size_t at) const {
    const absl::string_view rest = source_.substr(std::min(at, source_.size()));
    return source_.size() - Strip(rest, std::nullopt, kLeft).size();
  }

  // Where the text begins if this is "{% raw %}".
  std::optional<size_t> AfterRawTag() const {
    size_t at = SkipSpace(at_);
    if (!absl::StartsWith(source_.substr(at), "raw")) return std::nullopt;
    at = SkipSpace(at + 3);
    if (absl::StartsWith(source_.substr(at), "-%}")) return SkipSpace(at + 3);
    if (absl::StartsWith(source_.substr(at), "%}")) return at + 2;
    return std::nullopt;
  }

  absl::Status Raw(size_t tag, size_t begin) {
    if (begin == source_.size()) {  // As Jinja has it.
      at_ = begin;
      return absl::OkStatus();
    }
    line_start_ = source_[begin - 1] == '\n';
    for (size_t open = source_.find("{%", begin);
         open != absl::string_view::npos; open = source_.find("{%", open + 2)) {
      const char sign = open + 2 < source_.size() ? source_[open + 2] : '\0';
      const bool signed_tag = sign == '-' || sign == '+';
      size_t at = SkipSpace(open + 2 + (signed_tag ? 1 : 0));
      if (!absl::StartsWith(source_.substr(at), "endraw")) continue;
      at = SkipSpace(at + 6);
      const absl::string_view rest = source_.substr(at);
      const bool minus = absl::StartsWith(rest, "-%}");
      const bool plus = absl::StartsWith(rest, "+%}");
      if (!minus && !plus && !absl::StartsWith(rest, "%}")) continue;
      absl::string_view data = source_.substr(begin, open - begin);
      if (sign == '-') {
        data = Strip(data, std::nullopt, kRight);
      } else if (sign != '+') {
        data = StripIndent(data);
      }
      PushData(data, begin);
      at_ = at + (minus || plus ? 3 : 2);
      AfterEnd(minus, plus);
      return absl::OkStatus();
    }
    return Error("the raw block has no end", tag);
  }

  absl::Status Tag(size_t tag, TokenKind begin, absl::string_view end) {
    Push(begin, source_.substr(tag, 2), tag);
    const bool block = begin == TokenKind::kBlockBegin;
    std::vector<char> open;  // Brackets that wait for their end.
    for (;;) {
      at_ = SkipSpace(at_);
      const absl::string_view rest = source_.substr(at_);
      if (rest.empty()) return absl::OkStatus();  // The parser reports it.
      if (open.empty()) {
        const bool minus = rest[0] == '-';
        const bool plus = block && rest[0] == '+';
        if (absl::StartsWith(rest.substr(minus || plus ? 1 : 0), end)) {
          Push(block ? TokenKind::kBlockEnd : TokenKind::kPrintEnd, end, at_);
          at_ += minus || plus ? 3 : 2;
          // "}}" leaves the newline behind it.
          AfterEnd(minus, plus || !block);
          return absl::OkStatus();
        }
      }
      KAITO_RETURN_IF_ERROR(Inside(rest, open));
    }
  }

  absl::Status Inside(absl::string_view rest, std::vector<char>& open) {
    const char first = rest[0];
    if (absl::ascii_isdigit(first)) return Number(rest);
    if (first == '\'' || first == '"') return String(rest);
    Utf8Reader reader(rest);
    if (IsNameStart(reader.Next())) {
      size_t size = reader.position() - rest.data();
      while (!reader.done() && IsNamePart(reader.Next())) {
        size = reader.position() - rest.data();
      }
      Push(TokenKind::kName, rest.substr(0, size), at_);
      at_ += size;
      return absl::OkStatus();
    }
    for (const absl::string_view op : kOperators) {
      if (!absl::StartsWith(rest, op)) continue;
      KAITO_RETURN_IF_ERROR(Balance(op[0], open));
      Push(TokenKind::kOperator, rest.substr(0, op.size()), at_);
      at_ += op.size();
      return absl::OkStatus();
    }
    const size_t bytes = reader.position() - rest.data();
    return Error(
        absl::StrCat("unexpected character '", rest.substr(0, bytes), "'"),
        at_);
  }

  absl::Status Balance(char c, std::vector<char>& open) {
    constexpr absl::string_view kOpen = "([{";
    constexpr absl::string_view kClose = ")]}";
    if (const size_t i = kOpen.find(c); i != absl::string_view::npos) {
      open.push_back(kClose[i]);
    } else if (kClose.find(c) != absl::string_view::npos) {
      if (open.empty() || open.back() != c) {
        return Error(absl::StrCat("unexpected '", std::string(1, c), "'"), at_);
      }
      open.pop_back();
    }
    return absl::OkStatus();
  }

  // "1_000", "0x1f", "1.5e-3". What merely begins like one leaves its rest to
  // the next token, as in Jinja: "1x" is 1 and x.
  absl::Status Number(absl::string_view rest) {
    const size_t whole = Digits(rest, 10);
    size_t size = whole;
    bool real = false;
    const bool after_dot = at_ > 0 && source_[at_ - 1] == '.';
    if (!after_dot && whole > 0) {
      if (rest.size() > size + 1 && rest[size] == '.') {
        const size_t fraction = Digits(rest.substr(size + 1), 10);
        if (fraction > 0) {
          size += 1 + fraction;
          real = true;
        }
      }
      if (size < rest.size() && (rest[size] | 0x20) == 'e') {
        size_t sign = size + 1;
        if (sign < rest.size() && (rest[sign] == '+' || rest[sign] == '-')) {
          ++sign;
        }
        const size_t exponent =
            sign < rest.size() ? Digits(rest.substr(sign), 10) : 0;
        if (exponent > 0) {
          size = sign + exponent;
          real = true;
        }
      }
    }
    if (!real) return Integer(rest);
    Push(TokenKind::kFloat, rest.substr(0, size), at_);
    tokens_.back().real = ParseFloat(tokens_.back().text).value_or(0);
    at_ += size;
    return absl::OkStatus();
  }

  absl::Status Integer(absl::string_view rest) {
    size_t size = 0;
    int base = 10;
    if (rest[0] == '0' && rest.size() > 1) {
      const char letter = static_cast<char>(rest[1] | 0x20);
      const int prefixed = letter == 'x'   ? 16
                           : letter == 'o' ? 8
                           : letter == 'b' ? 2
                                           : 0;
      if (prefixed > 0) {
        size_t digits = rest.size() > 2 && rest[2] == '_' ? 1 : 0;
        const size_t more = Digits(rest.substr(2 + digits), prefixed);
        if (more > 0) {
          size = 2 + digits + more;
          base = prefixed;
        }
      }
    }
    if (size == 0) {
      // A leading zero stands alone or with other zeros.
      size = rest[0] == '0' ? Digits(rest, 1) : Digits(rest, 10);
    }
    const absl::string_view text = rest.substr(0, size);
    const std::optional<int64_t> value = ParseInt(text, base == 10 ? 10 : 0);
    if (!value.has_value()) {
      return Error("the integer has more than 64 bits", at_);
    }
    Push(TokenKind::kInteger, text, at_);
    tokens_.back().integer = *value;
    at_ += size;
    return absl::OkStatus();
  }

  // Length of a run of digits with single underscores between them.
  static size_t Digits(absl::string_view text, int base) {
    const auto is_digit = [base](char c) {
      if (base == 16) return absl::ascii_isxdigit(c);
      return c >= '0' && c < '0' + base;
    };
    size_t size = 0;
    while (size < text.size()) {
      if (is_digit(text[size])) {
        ++size;
      } else if (size > 0 && text[size] == '_' && size + 1 < text.size() &&
                 is_digit(text[size + 1])) {
        size += 2;
      } else {
        break;
      }
    }
    return size;
  }

  absl::Status String(absl::string_view rest) {
    const char quote = rest[0];
    size_t end = 1;
    while (end < rest.size() && rest[end] != quote) {
      end += rest[end] == '\\' ? 2 : 1;
    }
    if (end >= rest.size()) return Error("the string has no end", at_);
    const auto text = ParseStringLiteral(rest.substr(1, end - 1));
    if (!text.ok()) return Error(std::string(text.status().message()), at_);
    Push(TokenKind::kString, arena_.Copy(*text), at_);
    at_ += end + 1;
    return absl::OkStatus();
  }

  void PushData(absl::string_view data, size_t at) {
    if (!data.empty()) Push(TokenKind::kData, data, at);
  }

  void Push(TokenKind kind, absl::string_view text, size_t at) {
    MoveTo(at);
    tokens_.push_back(
        {.kind = kind, .text = text, .line = line_, .column = column_});
  }

  // Counts lines and columns up to a byte; tokens come in order.
  void MoveTo(size_t at) {
    for (; counted_ < at; ++counted_) {
      if (source_[counted_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<uint8_t>(source_[counted_]) & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }

  absl::Status Error(std::string message, size_t at) {
    MoveTo(at);
    return ToStatus(
        {.kind = TemplateError::Kind::kSyntax,
         .line = line_,
         .message = absl::StrCat(message, " (column ", column_, ")")});
  }

  const absl::string_view source_;
  Arena& arena_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  bool line_start_ = true;  // Whether at_ is where a line begins.
  size_t counted_ = 0;
  int32_t line_ = 1;
  int32_t column_ = 1;
};

}  // namespace

std::string NormalizeSource(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      out += text[i];
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view source,
                                            Arena& arena) {
  return Lexer(source, arena).Run();
}

}  // namespace kaito::runtime::jinja

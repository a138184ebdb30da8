#include "kaito/runtime/chat_template/string_search_methods.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// text[start:end] in code points, with Python's rules for negative numbers.
struct Part {
  absl::string_view text;
  int64_t start = 0;   // In code points, of the whole text.
  bool empty = false;  // start lies behind the end: nothing is found, not "".
};

bool TakePart(Run& run, absl::string_view function, const Value& self,
              const Value& start, const Value& end, Part* part) {
  if (!run.WorkOnText(self.text().size())) return false;
  const int64_t length = Utf8Length(self.text());
  const auto place = [&](const Value& v, int64_t fallback, int64_t* out) {
    if (v.is_none()) {
      *out = fallback;
      return true;
    }
    if (!WantInt(run, function, v)) return false;
    const int64_t n = v.integer();
    *out = n < 0 ? std::max<int64_t>(0, n + length) : n;
    return true;
  };
  int64_t to = 0;
  if (!place(start, 0, &part->start) || !place(end, length, &to)) return false;
  to = std::min(to, length);
  part->empty = part->start > to;
  if (part->empty) return true;
  const int64_t begin = Utf8Offset(self.text(), part->start);
  const absl::string_view rest = self.text().substr(begin);
  part->text = rest.substr(0, Utf8Offset(rest, to - part->start));
  return true;
}

enum class Where { kFirst, kLast };

// The code point where it was found; -1 otherwise; -2 on failure.
int64_t Search(Run& run, absl::string_view function, const Value& self,
               const Args& args, Where where) {
  Value v[3];
  Part part;
  if (!Bind(run, function, args,
            {{"sub"}, {"start", Value::None()}, {"end", Value::None()}}, v) ||
      !WantString(run, function, v[0]) ||
      !TakePart(run, function, self, v[1], v[2], &part)) {
    return -2;
  }
  if (part.empty) return -1;
  size_t at = 0;
  if (where == Where::kFirst) {
    at = FindText(part.text, v[0].text());
  } else {
    // Backwards it compares at every place.
    if (!run.Work(part.text.size() / 256 * v[0].text().size())) return -2;
    at = part.text.rfind(v[0].text());
  }
  if (at == absl::string_view::npos) return -1;
  return part.start + Utf8Length(part.text.substr(0, at));
}

Value Found(int64_t at) { return at == -2 ? Value::Failed() : Value::Int(at); }

Value FoundOrFail(Run& run, int64_t at) {
  if (at == -1) return run.Fail("the text isn't in there");
  return Found(at);
}

Value Count(Run& run, const Value& self, const Args& args) {
  Value v[3];
  Part part;
  if (!Bind(run, "count", args,
            {{"sub"}, {"start", Value::None()}, {"end", Value::None()}}, v) ||
      !WantString(run, "count", v[0]) ||
      !TakePart(run, "count", self, v[1], v[2], &part)) {
    return Value::Failed();
  }
  return Value::Int(part.empty ? 0 : CountOf(part.text, v[0].text()));
}

Value Find(Run& run, const Value& self, const Args& args) {
  return Found(Search(run, "find", self, args, Where::kFirst));
}
Value Rfind(Run& run, const Value& self, const Args& args) {
  return Found(Search(run, "rfind", self, args, Where::kLast));
}
Value Index(Run& run, const Value& self, const Args& args) {
  return FoundOrFail(run, Search(run, "index", self, args, Where::kFirst));
}
Value Rindex(Run& run, const Value& self, const Args& args) {
  return FoundOrFail(run, Search(run, "rindex", self, args, Where::kLast));
}

// startswith and endswith, of one text or of any in a tuple.
Value AtEnd(Run& run, absl::string_view function, const Value& self,
            const Args& args, bool front) {
  Value v[3];
  Part part;
  if (!Bind(run, function, args,
            {{"prefix"}, {"start", Value::None()}, {"end", Value::None()}},
            v) ||
      !TakePart(run, function, self, v[1], v[2], &part)) {
    return Value::Failed();
  }
  const auto matches = [&](const Value& affix) {
    return !part.empty && (front ? absl::StartsWith(part.text, affix.text())
                                 : absl::EndsWith(part.text, affix.text()));
  };
  if (v[0].is_tuple()) {
    bool any = false;
    for (const Value& affix : v[0].sequence().span()) {
      if (!run.Work(1) || !WantString(run, function, affix)) {
        return Value::Failed();
      }
      any = any || matches(affix);
    }
    return Value::Bool(any);
  }
  if (!WantString(run, function, v[0])) return Value::Failed();
  return Value::Bool(matches(v[0]));
}

Value StartsWith(Run& run, const Value& self, const Args& args) {
  return AtEnd(run, "startswith", self, args, /*front=*/true);
}
Value EndsWith(Run& run, const Value& self, const Args& args) {
  return AtEnd(run, "endswith", self, args, /*front=*/false);
}

bool NoArgs(Run& run, absl::string_view function, const Value& self,
            const Args& args) {
  return Bind(run, function, args, {}, nullptr) &&
         run.WorkOnText(self.text().size() * 4);
}

template <uint16_t kClasses>
Value AllOf(Run& run, const Value& self, const Args& args) {
  if (!NoArgs(run, "this test", self, args)) return Value::Failed();
  return Value::Bool(AllAre(self.text(), kClasses));
}

Value IsAscii(Run& run, const Value& self, const Args& args) {
  if (!NoArgs(run, "isascii", self, args)) return Value::Failed();
  return Value::Bool(std::ranges::all_of(
      self.text(), [](char c) { return static_cast<uint8_t>(c) < 0x80; }));
}

Value IsPrintable(Run& run, const Value& self, const Args& args) {
  if (!NoArgs(run, "isprintable", self, args)) return Value::Failed();
  return Value::Bool(self.text().empty() || AllAre(self.text(), kPrintable));
}

Value IsLower(Run& run, const Value& self, const Args& args) {
  if (!NoArgs(run, "islower", self, args)) return Value::Failed();
  return Value::Bool(IsLowerText(self.text()));
}

Value IsUpper(Run& run, const Value& self, const Args& args) {
  if (!NoArgs(run, "isupper", self, args)) return Value::Failed();
  return Value::Bool(IsUpperText(self.text()));
}

Value IsTitle(Run& run, const Value& self, const Args& args) {
  if (!NoArgs(run, "istitle", self, args)) return Value::Failed();
  bool after_cased = false;
  bool any = false;
  for (Utf8Reader reader(self.text()); !reader.done();) {
    const char32_t c = reader.Next();
    if (Is(c, kUpper | kTitle)) {
      if (after_cased) return Value::Bool(false);
      after_cased = any = true;
    } else if (Is(c, kLower)) {
      if (!after_cased) return Value::Bool(false);
      any = true;
    } else {
      after_cased = false;
    }
  }
  return Value::Bool(any);
}

}  // namespace

std::span<const MethodEntry> StringSearchMethods() {
  static constexpr MethodEntry kMethods[] = {
      {"count", Count},
      {"endswith", EndsWith},
      {"find", Find},
      {"index", Index},
      {"isalnum", AllOf<kAlpha | kDecimal | kDigit | kNumeric>},
      {"isalpha", AllOf<kAlpha>},
      {"isascii", IsAscii},
      {"isdecimal", AllOf<kDecimal>},
      {"isdigit", AllOf<kDigit>},
      {"islower", IsLower},
      {"isnumeric", AllOf<kNumeric>},
      {"isprintable", IsPrintable},
      {"isspace", AllOf<kSpace>},
      {"istitle", IsTitle},
      {"isupper", IsUpper},
      {"rfind", Rfind},
      {"rindex", Rindex},
      {"startswith", StartsWith},
  };
  return kMethods;
}

}  // namespace kaito::runtime::jinja

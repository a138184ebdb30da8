#include "kaito/runtime/chat_template/string_methods.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// Mappings may make a text three times as long.
bool WorkOnMapping(Run& run, const Value& self) {
  return run.Reserve(static_cast<int64_t>(self.text().size()) * 3);
}

template <std::string (*kMap)(absl::string_view)>
Value Mapped(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "this method", args, {}, nullptr) ||
      !WorkOnMapping(run, self)) {
    return Value::Failed();
  }
  return run.CopyText(kMap(self.text()), self.markup());
}

std::string Upper(absl::string_view s) { return MapCase(s, CaseMap::kUpper); }
std::string Lower(absl::string_view s) { return MapCase(s, CaseMap::kLower); }
std::string Fold(absl::string_view s) { return MapCase(s, CaseMap::kFold); }

Value StripSides(Run& run, const Value& self, const Args& args, Sides sides) {
  Value v[1];
  if (!Bind(run, "strip", args, {{"chars", Value::None()}}, v)) {
    return Value::Failed();
  }
  std::optional<absl::string_view> chars;
  if (!v[0].is_none()) {
    if (!WantString(run, "strip", v[0])) return Value::Failed();
    chars = v[0].text();
  }
  const absl::string_view text = Strip(self.text(), chars, sides);
  const int64_t stripped = self.text().size() - text.size();
  if (!run.Work(1 + stripped *
                        static_cast<int64_t>(chars.value_or("0123").size()) /
                        4)) {
    return Value::Failed();
  }
  return Value::String(text, self.markup());
}

Value StripBoth(Run& run, const Value& self, const Args& args) {
  return StripSides(run, self, args, kBothSides);
}
Value Lstrip(Run& run, const Value& self, const Args& args) {
  return StripSides(run, self, args, kLeft);
}
Value Rstrip(Run& run, const Value& self, const Args& args) {
  return StripSides(run, self, args, kRight);
}

Value PiecesToList(Run& run, const std::vector<absl::string_view>& pieces,
                   bool markup) {
  const int64_t n = static_cast<int64_t>(pieces.size());
  if (!run.Reserve(n * static_cast<int64_t>(sizeof(Value)))) {
    return Value::Failed();
  }
  Value* const items = run.arena().NewArray<Value>(n);
  std::ranges::transform(pieces, items, [markup](absl::string_view piece) {
    return Value::String(piece, markup);
  });
  return ListOf(run.arena(), items, n);
}

// Whether the pieces of a text surely fit, before they are made. Counts every
// byte that can begin white space or a line end.
bool FitsPieces(Run& run, absl::string_view text) {
  const int64_t breaks = std::ranges::count_if(text, [](char c) {
    const uint8_t byte = static_cast<uint8_t>(c);
    return byte <= ' ' || byte == 0xC2 || (byte >= 0xE1 && byte <= 0xE3);
  });
  // Once in the vector, once in the list.
  return run.WorkOnText(static_cast<int64_t>(text.size()) * 4) &&
         (run.arena().Fits((breaks + 1) * 32) || run.Reserve(breaks * 32 + 32));
}

Value SplitSides(Run& run, absl::string_view function, const Value& self,
                 const Args& args, bool from_right) {
  Value v[2];
  if (!Bind(run, function, args,
            {{"sep", Value::None()}, {"maxsplit", Value::Int(-1)}}, v) ||
      !WantInt(run, function, v[1])) {
    return Value::Failed();
  }
  const absl::string_view text = self.text();
  const int64_t max = v[1].integer();
  if (v[0].is_none()) {
    if (!FitsPieces(run, text)) return Value::Failed();
    return PiecesToList(
        run,
        from_right ? SplitOnSpaceFromRight(text, max) : SplitOnSpace(text, max),
        self.markup());
  }
  if (!WantString(run, function, v[0])) return Value::Failed();
  const absl::string_view separator = v[0].text();
  if (separator.empty()) return run.Fail("the separator is empty");
  if (!run.WorkOnText(text.size()) ||
      !run.Reserve((CountOf(text, separator) + 1) * 16)) {
    return Value::Failed();
  }
  if (!from_right) {
    return PiecesToList(run, Split(text, separator, max), self.markup());
  }
  if (!run.Work(text.size() / 256 * separator.size())) return Value::Failed();
  return PiecesToList(run, SplitFromRight(text, separator, max), self.markup());
}

Value SplitLeft(Run& run, const Value& self, const Args& args) {
  return SplitSides(run, "split", self, args, /*from_right=*/false);
}
Value Rsplit(Run& run, const Value& self, const Args& args) {
  return SplitSides(run, "rsplit", self, args, /*from_right=*/true);
}

Value SplitLinesOf(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "splitlines", args, {{"keepends", Value::Bool(false)}}, v) ||
      !FitsPieces(run, self.text())) {
    return Value::Failed();
  }
  return PiecesToList(run, SplitLines(self.text(), IsTrue(v[0])),
                      self.markup());
}

Value PartitionSides(Run& run, absl::string_view function, const Value& self,
                     const Args& args, bool from_right) {
  Value v[1];
  if (!Bind(run, function, args, {{"sep"}}, v) ||
      !WantString(run, function, v[0])) {
    return Value::Failed();
  }
  const absl::string_view text = self.text();
  const absl::string_view separator = v[0].text();
  if (separator.empty()) return run.Fail("the separator is empty");
  if (!run.WorkOnText(text.size()) ||
      (from_right && !run.Work(text.size() / 256 * separator.size()))) {
    return Value::Failed();
  }
  const size_t at =
      from_right ? text.rfind(separator) : FindText(text, separator);
  Value parts[3] = {Value::String(""), Value::String(""), Value::String("")};
  if (at == absl::string_view::npos) {
    parts[from_right ? 2 : 0] = self;
  } else {
    parts[0] = Value::String(text.substr(0, at));
    parts[1] = v[0];
    parts[2] = Value::String(text.substr(at + separator.size()));
  }
  return NewTuple(run.arena(), parts);
}

Value Partition(Run& run, const Value& self, const Args& args) {
  return PartitionSides(run, "partition", self, args, /*from_right=*/false);
}
Value Rpartition(Run& run, const Value& self, const Args& args) {
  return PartitionSides(run, "rpartition", self, args, /*from_right=*/true);
}

Value ReplaceIn(Run& run, const Value& self, const Args& args) {
  Value v[3];
  if (!Bind(run, "replace", args, {{"old"}, {"new"}, {"count", Value::Int(-1)}},
            v) ||
      !WantString(run, "replace", v[0]) || !WantString(run, "replace", v[1]) ||
      !WantInt(run, "replace", v[2])) {
    return Value::Failed();
  }
  return ReplaceText(run, self, v[0].text(), v[1].text(), v[2].integer());
}

Value JoinItems(Run& run, const Value& self, const Args& args) {
  Value v[1];
  std::span<const Value> items;
  if (!Bind(run, "join", args, {{"iterable"}}, v) ||
      !ToItems(run, v[0], &items)) {
    return Value::Failed();
  }
  TextBuilder text(run);
  bool first = true;
  for (const Value& item : items) {
    if (!WantString(run, "join", item) ||
        (!first && !text.Append(self.text())) || !text.Append(item.text())) {
      return Value::Failed();
    }
    first = false;
  }
  return text.Finish(self.markup());
}

Value PadSides(Run& run, absl::string_view function, const Value& self,
               const Args& args, Sides sides) {
  Value v[2];
  if (!Bind(run, function, args, {{"width"}, {"fillchar", Value::String(" ")}},
            v) ||
      !WantInt(run, function, v[0]) || !WantString(run, function, v[1])) {
    return Value::Failed();
  }
  if (Utf8Length(v[1].text()) != 1) {
    return run.Fail("the fill character must be one character");
  }
  return PadText(run, self, v[0].integer(), v[1].text(), sides);
}

Value Center(Run& run, const Value& self, const Args& args) {
  return PadSides(run, "center", self, args, kBothSides);
}
Value Ljust(Run& run, const Value& self, const Args& args) {
  return PadSides(run, "ljust", self, args, kRight);
}
Value Rjust(Run& run, const Value& self, const Args& args) {
  return PadSides(run, "rjust", self, args, kLeft);
}

Value Zfill(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "zfill", args, {{"width"}}, v) ||
      !WantInt(run, "zfill", v[0])) {
    return Value::Failed();
  }
  absl::string_view digits = self.text();
  absl::string_view sign;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) {
    sign = digits.substr(0, 1);
    digits.remove_prefix(1);
  }
  const int64_t width = v[0].integer();
  TextBuilder text(run);
  const int64_t length = Utf8Length(self.text());
  if (!text.Append(sign) ||
      !text.Append(width > length ? width - length : 0, "0") ||
      !text.Append(digits)) {
    return Value::Failed();
  }
  return text.Finish();
}

Value ExpandTabs(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "expandtabs", args, {{"tabsize", Value::Int(8)}}, v) ||
      !WantInt(run, "expandtabs", v[0])) {
    return Value::Failed();
  }
  const int64_t size = v[0].integer();
  int64_t column = 0;
  TextBuilder text(run);
  std::string one;
  for (Utf8Reader reader(self.text()); !reader.done();) {
    const char32_t c = reader.Next();
    if (c == '\t') {
      const int64_t spaces = size > 0 ? size - column % size : 0;
      if (!text.Append(spaces, " ")) return Value::Failed();
      column += spaces;
      continue;
    }
    column = c == '\n' || c == '\r' ? 0 : column + 1;
    one.clear();
    AppendUtf8(one, c);
    if (!text.Append(one)) return Value::Failed();
  }
  return text.Finish();
}

Value RemovePrefix(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "removeprefix", args, {{"prefix"}}, v) ||
      !WantString(run, "removeprefix", v[0])) {
    return Value::Failed();
  }
  absl::string_view text = self.text();
  absl::ConsumePrefix(&text, v[0].text());
  return Value::String(text);
}

Value RemoveSuffix(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "removesuffix", args, {{"suffix"}}, v) ||
      !WantString(run, "removesuffix", v[0])) {
    return Value::Failed();
  }
  absl::string_view text = self.text();
  absl::ConsumeSuffix(&text, v[0].text());
  return Value::String(text);
}

}  // namespace

Value ReplaceText(Run& run, const Value& self, absl::string_view from,
                  absl::string_view to, int64_t max) {
  const absl::string_view text = self.text();
  if (!run.WorkOnText(text.size())) return Value::Failed();
  int64_t count = CountOf(text, from);
  if (max >= 0) count = std::min(count, max);
  if (count == 0) return self;
  const int64_t growth =
      static_cast<int64_t>(to.size()) - static_cast<int64_t>(from.size());
  int64_t bytes = 0;
  if (__builtin_mul_overflow(count, growth, &bytes) ||
      !run.Reserve(static_cast<int64_t>(text.size()) + bytes)) {
    return Value::Failed();
  }
  return run.CopyText(Replace(text, from, to, max), self.markup());
}

Value PadText(Run& run, const Value& self, int64_t width,
              absl::string_view fill, Sides sides) {
  const int64_t pad = width - Utf8Length(self.text());
  if (pad <= 0) return self;
  // Python's way of putting the odd one.
  int64_t left = pad / 2 + (pad & width & 1);
  if (sides != kBothSides) left = sides == kLeft ? pad : 0;
  TextBuilder text(run);
  if (!text.Append(left, fill) || !text.Append(self.text()) ||
      !text.Append(pad - left, fill)) {
    return Value::Failed();
  }
  return text.Finish(self.markup());
}

std::span<const MethodEntry> StringMethods() {
  static constexpr MethodEntry kMethods[] = {
      {"capitalize", Mapped<Capitalize>},
      {"casefold", Mapped<Fold>},
      {"center", Center},
      {"expandtabs", ExpandTabs},
      {"join", JoinItems},
      {"ljust", Ljust},
      {"lower", Mapped<Lower>},
      {"lstrip", Lstrip},
      {"partition", Partition},
      {"removeprefix", RemovePrefix},
      {"removesuffix", RemoveSuffix},
      {"replace", ReplaceIn},
      {"rjust", Rjust},
      {"rpartition", Rpartition},
      {"rsplit", Rsplit},
      {"rstrip", Rstrip},
      {"split", SplitLeft},
      {"splitlines", SplitLinesOf},
      {"strip", StripBoth},
      {"swapcase", Mapped<SwapCase>},
      {"title", Mapped<TitleWords>},
      {"upper", Mapped<Upper>},
      {"zfill", Zfill},
  };
  return kMethods;
}

}  // namespace kaito::runtime::jinja

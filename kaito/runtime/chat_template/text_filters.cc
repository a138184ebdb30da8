#include "kaito/runtime/chat_template/text_filters.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/percent_format.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/string_methods.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// Words begin after white space and these; the words' rest is in lower case.
std::string TitleOf(absl::string_view text) {
  std::string out;
  bool inside = false;
  for (Utf8Reader reader(text); !reader.done();) {
    const int64_t at = reader.position() - text.data();
    const char32_t c = reader.Next();
    const bool cuts =
        Is(c, kSpace) || (c < 0x80 && absl::StrContains("-({[<", char(c)));
    AppendMapped(out, text, at, inside ? CaseMap::kLower : CaseMap::kUpper);
    inside = !cuts;
  }
  return out;
}

std::string Upper(absl::string_view s) { return MapCase(s, CaseMap::kUpper); }
std::string Lower(absl::string_view s) { return MapCase(s, CaseMap::kLower); }

template <std::string (*kMap)(absl::string_view)>
Value Mapped(Run& run, const Value& self, const Args& args) {
  const Value text = ToStr(run, self);
  if (text.failed() || !Bind(run, "this filter", args, {}, nullptr) ||
      !run.Reserve(static_cast<int64_t>(text.text().size()) * 3)) {
    return Value::Failed();
  }
  return run.CopyText(kMap(text.text()), text.markup());
}

Value ToString(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "string", args, {}, nullptr)) return Value::Failed();
  return ToStr(run, self);
}

Value Trim(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "trim", args, {{"chars", Value::None()}}, v)) {
    return Value::Failed();
  }
  const Value text = ToStr(run, self);
  if (text.failed()) return text;
  std::optional<absl::string_view> chars;
  if (!v[0].is_none()) {
    if (!WantString(run, "trim", v[0])) return Value::Failed();
    chars = v[0].text();
    if (!run.WorkOnText(text.text().size() * chars->size())) {
      return Value::Failed();
    }
  }
  return Value::String(Strip(text.text(), chars, kBothSides), text.markup());
}

Value ReplaceFilter(Run& run, const Value& self, const Args& args) {
  Value v[3];
  if (!Bind(run, "replace", args, {{"old"}, {"new"}, {"count", Value::None()}},
            v)) {
    return Value::Failed();
  }
  const Value text = ToStr(run, self);
  const Value from = ToStr(run, v[0]);
  const Value to = ToStr(run, v[1]);
  if (text.failed() || from.failed() || to.failed()) return Value::Failed();
  if (!v[2].is_none() && !WantInt(run, "replace", v[2])) {
    return Value::Failed();
  }
  return ReplaceText(run, text, from.text(), to.text(),
                     v[2].is_none() ? -1 : v[2].integer());
}

Value Center(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "center", args, {{"width", Value::Int(80)}}, v) ||
      !WantInt(run, "center", v[0])) {
    return Value::Failed();
  }
  const Value text = ToStr(run, self);
  if (text.failed()) return text;
  return PadText(run, text, v[0].integer(), " ", kBothSides);
}

Value Indent(Run& run, const Value& self, const Args& args) {
  Value v[3];
  if (!Bind(run, "indent", args,
            {{"width", Value::Int(4)},
             {"first", Value::Bool(false)},
             {"blank", Value::Bool(false)}},
            v)) {
    return Value::Failed();
  }
  if (self.is_undefined()) return run.FailUndefined(self);
  if (!WantString(run, "indent", self)) return Value::Failed();
  absl::string_view unit = " ";
  int64_t times = 1;
  if (v[0].is_string()) {
    unit = v[0].text();
  } else {
    if (!WantInt(run, "indent", v[0])) return Value::Failed();
    times = v[0].integer();
  }
  const bool blank = IsTrue(v[2]);
  if (!run.WorkOnText(self.text().size() * 4)) return Value::Failed();
  TextBuilder out(run);
  // The last newline stays: Jinja puts one behind the text before it splits.
  const std::string text = absl::StrCat(self.text(), "\n");
  absl::string_view rest = text;
  bool first = true;
  while (!rest.empty()) {
    const absl::string_view line = FirstLine(&rest);
    const bool indented = first ? IsTrue(v[1]) : blank || !line.empty();
    if ((!first && !out.Append("\n")) ||
        (indented && !out.Append(times, unit)) || !out.Append(line)) {
      return Value::Failed();
    }
    first = false;
  }
  return out.Finish(self.markup());
}

Value Truncate(Run& run, const Value& self, const Args& args) {
  Value v[4];
  if (!Bind(run, "truncate", args,
            {{"length", Value::Int(255)},
             {"killwords", Value::Bool(false)},
             {"end", Value::String("...")},
             {"leeway", Value::None()}},
            v) ||
      !WantInt(run, "truncate", v[0]) || !WantString(run, "truncate", v[2])) {
    return Value::Failed();
  }
  if (v[3].is_none()) v[3] = Value::Int(5);  // Jinja's policy.
  if (!WantInt(run, "truncate", v[3])) return Value::Failed();
  const int64_t length = v[0].integer();
  const int64_t leeway = v[3].integer();
  const absl::string_view end = v[2].text();
  if (length < Utf8Length(end)) {
    return run.Fail("truncate: the length is below that of the end");
  }
  if (leeway < 0) return run.Fail("truncate: the leeway is negative");
  if (self.is_undefined()) return Value::String("");
  if (!WantString(run, "truncate", self)) return Value::Failed();
  if (Utf8Length(self.text()) <= length ||
      Utf8Length(self.text()) - length <= leeway) {
    return self;
  }
  absl::string_view kept =
      self.text().substr(0, Utf8Offset(self.text(), length - Utf8Length(end)));
  if (!IsTrue(v[1])) kept = kept.substr(0, kept.rfind(' '));
  return run.CopyText(absl::StrCat(kept, end), self.markup());
}

Value WordCount(Run& run, const Value& self, const Args& args) {
  const Value text = ToStr(run, self);
  if (text.failed() || !Bind(run, "wordcount", args, {}, nullptr) ||
      !run.WorkOnText(text.text().size() * 4)) {
    return Value::Failed();
  }
  int64_t words = 0;
  bool inside = false;
  for (Utf8Reader reader(text.text()); !reader.done();) {
    const bool word = Is(reader.Next(), kWord);
    words += word && !inside;
    inside = word;
  }
  return Value::Int(words);
}

Value Format(Run& run, const Value& self, const Args& args) {
  const Value text = ToStr(run, self);
  if (text.failed()) return text;
  if (args.named.empty()) {
    return PercentFormat(run, text, NewTuple(run.arena(), args.positional));
  }
  if (!args.positional.empty()) {
    return run.Fail("format takes values by position or by name, not both");
  }
  Dict* const values = NewDict(run.arena());
  for (const NamedArg& arg : args.named) {
    values->Set(run.arena(), Value::String(arg.name), arg.value);
  }
  return PercentFormat(run, text, Value::Of(values));
}

}  // namespace

std::span<const FilterEntry> TextFilters() {
  static constexpr FilterEntry kFilters[] = {
      {"capitalize", Mapped<Capitalize>},
      {"center", Center},
      {"format", Format},
      {"indent", Indent},
      {"lower", Mapped<Lower>},
      {"replace", ReplaceFilter},
      {"string", ToString},
      {"title", Mapped<TitleOf>},
      {"trim", Trim},
      {"truncate", Truncate},
      {"upper", Mapped<Upper>},
      {"wordcount", WordCount},
  };
  return kFilters;
}

}  // namespace kaito::runtime::jinja

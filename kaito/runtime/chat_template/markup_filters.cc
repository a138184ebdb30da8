#include "kaito/runtime/chat_template/markup_filters.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/markup.h"
#include "kaito/runtime/chat_template/numbers.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/value.h"
#include "kaito/runtime/chat_template/word_wrap.h"

namespace kaito::runtime::jinja {
namespace {

// The longest that a character becomes: "&#34;".
constexpr int64_t kEscapeGrowth = 5;

Value ForceEscape(Run& run, const Value& self, const Args& args) {
  const Value text = ToStr(run, self);
  if (text.failed() || !Bind(run, "escape", args, {}, nullptr) ||
      !run.Reserve(text.text().size() * kEscapeGrowth)) {
    return Value::Failed();
  }
  return run.CopyText(EscapeHtml(text.text()), /*markup=*/true);
}

Value Escape(Run& run, const Value& self, const Args& args) {
  return self.markup() ? self : ForceEscape(run, self, args);
}

Value Safe(Run& run, const Value& self, const Args& args) {
  const Value text = ToStr(run, self);
  if (text.failed() || !Bind(run, "safe", args, {}, nullptr)) {
    return Value::Failed();
  }
  return Value::String(text.text(), /*markup=*/true);
}

Value StripTagsOf(Run& run, const Value& self, const Args& args) {
  const Value text = ToStr(run, self);
  if (text.failed() || !Bind(run, "striptags", args, {}, nullptr) ||
      !run.Reserve(static_cast<int64_t>(text.text().size()) * 8)) {
    return Value::Failed();
  }
  return run.CopyText(StripTags(text.text()));
}

bool AppendQuoted(Run& run, TextBuilder& to, const Value& value, bool query) {
  const Value text = ToStr(run, value);
  return !text.failed() && run.Reserve(text.text().size() * 3) &&
         to.Append(QuoteUrl(text.text(), query));
}

Value UrlEncode(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "urlencode", args, {}, nullptr)) return Value::Failed();
  TextBuilder out(run);
  if (self.is_string() || !IsIterable(self)) {
    if (!AppendQuoted(run, out, self, /*query=*/false)) return Value::Failed();
    return out.Finish();
  }
  const Value pairs =
      self.is_dict()
          ? Value::Of(run.arena().New<DictView>(&self.dict(), DictView::kItems))
          : self;
  Cursor cursor(run, pairs);
  bool first = true;
  for (Value pair; cursor.Next(&pair); first = false) {
    std::span<const Value> parts;
    if (!ToItems(run, pair, &parts)) return Value::Failed();
    if (parts.size() != 2) return run.Fail("urlencode wants pairs");
    if ((!first && !out.Append("&")) ||
        !AppendQuoted(run, out, parts[0], /*query=*/true) || !out.Append("=") ||
        !AppendQuoted(run, out, parts[1], true)) {
      return Value::Failed();
    }
  }
  return out.Finish();
}

Value XmlAttr(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "xmlattr", args, {{"autospace", Value::Bool(true)}}, v)) {
    return Value::Failed();
  }
  if (!self.is_dict()) {
    return run.Fail(absl::StrCat("xmlattr wants a dict, got ", TypeName(self)));
  }
  TextBuilder out(run);
  bool first = !IsTrue(v[0]);
  for (const auto& [key, value] : self.dict().entries()) {
    if (value.is_none() || value.is_undefined()) continue;
    if (!WantString(run, "xmlattr", key)) return Value::Failed();
    if (key.text().find_first_of(" \t\n\r\f\v/>=") != absl::string_view::npos) {
      return run.Fail("xmlattr: an attribute's name has a forbidden character");
    }
    const Value text = ToStr(run, value);
    if (text.failed() || !run.Reserve((key.text().size() + text.text().size()) *
                                      kEscapeGrowth)) {
      return Value::Failed();
    }
    const std::string shown =
        text.markup() ? std::string(text.text()) : EscapeHtml(text.text());
    if (!out.Append(absl::StrCat(first ? "" : " ", EscapeHtml(key.text()),
                                 "=\"", shown, "\""))) {
      return Value::Failed();
    }
    first = false;
  }
  return out.Finish(run.autoescape);
}

Value WordWrap(Run& run, const Value& self, const Args& args) {
  Value v[4];
  if (!Bind(run, "wordwrap", args,
            {{"width", Value::Int(79)},
             {"break_long_words", Value::Bool(true)},
             {"wrapstring", Value::None()},
             {"break_on_hyphens", Value::Bool(true)}},
            v) ||
      !WantString(run, "wordwrap", self) || !WantInt(run, "wordwrap", v[0])) {
    return Value::Failed();
  }
  if (v[2].is_none()) v[2] = Value::String("\n");
  if (!WantString(run, "wordwrap", v[2])) return Value::Failed();
  if (v[0].integer() <= 0)
    return run.Fail("wordwrap: the width must be above 0");
  // Lines of one character are 16 bytes of views each.
  const int64_t size = static_cast<int64_t>(self.text().size());
  if (!run.Reserve(size * 32)) return Value::Failed();
  const WrapOptions options = {.width = v[0].integer(),
                               .break_long_words = IsTrue(v[1]),
                               .break_on_hyphens = IsTrue(v[3])};
  TextBuilder out(run);
  bool first = true;
  for (const absl::string_view line : SplitLines(self.text(), false)) {
    if (!first && !out.Append(v[2].text())) return Value::Failed();
    first = false;
    const std::vector<std::string> wrapped = WrapLine(line, options);
    for (size_t i = 0; i < wrapped.size(); ++i) {
      if ((i > 0 && !out.Append(v[2].text())) || !out.Append(wrapped[i])) {
        return Value::Failed();
      }
    }
  }
  return out.Finish();
}

Value FileSizeFormat(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "filesizeformat", args, {{"binary", Value::Bool(false)}}, v)) {
    return Value::Failed();
  }
  double bytes = 0;
  if (self.is_string()) {
    bytes = ParseFloat(self.text()).value_or(-1);
    if (bytes < 0) return run.Fail("filesizeformat wants a number");
  } else if (self.is_number()) {
    bytes = self.is_float() ? self.real() : static_cast<double>(self.integer());
  } else if (self.is_undefined()) {
    return run.FailUndefined(self);
  } else {
    return run.Fail("filesizeformat wants a number");
  }
  const bool binary = IsTrue(v[0]);
  const double base = binary ? 1024 : 1000;
  if (bytes == 1) return Value::String("1 Byte");
  if (!(bytes >= base)) {
    return run.CopyText(
        absl::StrCat(static_cast<int64_t>(std::max(bytes, -9e18)), " Bytes"));
  }
  constexpr absl::string_view kPrefixes = "kMGTPEZY";
  double unit = base;
  size_t i = 0;
  while (i + 1 < kPrefixes.size() && bytes >= unit * base) {
    unit *= base;
    ++i;
  }
  const char prefix = binary && i == 0 ? 'K' : kPrefixes[i];
  char text[400];
  std::snprintf(text, sizeof(text), "%.1f %c%sB", bytes / unit, prefix,
                binary ? "i" : "");
  return run.CopyText(text);
}

}  // namespace

std::span<const FilterEntry> MarkupFilters() {
  static constexpr FilterEntry kFilters[] = {
      {"e", Escape},
      {"escape", Escape},
      {"filesizeformat", FileSizeFormat},
      {"forceescape", ForceEscape},
      {"safe", Safe},
      {"striptags", StripTagsOf},
      {"urlencode", UrlEncode},
      {"wordwrap", WordWrap},
      {"xmlattr", XmlAttr},
  };
  return kFilters;
}

}  // namespace kaito::runtime::jinja

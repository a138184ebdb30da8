#include "kaito/runtime/chat_template/repr.h"

#include <cstdint>
#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/code_points.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/numbers.h"
#include "kaito/runtime/chat_template/objects.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

void AppendEscaped(std::string& to, char32_t c) {
  switch (c) {
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    case '\\':
      to += "\\\\";
      return;
    default:
      break;
  }
  const uint32_t n = c;
  if (Is(c, kPrintable)) {
    AppendUtf8(to, c);
  } else if (n < 0x100) {
    absl::StrAppend(&to, "\\x", absl::Hex(n, absl::kZeroPad2));
  } else if (n < 0x10000) {
    absl::StrAppend(&to, "\\u", absl::Hex(n, absl::kZeroPad4));
  } else {
    absl::StrAppend(&to, "\\U", absl::Hex(n, absl::kZeroPad8));
  }
}

bool AppendItems(Run& run, TextBuilder& to, std::span<const Value> items) {
  bool first = true;
  for (const Value& item : items) {
    if (!first && !to.Append(", ")) return false;
    first = false;
    if (!AppendRepr(run, to, item)) return false;
  }
  return true;
}

bool AppendDict(Run& run, TextBuilder& to, const Dict& dict) {
  if (!to.Append("{")) return false;
  bool first = true;
  for (const auto& [key, value] : dict.entries()) {
    if (!first && !to.Append(", ")) return false;
    first = false;
    if (!AppendRepr(run, to, key) || !to.Append(": ") ||
        !AppendRepr(run, to, value)) {
      return false;
    }
  }
  return to.Append("}");
}

bool AppendView(Run& run, TextBuilder& to, const Value& value) {
  std::span<const Value> items;
  return ToItems(run, value, &items) &&
         to.Append(absl::StrCat(TypeName(value), "([")) &&
         AppendItems(run, to, items) && to.Append("])");
}

std::string RangeText(const Range& range) {
  const std::string bounds =
      absl::StrCat("range(", range.start, ", ", range.stop);
  return range.step == 1 ? absl::StrCat(bounds, ")")
                         : absl::StrCat(bounds, ", ", range.step, ")");
}

// What has no literal. Addresses are left out: they would tell about this
// process, and differ each time.
std::string ObjectText(Run& run, const Value& value) {
  switch (value.kind()) {
    case Kind::kMacro:
      return value.macro().name.empty()
                 ? "<Macro anonymous>"
                 : absl::StrCat("<Macro ", QuoteText(value.macro().name), ">");
    case Kind::kMethod:
      return absl::StrCat("<built-in method ", value.method().name, " of ",
                          TypeName(value.method().self), " object>");
    case Kind::kFunction:
      return absl::StrCat("<function ", value.function().name, ">");
    case Kind::kLoop:
      return absl::StrCat("<LoopContext ", value.loop().index0 + 1, "/",
                          LoopLength(run, value.loop()), ">");
    case Kind::kSelf:
      return "<TemplateReference None>";
    default:
      return absl::StrCat("<", TypeName(value), " object>");
  }
}

bool AppendContainer(Run& run, TextBuilder& to, const Value& value) {
  switch (value.kind()) {
    case Kind::kList:
      return to.Append("[") && AppendItems(run, to, value.sequence().span()) &&
             to.Append("]");
    case Kind::kTuple:
      return to.Append("(") && AppendItems(run, to, value.sequence().span()) &&
             to.Append(value.sequence().size == 1 ? ",)" : ")");
    case Kind::kDict:
      return AppendDict(run, to, value.dict());
    case Kind::kDictView:
      return AppendView(run, to, value);
    case Kind::kNamespace:
      return to.Append("<Namespace ") &&
             AppendDict(run, to, *value.ns().attributes) && to.Append(">");
    default:
      return to.Append(ObjectText(run, value));
  }
}

}  // namespace

std::string QuoteText(absl::string_view text) {
  const bool double_quotes = text.find('\'') != absl::string_view::npos &&
                             text.find('"') == absl::string_view::npos;
  const char quote = double_quotes ? '"' : '\'';
  std::string out(1, quote);
  for (Utf8Reader reader(text); !reader.done();) {
    const char32_t c = reader.Next();
    if (c == static_cast<char32_t>(quote)) out += '\\';
    AppendEscaped(out, c);
  }
  out += quote;
  return out;
}

bool AppendRepr(Run& run, TextBuilder& to, const Value& value) {
  if (!run.Work(1)) return false;
  switch (value.kind()) {
    case Kind::kUndefined:
      return to.Append("Undefined");
    case Kind::kNone:
      return to.Append("None");
    case Kind::kBool:
      return to.Append(value.boolean() ? "True" : "False");
    case Kind::kInt:
      return to.Append(absl::StrCat(value.integer()));
    case Kind::kFloat:
      return to.Append(FloatRepr(value.real()));
    case Kind::kString: {
      if (!run.WorkOnText(4 * value.text().size())) return false;
      const std::string quoted = QuoteText(value.text());
      return value.markup() ? to.Append(absl::StrCat("Markup(", quoted, ")"))
                            : to.Append(quoted);
    }
    case Kind::kRange:
      return to.Append(RangeText(value.range()));
    default: {
      const Nested nested(run);
      return nested.ok() && AppendContainer(run, to, value);
    }
  }
}

bool AppendStr(Run& run, TextBuilder& to, const Value& value) {
  if (value.is_string()) return to.Append(value.text());
  if (value.is_undefined()) return true;
  return AppendRepr(run, to, value);
}

Value ToStr(Run& run, const Value& value) {
  switch (value.kind()) {
    case Kind::kString:
      return value;
    case Kind::kUndefined:
      return Value::String("");
    case Kind::kNone:
      return Value::String("None");
    case Kind::kBool:
      return Value::String(value.boolean() ? "True" : "False");
    default: {
      TextBuilder text(run);
      if (!AppendRepr(run, text, value)) return Value::Failed();
      return text.Finish();
    }
  }
}

}  // namespace kaito::runtime::jinja

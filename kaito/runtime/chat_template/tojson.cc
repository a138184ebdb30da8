#include "kaito/runtime/chat_template/tojson.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/compare.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/numbers.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

struct Layout {
  bool ascii = false;
  bool sort_keys = false;
  std::optional<std::string> indent;  // Lines, where there is one.
  absl::string_view item_separator = ", ";
  absl::string_view key_separator = ": ";
};

std::string FloatText(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
  return FloatRepr(d);
}

void AppendUnit(std::string& to, uint32_t unit) {
  absl::StrAppend(&to, "\\u", absl::Hex(unit, absl::kZeroPad4));
}

void AppendEscaped(std::string& to, char32_t c, bool ascii) {
  switch (c) {
    case '"':
      to += "\\\"";
      return;
    case '\\':
      to += "\\\\";
      return;
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    case '\f':
      to += "\\f";
      return;
    case '\b':
      to += "\\b";
      return;
    default:
      break;
  }
  if (c < 0x20 || (ascii && c > 0x7E && c < 0x10000)) {
    AppendUnit(to, c);
  } else if (ascii && c >= 0x10000) {
    AppendUnit(to, 0xD800 + ((c - 0x10000) >> 10));
    AppendUnit(to, 0xDC00 + ((c - 0x10000) & 0x3FF));
  } else {
    AppendUtf8(to, c);
  }
}

class Writer {
 public:
  Writer(Run& run, const Layout& layout)
      : run_(run), layout_(layout), out_(run) {}

  bool Write(const Value& value) {
    if (!run_.Work(1)) return false;
    switch (value.kind()) {
      case Kind::kNone:
        return out_.Append("null");
      case Kind::kBool:
        return out_.Append(value.boolean() ? "true" : "false");
      case Kind::kInt:
        return out_.Append(absl::StrCat(value.integer()));
      case Kind::kFloat:
        return out_.Append(FloatText(value.real()));
      case Kind::kString:
        return WriteText(value.text());
      case Kind::kList:
      case Kind::kTuple: {
        const Nested nested(run_);
        return nested.ok() && WriteList(value.sequence());
      }
      case Kind::kDict: {
        const Nested nested(run_);
        return nested.ok() && WriteDict(value.dict());
      }
      default:
        run_.Fail(absl::StrCat("tojson: a value of type ", TypeName(value),
                               " can't be written as JSON"));
        return false;
    }
  }

  Value Finish() { return out_.Finish(); }

 private:
  bool WriteText(absl::string_view text) {
    if (!run_.Reserve(static_cast<int64_t>(text.size()) * 6)) return false;
    std::string& to = out_.str();
    to += '"';
    size_t plain = 0;  // What has been looked at and not yet been written.
    for (Utf8Reader reader(text); !reader.done();) {
      const size_t at = reader.position() - text.data();
      const char32_t c = reader.Next();
      const bool as_it_is =
          c >= 0x20 && c != '"' && c != '\\' && !(layout_.ascii && c > 0x7E);
      if (as_it_is) continue;
      to.append(text.data() + plain, at - plain);
      AppendEscaped(to, c, layout_.ascii);
      plain = reader.position() - text.data();
    }
    to.append(text.data() + plain, text.size() - plain);
    to += '"';
    return true;
  }

  bool WriteList(const Sequence& list) {
    if (list.size == 0) return out_.Append("[]");
    if (!Open("[")) return false;
    for (int64_t i = 0; i < list.size; ++i) {
      if (!Separate(i == 0) || !Write(list.items[i])) return false;
    }
    return Close("]");
  }

  bool WriteDict(const Dict& dict) {
    if (dict.size() == 0) return out_.Append("{}");
    std::vector<int64_t> places(dict.size());
    std::iota(places.begin(), places.end(), 0);
    if (layout_.sort_keys) {
      std::vector<Value> keys;
      for (const auto& [key, value] : dict.entries()) keys.push_back(key);
      places = SortedPlaces(run_, keys, /*reverse=*/false);
      if (run_.failed()) return false;
    }
    if (!Open("{")) return false;
    bool first = true;
    for (const int64_t place : places) {
      const auto& [key, value] = dict.entries()[place];
      if (!Separate(first) || !WriteKey(key) ||
          !out_.Append(layout_.key_separator) || !Write(value)) {
        return false;
      }
      first = false;
    }
    return Close("}");
  }

  bool WriteKey(const Value& key) {
    switch (key.kind()) {
      case Kind::kString:
        return WriteText(key.text());
      case Kind::kNone:
        return WriteText("null");
      case Kind::kBool:
        return WriteText(key.boolean() ? "true" : "false");
      case Kind::kInt:
        return WriteText(absl::StrCat(key.integer()));
      case Kind::kFloat:
        return WriteText(FloatText(key.real()));
      default:
        run_.Fail(absl::StrCat("tojson: a key of type ", TypeName(key),
                               " can't be written as JSON"));
        return false;
    }
  }

  bool NewLine() {
    return !layout_.indent.has_value() ||
           (out_.Append("\n") && out_.Append(depth_, *layout_.indent));
  }
  bool Open(absl::string_view bracket) {
    ++depth_;
    return out_.Append(bracket) && NewLine();
  }
  bool Separate(bool first) {
    return first || (out_.Append(layout_.item_separator) && NewLine());
  }
  bool Close(absl::string_view bracket) {
    --depth_;
    return NewLine() && out_.Append(bracket);
  }

  Run& run_;
  const Layout& layout_;
  TextBuilder out_;
  int64_t depth_ = 0;
};

bool ReadIndent(Run& run, const Value& indent, Layout* layout) {
  if (indent.is_none()) return true;
  layout->item_separator = ",";
  if (indent.is_string()) {
    layout->indent = std::string(indent.text());
    return true;
  }
  if (!WantInt(run, "tojson", indent)) return false;
  const int64_t spaces = std::max<int64_t>(indent.integer(), 0);
  if (!run.Reserve(spaces)) return false;
  layout->indent = std::string(spaces, ' ');
  return true;
}

bool ReadSeparators(Run& run, const Value& separators, Layout* layout) {
  if (separators.is_none()) return true;
  std::span<const Value> items;
  if (!ToItems(run, separators, &items)) return false;
  if (items.size() != 2 || !items[0].is_string() || !items[1].is_string()) {
    run.Fail("tojson: separators must be two texts");
    return false;
  }
  layout->item_separator = items[0].text();
  layout->key_separator = items[1].text();
  return true;
}

}  // namespace

Value ToJson(Run& run, const Value& self, const Args& args) {
  Value v[4];
  Layout layout;
  if (!Bind(run, "tojson", args,
            {{"ensure_ascii", Value::Bool(false)},
             {"indent", Value::None()},
             {"separators", Value::None()},
             {"sort_keys", Value::Bool(false)}},
            v) ||
      !ReadIndent(run, v[1], &layout) || !ReadSeparators(run, v[2], &layout)) {
    return Value::Failed();
  }
  layout.ascii = IsTrue(v[0]);
  layout.sort_keys = IsTrue(v[3]);
  Writer writer(run, layout);
  if (!writer.Write(self)) return Value::Failed();
  return writer.Finish();
}

}  // namespace kaito::runtime::jinja

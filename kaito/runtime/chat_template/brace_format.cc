#include "kaito/runtime/chat_template/brace_format.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/format_spec.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::ranges::all_of(text, absl::ascii_isdigit);
}

class Formatter {
 public:
  Formatter(Run& run, const Args& args, const FieldLookup& lookup)
      : run_(run), args_(args), lookup_(lookup) {}

  // A spec may hold placeholders of its own, one level deep.
  bool Format(absl::string_view text, bool in_spec, TextBuilder& out) {
    while (!text.empty()) {
      const size_t brace = std::min(text.find_first_of("{}"), text.size());
      if (!out.Append(text.substr(0, brace))) return false;
      text.remove_prefix(brace);
      if (text.empty()) break;
      if (text.size() > 1 && text[0] == text[1]) {
        if (!out.Append(text.substr(0, 1))) return false;
        text.remove_prefix(2);
        continue;
      }
      if (text[0] == '}') return Fail("a '}' without '{' in a format");
      text.remove_prefix(1);
      if (in_spec && nested_) return Fail("a format nests too deep");
      const std::optional<size_t> end = EndOfField(text);
      if (!end.has_value()) return Fail("a '{' without '}' in a format");
      nested_ = in_spec;
      if (!Field(text.substr(0, *end), out)) return false;
      nested_ = false;
      text.remove_prefix(*end + 1);
    }
    return true;
  }

 private:
  bool Fail(std::string message) {
    run_.Fail(std::move(message));
    return false;
  }

  static std::optional<size_t> EndOfField(absl::string_view text) {
    int depth = 1;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '{') ++depth;
      if (text[i] == '}' && --depth == 0) return i;
    }
    return std::nullopt;
  }

  // "name.part[key]!conversion:spec"
  bool Field(absl::string_view field, TextBuilder& out) {
    const size_t cut = std::min(field.find_first_of("!:"), field.size());
    Value value = Lookup(field.substr(0, cut));
    if (value.failed()) return false;
    absl::string_view rest = field.substr(cut);
    if (!rest.empty() && rest[0] == '!') {
      if (rest.size() < 2) return Fail("a format ends after '!'");
      const char conversion = rest[1];
      rest.remove_prefix(2);
      value = Convert(value, conversion);
      if (value.failed()) return false;
      if (!rest.empty() && rest[0] != ':') {
        return Fail("a format has more than one letter after '!'");
      }
    }
    if (rest.empty()) return Plain(value, FormatSpec(), out);
    TextBuilder spec_text(run_);
    if (!Format(rest.substr(1), /*in_spec=*/true, spec_text)) return false;
    const std::optional<FormatSpec> spec = ParseFormatSpec(spec_text.text());
    if (!spec.has_value()) {
      return Fail(absl::StrCat("'", spec_text.text(), "' is no format"));
    }
    return Plain(value, *spec, out);
  }

  bool Plain(Value value, const FormatSpec& spec, TextBuilder& out) {
    // Undefined formats as the empty text that it is.
    if (value.is_undefined()) value = Value::String("");
    return AppendFormatted(run_, out, value, spec);
  }

  Value Convert(const Value& value, char conversion) {
    if (conversion == 's') return ToStr(run_, value);
    if (conversion != 'r' && conversion != 'a') {
      return run_.Fail("a format's conversion is none of !s, !r, !a");
    }
    TextBuilder repr(run_);
    if (!AppendRepr(run_, repr, value)) return Value::Failed();
    return repr.Finish();
  }

  Value Lookup(absl::string_view path) {
    const size_t end = std::min(path.find_first_of(".["), path.size());
    Value value = First(path.substr(0, end));
    path.remove_prefix(end);
    while (!path.empty() && !value.failed()) {
      if (path[0] == '.') {
        path.remove_prefix(1);
        const size_t stop = std::min(path.find_first_of(".["), path.size());
        value = lookup_.attribute(run_, value,
                                  run_.arena().Copy(path.substr(0, stop)));
        path.remove_prefix(stop);
        continue;
      }
      const size_t close = path.find(']');
      if (path[0] != '[' || close == absl::string_view::npos) {
        return run_.Fail("a format's field isn't well formed");
      }
      const absl::string_view key = path.substr(1, close - 1);
      int64_t index = 0;
      const Value which = IsNumber(key) && absl::SimpleAtoi(key, &index)
                              ? Value::Int(index)
                              : CopyString(run_.arena(), key);
      value = lookup_.item(run_, value, which);
      path.remove_prefix(close + 1);
    }
    return value;
  }

  Value First(absl::string_view name) {
    int64_t index = 0;
    if (name.empty()) {
      index = next_++;
    } else if (!IsNumber(name)) {
      const Value* const named = args_.FindNamed(name);
      if (named != nullptr) return *named;
      return run_.Fail(
          absl::StrCat("format() misses its argument '", name, "'"));
    } else if (!absl::SimpleAtoi(name, &index)) {
      index = INT64_MAX;
    }
    if (index >= static_cast<int64_t>(args_.positional.size())) {
      return run_.Fail("format() has fewer arguments than placeholders");
    }
    return args_.positional[index];
  }

  Run& run_;
  const Args& args_;
  const FieldLookup& lookup_;
  int64_t next_ = 0;
  bool nested_ = false;
};

}  // namespace

Value BraceFormat(Run& run, const Value& format, const Args& args,
                  const FieldLookup& lookup) {
  TextBuilder out(run);
  if (!Formatter(run, args, lookup).Format(format.text(), false, out)) {
    return Value::Failed();
  }
  return out.Finish(format.markup());
}

}  // namespace kaito::runtime::jinja

#include "kaito/base/json/writer.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::json {
namespace {

// Length of the valid UTF-8 sequence at the front of `s`, or 0: no surrogates,
// no overlong forms, nothing beyond U+10FFFF (RFC 3629).
size_t Utf8Length(absl::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
  const auto tail = [&](size_t i) {
    return i < s.size() && (byte(i) & 0xC0) == 0x80;
  };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

void AppendEscape(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      absl::StrAppend(&out, "\\u",
                      absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad4));
  }
}

void AppendString(absl::string_view text, std::string& out) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\\' || static_cast<uint8_t>(c) < 0x20) {
      AppendEscape(c, out);
      ++i;
      continue;
    }
    const size_t length = Utf8Length(text.substr(i));
    if (length == 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD
      ++i;
      continue;
    }
    out.append(text.data() + i, length);
    i += length;
  }
  out += '"';
}

void AppendDouble(double d, std::string& out) {
  if (!std::isfinite(d)) {
    out += "null";
    return;
  }
  char buffer[32];  // The longest shortest form has 24 characters.
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), d).ptr;
  const absl::string_view text(buffer, end - buffer);
  out.append(text.data(), text.size());
  // Without it the number would come back as an integer.
  if (text.find_first_of(".e") == absl::string_view::npos) out += ".0";
}

class Writer {
 public:
  explicit Writer(int indent) : indent_(indent) {}

  void Append(const Value& value) {
    if (const auto b = value.boolean()) {
      out_ += *b ? "true" : "false";
    } else if (const auto n = value.integer()) {
      absl::StrAppend(&out_, *n);
    } else if (const auto d = value.number()) {
      AppendDouble(*d, out_);
    } else if (const std::string* s = value.string()) {
      AppendString(*s, out_);
    } else if (const Array* array = value.array()) {
      AppendArray(*array);
    } else if (const Object* object = value.object()) {
      AppendObject(*object);
    } else {
      out_ += "null";
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  void AppendArray(const Array& array) {
    if (array.empty()) {
      out_ += "[]";
      return;
    }
    Open('[');
    bool first = true;
    for (const Value& item : array) {
      Separate(first);
      first = false;
      Append(item);
    }
    Close(']');
  }

  void AppendObject(const Object& object) {
    if (object.empty()) {
      out_ += "{}";
      return;
    }
    Open('{');
    bool first = true;
    for (const Member& member : object) {
      Separate(first);
      first = false;
      AppendString(member.name, out_);
      out_ += indent_ > 0 ? ": " : ":";
      Append(member.value);
    }
    Close('}');
  }

  void Open(char c) {
    out_ += c;
    ++depth_;
  }

  void Separate(bool first) {
    if (!first) out_ += ',';
    NewLine();
  }

  void Close(char c) {
    --depth_;
    NewLine();
    out_ += c;
  }

  void NewLine() {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(indent_) * depth_, ' ');
  }

  const int indent_;
  size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string Write(const Value& value, const WriteOptions& options) {
  Writer writer(options.indent);
  writer.Append(value);
  return writer.Take();
}

std::string Quote(absl::string_view text) {
  std::string out;
  AppendString(text, out);
  return out;
}

}  // namespace kaito::json

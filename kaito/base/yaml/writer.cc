#include "kaito/base/yaml/writer.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/yaml/scalar.h"

namespace kaito::yaml {
namespace {

constexpr int kIndent = 2;

// YAML 1.1 readers look for ":" no farther than 1024 bytes from a key's start;
// json::Quote() may make six bytes of one.
constexpr size_t kLongKeyBytes = 128;

bool IsPrintableAscii(char c) { return c >= ' ' && c <= '~'; }

// Whether a string can stand without quotes, in a map's block. Narrower than
// YAML allows: nothing that begins like a number or a date, nothing beyond
// ASCII.
bool CanBePlain(absl::string_view text) {
  if (text.empty() || text.back() == ' ' || text.back() == ':') return false;
  const char first = text.front();
  if (!absl::ascii_isalpha(first) && first != '/' && first != '_') return false;
  for (const char c : text) {
    if (!IsPrintableAscii(c)) return false;
  }
  return !absl::StrContains(text, ": ") && !absl::StrContains(text, " #") &&
         ResolvePlain(text).is_string();
}

// Characters that JSON leaves as they are, and YAML (or some reader of it)
// takes for a line break, a byte order mark, or refuses: DEL, C1 controls,
// U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF. All begin with one of these bytes.
std::string Quote(absl::string_view text) {
  const std::string json = json::Quote(text);
  std::string out;
  out.reserve(json.size());
  absl::string_view rest = json;
  while (!rest.empty()) {
    const auto at = [&](size_t i) -> uint32_t {
      return static_cast<uint8_t>(rest[i]);
    };
    uint32_t point = 0;
    size_t length = 1;
    if (at(0) == 0x7F) {
      point = 0x7F;
    } else if (at(0) == 0xC2 && at(1) < 0xA0) {
      length = 2;
      point = at(1);
    } else if (at(0) >= 0xE0 && at(0) <= 0xEF) {
      length = 3;
      const uint32_t decoded =
          (at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
      if (decoded == 0x2028 || decoded == 0x2029 || decoded == 0xFEFF ||
          decoded >= 0xFFFE) {
        point = decoded;
      }
    }
    if (point != 0) {
      absl::StrAppend(&out, "\\u", absl::Hex(point, absl::kZeroPad4));
    } else {
      out.append(rest.data(), length);
    }
    rest.remove_prefix(length);
  }
  return out;
}

// Whether text of several lines keeps every byte as a literal block ("|").
bool CanBeBlock(absl::string_view text) {
  absl::ConsumeSuffix(&text, "\n");
  // A line break at an end, or blanks in front, would need YAML's rarer marks.
  if (text.empty() || text.back() == '\n' || text.front() == '\n' ||
      text.front() == ' ' || !absl::StrContains(text, '\n')) {
    return false;
  }
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, "\t")) return false;
    // Of blanks alone: readers differ on whether they are indentation.
    if (!line.empty() && absl::StripAsciiWhitespace(line).empty()) return false;
    for (const char c : line) {
      if (!IsPrintableAscii(c) && c != '\t') return false;
    }
  }
  return true;
}

class Writer {
 public:
  void AppendDocument(const json::Value& value) {
    if (IsCollection(value)) {
      AppendCollection(value, 0, /*at_line_start=*/true);
    } else {
      AppendScalar(value, kIndent);
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  // Maps and sequences with something in them; empty ones are written as
  // scalars.
  static bool IsCollection(const json::Value& value) {
    return (value.object() != nullptr && !value.object()->empty()) ||
           (value.array() != nullptr && !value.array()->empty());
  }

  // With at_line_start false, the first line is already begun: "- " stands
  // there.
  void AppendCollection(const json::Value& value, int indent,
                        bool at_line_start) {
    if (const json::Object* object = value.object()) {
      for (const json::Member& member : *object) {
        if (at_line_start) Indent(indent);
        at_line_start = true;
        AppendKey(member.name, indent);
        AppendMemberValue(member.value, indent);
      }
      return;
    }
    for (const json::Value& item : *value.array()) {
      if (at_line_start) Indent(indent);
      at_line_start = true;
      out_ += "- ";
      if (IsCollection(item)) {
        AppendCollection(item, indent + kIndent, /*at_line_start=*/false);
      } else {
        AppendScalar(item, indent + kIndent);
      }
    }
  }

  void AppendKey(absl::string_view name, int indent) {
    const std::string text = CanBePlain(name) ? std::string(name) : Quote(name);
    if (text.size() <= kLongKeyBytes) {
      absl::StrAppend(&out_, text, ":");
      return;
    }
    absl::StrAppend(&out_, "? ", text, "\n");
    Indent(indent);
    out_ += ":";
  }

  void AppendMemberValue(const json::Value& value, int indent) {
    if (!IsCollection(value)) {
      out_ += ' ';
      AppendScalar(value, indent + kIndent);
      return;
    }
    out_ += '\n';
    // As kubectl prints: the items of a sequence stand below their key.
    const int inner = value.is_array() ? indent : indent + kIndent;
    AppendCollection(value, inner, /*at_line_start=*/true);
  }

  // Up to and with the end of its line. `indent` is that of a block's lines.
  void AppendScalar(const json::Value& value, int indent) {
    const std::string* text = value.string();
    if (text == nullptr) {
      absl::StrAppend(&out_, json::Write(value), "\n");
    } else if (CanBePlain(*text)) {
      absl::StrAppend(&out_, *text, "\n");
    } else if (CanBeBlock(*text)) {
      AppendBlock(*text, indent);
    } else {
      absl::StrAppend(&out_, Quote(*text), "\n");
    }
  }

  void AppendBlock(absl::string_view text, int indent) {
    out_ += absl::ConsumeSuffix(&text, "\n") ? "|\n" : "|-\n";
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      if (!line.empty()) Indent(indent);
      absl::StrAppend(&out_, line, "\n");
    }
  }

  void Indent(int indent) { out_.append(indent, ' '); }

  std::string out_;
};

}  // namespace

std::string Write(const json::Value& value) {
  Writer writer;
  writer.AppendDocument(value);
  return writer.Take();
}

}  // namespace kaito::yaml
